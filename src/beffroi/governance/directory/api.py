"""What the composition root may use of this application."""

from beffroi.governance.directory.web.access import described, open_before_choice, open_to_everybody
from beffroi.governance.directory.web.words import role_label

__all__ = ["described", "open_before_choice", "open_to_everybody", "role_label"]
