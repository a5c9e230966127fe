"""What the composition root and other applications may use of this one."""

from beffroi.governance.directory.sealing import seal, unseal
from beffroi.governance.directory.web.access import described, open_before_choice, open_to_everybody
from beffroi.governance.directory.web.cookies import (
    Waiting,
    device_of,
    fingerprint,
    forget_waiting,
    read_waiting,
    write_device,
    write_waiting,
)
from beffroi.governance.directory.web.middleware import guard_of_settings
from beffroi.governance.directory.web.sign_in import leave_for
from beffroi.governance.directory.web.words import role_label, written

__all__ = [
    "Waiting",
    "described",
    "device_of",
    "fingerprint",
    "forget_waiting",
    "guard_of_settings",
    "leave_for",
    "open_before_choice",
    "open_to_everybody",
    "read_waiting",
    "role_label",
    "seal",
    "unseal",
    "write_device",
    "write_waiting",
    "written",
]
