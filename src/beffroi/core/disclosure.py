"""What each kind of journal entry says left the guard about the person it names.

One table, from which everything that counts readings is derived (I-11). An entry that names a person must be of a
kind that stands here: the journal refuses any other, so that a new kind is classified before it is first written.
Kinds that name nobody (a sign-in, a suspension) disclose nobody and need no line.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final


class Disclosed(Enum):
    """What left, of the person an entry names."""

    FIELDS = "the field groups whose bits the entry carries"
    KNOWN = "that the person is known, and which organisations follow them; no field"
    NOTHING = "nothing"


DISCLOSED: Final[Mapping[str, Disclosed]] = {
    "released": Disclosed.FIELDS,
    "found": Disclosed.KNOWN,
    # What somebody writes, he has; the answer holds the person's random id alone.
    "created": Disclosed.NOTHING,
    "updated": Disclosed.NOTHING,
    "erased": Disclosed.NOTHING,
    # Of attachments; seeing what is there and opening one are entries "released", as every reading is.
    "attachment-added": Disclosed.NOTHING,
    "attachment-removed": Disclosed.NOTHING,
    # A file nobody follows any more, and the list it is on: ids and dates.
    "archived": Disclosed.NOTHING,
    "resumed": Disclosed.NOTHING,
    "erasure-held": Disclosed.NOTHING,
    "erasure-hold-ended": Disclosed.NOTHING,
    # Who follows somebody has changed, or is asked to.
    "assigned": Disclosed.NOTHING,
    "prescribed": Disclosed.NOTHING,
    "relation-ended": Disclosed.NOTHING,
    "followed-by-presence": Disclosed.NOTHING,  # the random id of who had the code; the file is opened after it
    "transfer-asked": Disclosed.NOTHING,
    "transfer-agreed": Disclosed.NOTHING,
    "transfer-refused": Disclosed.NOTHING,
    "transfer-withdrawn": Disclosed.NOTHING,
    # Two files of one person made one, or made two again: each file's id in an entry of its own.
    "merged": Disclosed.NOTHING,
    "unmerged": Disclosed.NOTHING,
    # What people ask about their own data: codes of what, and where it stands.
    "person-request-registered": Disclosed.NOTHING,
    "person-request-moved": Disclosed.NOTHING,
    "person-request-extended": Disclosed.NOTHING,
    "corrected": Disclosed.NOTHING,
    "person-restricted": Disclosed.NOTHING,
    "person-restriction-lifted": Disclosed.NOTHING,
    "refused": Disclosed.NOTHING,
    "integrity": Disclosed.NOTHING,
    # Rows as the guard wrote them: facts about a person's relations, no field.
    "fact": Disclosed.NOTHING,
    "baseline": Disclosed.NOTHING,
    # Who was read, or who read somebody: random ids only.
    "readings-asked": Disclosed.NOTHING,
    # What the person does in the personal space: what they read there is their own.
    "invited": Disclosed.NOTHING,  # beside the opening of no field that it counts as
    "invitation-closed": Disclosed.NOTHING,
    "presence-code-made": Disclosed.NOTHING,
    "presence-code-taken-back": Disclosed.NOTHING,
    "person-signed-in": Disclosed.NOTHING,
    "person-identity-disputed": Disclosed.NOTHING,
    "person-signed-out": Disclosed.NOTHING,
    "person-session-revoked": Disclosed.NOTHING,
    "own-consultations-read": Disclosed.NOTHING,
    "own-proof-given": Disclosed.NOTHING,
    "own-file-read": Disclosed.NOTHING,
    "consultation-reported": Disclosed.NOTHING,
    "report-examined": Disclosed.NOTHING,
    "report-answered": Disclosed.NOTHING,
}
"""Every kind that may name a person."""

RELEASING: Final = frozenset(kind for kind, what in DISCLOSED.items() if what is not Disclosed.NOTHING)
"""Kinds whose entries are openings: the only ones that reports of who was read count."""


def classified(kind: str, person: str | None) -> bool:
    """Whether an entry may be written: it names nobody, or its kind is known to disclose something or nothing."""
    return person is None or kind in DISCLOSED
