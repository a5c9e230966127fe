"""What an approver should not overlook in a request: facts about who asks and when, each with its sentence.

None of them refuses anything: a person decides. Hours and days are those of Paris.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from beffroi.core.policy import Label

_PARIS: Final = ZoneInfo("Europe/Paris")
_OPENS, _CLOSES, _SATURDAY = 7, 20, 5
MANY_IN_A_DAY: Final = 3
RECENT: Final = timedelta(days=30)


class Anomaly(StrEnum):
    """One of them."""

    OUTSIDE_ROSTER = "outside-roster"
    UNUSUAL_HOUR = "unusual-hour"
    MANY_REQUESTS = "many-requests"
    RECENT_REQUESTER = "recent-requester"
    REQUESTER_IN_PROBATION = "requester-in-probation"
    REFUSED_BEFORE = "refused-before"
    SEVERAL_ROLES = "several-roles"
    MANAGES_ACCOUNTS = "manages-accounts"


LABELS: Final[Mapping[Anomaly, Label]] = {
    Anomaly.OUTSIDE_ROSTER: Label(
        "L’adresse n’est pas connue de l’organisme.", "The address is not known to the organisation."
    ),
    Anomaly.UNUSUAL_HOUR: Label("Demande faite la nuit ou le week-end.", "Requested at night or on a week-end."),
    Anomaly.MANY_REQUESTS: Label(
        "Plusieurs demandes de la même personne en un jour.", "Several requests by the same person in one day."
    ),
    Anomaly.RECENT_REQUESTER: Label(
        "Le compte qui demande a moins de trente jours.", "The requester’s account is less than thirty days old."
    ),
    Anomaly.REQUESTER_IN_PROBATION: Label(
        "La personne qui demande est elle-même en période probatoire.", "The requester is in probation too."
    ),
    Anomaly.REFUSED_BEFORE: Label(
        "Une demande de la même personne a été refusée ce mois-ci.",
        "A request by the same person was refused this month.",
    ),
    Anomaly.SEVERAL_ROLES: Label("Plusieurs rôles à la fois.", "Several roles at once."),
    Anomaly.MANAGES_ACCOUNTS: Label(
        "Ce rôle permet de demander d’autres comptes.", "This role may request other accounts."
    ),
}


class Background(NamedTuple):
    """What is known of a request beside its content. ``same_day`` and ``refused`` count the others of who asks."""

    in_roster: bool
    made_at: datetime
    same_day: int
    refused: int
    requester_since: datetime
    requester_in_probation: bool
    roles: int
    manages: bool


def anomalies(known: Background) -> tuple[Anomaly, ...]:
    """Everything worth a second look, in the order of :class:`Anomaly`."""
    local = known.made_at.astimezone(_PARIS)
    unusual = local.weekday() >= _SATURDAY or not _OPENS <= local.hour < _CLOSES
    found = {
        Anomaly.OUTSIDE_ROSTER: not known.in_roster,
        Anomaly.UNUSUAL_HOUR: unusual,
        Anomaly.MANY_REQUESTS: known.same_day >= MANY_IN_A_DAY,
        Anomaly.RECENT_REQUESTER: known.made_at - known.requester_since < RECENT,
        Anomaly.REQUESTER_IN_PROBATION: known.requester_in_probation,
        Anomaly.REFUSED_BEFORE: known.refused > 0,
        Anomaly.SEVERAL_ROLES: known.roles > 1,
        Anomaly.MANAGES_ACCOUNTS: known.manages,
    }
    return tuple(one for one, is_so in found.items() if is_so)
