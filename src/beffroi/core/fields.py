"""Field groups: what of a person's file is encrypted, released and journaled together."""

from collections.abc import Iterable
from enum import IntFlag
from typing import Final


class Group(IntFlag):
    """A set of field groups; the bits are written in the journal and never change meaning."""

    NONE = 0
    IDENTITY = 1
    CONTACT = 2
    NIR = 4
    AGENCY_ID = 8
    SITUATION = 16
    FOLLOWUP = 32
    TRAINING = 64
    LEGAL_REPRESENTATIVE = 128
    ATTACHMENTS = 256
    SENSITIVE_FOLLOWUP = 512


GROUPS: Final[tuple[Group, ...]] = tuple(group for group in Group if group)
NAMES: Final[dict[str, Group]] = {group.name.lower(): group for group in GROUPS if group.name}
NAME_OF: Final[dict[int, str]] = {int(group): name for name, group in NAMES.items()}
EVERY: Final[int] = sum(GROUPS)
APART: Final[int] = int(Group.ATTACHMENTS)
"""Groups kept in a table of their own: no column of the person's row, no record of one type, doors of their own."""
RECORDED: Final[dict[str, Group]] = {name: group for name, group in NAMES.items() if not group & APART}
"""Groups that are a column of the person's row."""


def names(mask: int) -> tuple[str, ...]:
    """Names of the groups in ``mask``, in the order of their bits."""
    return tuple(name for bit, name in NAME_OF.items() if mask & bit)


def mask_of(wanted: Iterable[str]) -> int | None:
    """Bits of the named groups, or ``None`` when one of them is no group (the door then refuses it)."""
    mask = 0
    for name in wanted:
        group = NAMES.get(name)
        if group is None:
            return None
        mask |= int(group)
    return mask
