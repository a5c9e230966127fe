"""What the composition root may use of this application."""

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext

from beffroi.client.answers import Session
from beffroi.core.invoicing import Side, side
from beffroi.systems.invoicing import queries
from beffroi.ui.shell import NavigationItem, Notice, waiting

_BILL = "bill"


def _bills(session: Session) -> Side | None:
    """On which side the chosen role bills; the guard says it again on every page."""
    place = session.membership
    return side(place.organisation.kind) if place is not None and _BILL in session.duties else None


def navigation(session: Session) -> tuple[NavigationItem, ...]:
    """Quotes and invoices, for who bills, with what waits for an answer."""
    stands, place = _bills(session), session.membership
    if stands is None or place is None:
        return ()
    organisation = UUID(place.organisation.id)
    waits = waiting(lambda: queries.to_do(organisation, stands))
    return (NavigationItem(gettext("Devis et factures"), reverse("invoicing:quotes"), waits),)


def notices(session: Session) -> tuple[Notice, ...]:
    """What every page says while the files of the organisation are closed; to who bills, where work goes on."""
    if not session.files_closed:
        return ()
    text = gettext("Les dossiers sont fermés par mesure de sécurité ; les devis et les factures restent ouverts.")
    if _bills(session) is None:
        return (Notice("warning", text, reverse("directory:account"), gettext("Mon compte")),)
    return (Notice("warning", text, reverse("invoicing:quotes"), gettext("Devis et factures")),)
