"""What the composition root may use of this application."""

from beffroi.governance.directory.web.access import described, open_to_everybody
from beffroi.governance.directory.web.sign_in import leave_for
from beffroi.governance.directory.web.words import role_label

__all__ = ["described", "leave_for", "open_to_everybody", "role_label"]
