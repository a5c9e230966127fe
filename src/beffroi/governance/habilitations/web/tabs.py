"""The three parts of requests for access, as tabs."""

from django.urls import reverse
from django.utils.translation import gettext

from beffroi.ui.components import Tab

WAITING, CLOSED, FROM_DIRECTORY = "waiting", "closed", "from-directory"


def of_requests(current: str, from_directory: int | None) -> tuple[Tab, ...]:
    """My requests that wait, those that are over, and whom the directory asks for, with how many they are."""
    here = reverse("habilitations:mine")
    return (
        Tab(gettext("En attente"), here, current=current == WAITING),
        Tab(gettext("Closes"), f"{here}?vue=closes", current=current == CLOSED),
        Tab(
            gettext("Venues de l'annuaire"), reverse("habilitations:admissions"), current=current == FROM_DIRECTORY,
            count=from_directory,
        ),
    )  # fmt: skip
