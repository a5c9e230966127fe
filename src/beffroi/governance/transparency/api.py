"""What the composition root may use of this application."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext

from beffroi.client.answers import Session
from beffroi.client.personal import Consultation
from beffroi.governance.transparency import rights
from beffroi.governance.transparency.web.consultations import by_day
from beffroi.governance.transparency.web.own_data import Members
from beffroi.governance.transparency.web.own_dates import Dates, OwnDate, organisation_of
from beffroi.governance.transparency.web.own_file import OwnFollowup
from beffroi.ui import formatting
from beffroi.ui.shell import NavigationItem

__all__ = [
    "Dates",
    "Members",
    "OwnDate",
    "OwnFollowup",
    "consultations_said",
    "navigation",
    "organisation_of",
    "services",
]

_INVESTIGATE = "investigate"


def services(session: Session, person: str) -> tuple[NavigationItem, ...]:
    """What this application does for a person whose file is open."""
    if rights.inviting_purpose(session) is None:
        return ()
    return (
        NavigationItem(gettext("Remettre un code pour son espace"), reverse("transparency:invite", args=[person])),
    )


def navigation(session: Session) -> tuple[NavigationItem, ...]:
    """The entry of security officers; the personal space itself is in nobody's navigation."""
    return (
        (NavigationItem(gettext("Signalements"), reverse("transparency:reports")),)
        if _INVESTIGATE in session.duties
        else ()
    )


def consultations_said(rows: Sequence[Consultation]) -> list[tuple[str, list[str]]]:
    """Consultations in plain words, addressed to their person: a title for each day and organisation, a line each."""
    language = formatting.language_of(get_language())
    said = []
    for day in by_day(rows):
        date = formatting.long_date(timezone.localtime(day.at).date(), language)
        for place in day.places:
            lines = [
                " – ".join((formatting.clock(timezone.localtime(one.consultation.at), language), one.job,
                            *(entry.value for entry in one.entries)))
                for one in place.lines
            ]  # fmt: skip
            said.append((f"{date} – {place.name}", lines))
    return said
