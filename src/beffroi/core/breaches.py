"""Personal data breaches (GDPR, article 4(12)) as they are declared: whose openings, of which days, what happened.

Whom a breach concerns is no list of its own: whoever was opened within its scope, as the journal has it (I-11).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from beffroi.core.policy import Label

WIDEST: Final = timedelta(days=366)
"""The widest window of openings that one declaration covers."""


class Scope(StrEnum):
    """Through what the openings were made."""

    ACCOUNT = "account"
    ORGANISATION = "organisation"
    APPLICATION = "application"


class Cause(StrEnum):
    """What happened. People read the sentence of :data:`CAUSES`."""

    HIJACKED_ACCOUNT = "hijacked-account"
    CREATED_ACCOUNTS = "created-accounts"
    HIJACKED_APPLICATION = "hijacked-application"
    MISUSE = "misuse"


CAUSES: Final[Mapping[Cause, Label]] = {
    Cause.HIJACKED_ACCOUNT: Label(
        "Le compte d’un agent a été utilisé par quelqu’un d’autre.",
        "The account of an agent was used by somebody else.",
    ),
    Cause.CREATED_ACCOUNTS: Label(
        "Des comptes d’agents ont été créés par une personne qui n’en avait pas le droit.",
        "Accounts of agents were created by somebody who had no right to.",
    ),
    Cause.HIJACKED_APPLICATION: Label(
        "Une application utilisée par des agents a été détournée.", "An application that agents use was hijacked."
    ),
    Cause.MISUSE: Label(
        "Un agent a ouvert des dossiers sans en avoir besoin pour son travail.",
        "An agent opened files without needing them for the work.",
    ),
}


class Breach(NamedTuple):
    """Openings made through any of ``ids`` in a window, its end excluded."""

    scope: Scope
    ids: frozenset[str]
    from_at: datetime
    until_at: datetime

    def covers(self, at: datetime, *, account: str | None, organisation: str | None, application: str | None) -> bool:
        """Whether an opening is of this breach."""
        through = {Scope.ACCOUNT: account, Scope.ORGANISATION: organisation, Scope.APPLICATION: application}
        return through[self.scope] in self.ids and self.from_at <= at < self.until_at
