"""The header of every page, from the guard's description of the session."""

from functools import cache
from importlib.metadata import version

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

import beffroi.systems.cases.api as cases
import beffroi.systems.invoicing.api as invoicing
import beffroi.systems.prescriptions.api as prescriptions
import beffroi.systems.trainings.api as trainings
from beffroi.client.answers import Session
from beffroi.config.console.settings import INSTALLATION
from beffroi.config.settings import Mode
from beffroi.governance.awareness import api as awareness
from beffroi.governance.containment import api as containment
from beffroi.governance.detection import api as detection
from beffroi.governance.directory import api as directory
from beffroi.governance.erasing import api as erasing
from beffroi.governance.exposure import api as exposure
from beffroi.governance.habilitations import api as habilitations
from beffroi.governance.incidents import api as incidents
from beffroi.governance.leavers import api as leavers
from beffroi.governance.partners import api as partners
from beffroi.governance.reviews import api as reviews
from beffroi.governance.transparency import api as transparency
from beffroi.ui.shell import Account, Membership, NavigationItem, Shell

_APPLICATIONS = (
    cases, trainings, prescriptions, invoicing, containment, detection, incidents, transparency, habilitations,
    leavers, exposure, reviews, erasing, partners,
)  # fmt: skip
"""In the order of the navigation: what is done every day, or in an emergency, comes first."""
# The product's version does not change while the process runs.
_version = cache(version)


def services(session: Session, person: str) -> tuple[NavigationItem, ...]:
    """What applications other than the files' own do for a person whose file is open."""
    return (*prescriptions.services(session, person), *transparency.services(session, person))


def shell_for(request: HttpRequest) -> Shell:
    """Navigation by what the agent's role may do; a visitor gets the way in."""
    session = directory.described(request)
    base = Shell(
        version=_version("beffroi"),
        accessibility_url=reverse("directory:accessibility"),
        language_url=reverse("set_language"),
        home_url=reverse("directory:home"),
        sign_in_url=reverse("directory:sign_in") if session is None else "",
        tagline=gettext("Dossiers sous bonne garde"),
        demonstration=INSTALLATION.mode is Mode.DEMONSTRATION,
    )
    if session is None:
        return base
    return Shell(
        version=base.version,
        accessibility_url=base.accessibility_url,
        language_url=base.language_url,
        home_url=base.home_url,
        tagline=base.tagline,
        demonstration=base.demonstration,
        navigation=(
            *(item for application in _APPLICATIONS for item in application.navigation(session)),
            *cases.navigation_of_network(session),
            *(() if session.memberships else (NavigationItem(gettext("Ma formation"), reverse("awareness:home")),)),
            NavigationItem(gettext("Mon compte"), reverse("directory:account")),
        ),
        notices=(*invoicing.notices(session), *awareness.notices(request, session, timezone.now())),
        account=Account(
            name=session.display_name.reveal(),
            organisation=session.membership.organisation.name if session.membership else "",
            role=directory.role_label(session.membership) if session.membership else "",
            switch_url=f"{reverse('directory:choice')}",
            sign_out_url=reverse("directory:sign_out"),
            memberships=tuple(
                Membership(each.habilitation, each.organisation.name, directory.role_label(each))
                for each in session.memberships
            ),
            current=session.habilitation or "",
        ),
    )
