"""What the composition root and other applications may use of this one."""

from beffroi.governance.directory.web.access import described, open_before_choice, open_to_everybody
from beffroi.governance.directory.web.sign_in import leave_for
from beffroi.governance.directory.web.words import role_label

__all__ = ["described", "leave_for", "open_before_choice", "open_to_everybody", "role_label"]
