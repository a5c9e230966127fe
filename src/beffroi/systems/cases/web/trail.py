"""Where a page stands: below the list of files, or below one of them."""

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext

from beffroi.ui.components import Crumb


def below_files(here: str) -> tuple[Crumb, ...]:
    """A page that is of no file in particular, or a file itself."""
    return Crumb(gettext("Dossiers"), reverse("cases:portfolio")), Crumb(here)


def below_file(person: UUID | str, here: str, name: str = "") -> tuple[Crumb, ...]:
    """A page of one person's file; ``name`` is theirs, where the page knows it."""
    files, last = below_files(here)
    return files, Crumb(name or gettext("Dossier"), reverse("cases:file", args=[person])), last
