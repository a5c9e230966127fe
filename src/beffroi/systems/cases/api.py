"""What the composition root may use of this application."""

from django.urls import reverse
from django.utils.translation import gettext

from beffroi.client.answers import Session
from beffroi.systems.cases import rights
from beffroi.systems.cases.appointments.queries import every_of_whoever as every_appointment_of
from beffroi.systems.cases.appointments.queries import of_whoever as appointments_of
from beffroi.systems.cases.appointments.words import described
from beffroi.systems.cases.forgetting import forget
from beffroi.systems.cases.person_requests.held import appointment as held_appointment
from beffroi.systems.cases.person_requests.held import due_step as held_due_step
from beffroi.systems.cases.person_requests.held import followup_status as held_status
from beffroi.systems.cases.person_requests.held import programme as held_programme
from beffroi.systems.cases.progress.whoever import of_whoever as followups_of
from beffroi.systems.cases.progress.whoever import said as followups_said
from beffroi.systems.cases.web.notes import keeps_steps
from beffroi.systems.cases.web.without_guard import today as without_guard
from beffroi.ui.shell import NavigationItem

__all__ = [
    "appointments_of",
    "described",
    "every_appointment_of",
    "followups_of",
    "followups_said",
    "forget",
    "held_appointment",
    "held_due_step",
    "held_programme",
    "held_status",
    "navigation",
    "navigation_of_network",
    "without_guard",
]


def navigation(session: Session) -> tuple[NavigationItem, ...]:
    """The entries that this agent's chosen role can use; the guard decides again on every page."""
    if session.membership is None:
        return ()
    entries = []
    if rights.may(session, "list"):
        label = gettext("Mon portefeuille") if rights.has_portfolio(session) else gettext("Dossiers")
        entries.append(NavigationItem(label, reverse("cases:portfolio")))
    if rights.receives(session):
        entries.append(NavigationItem(gettext("Accueil du jour"), reverse("cases:reception")))
    if rights.keeps_appointments(session):
        own = "cases:appointments" if rights.has_portfolio(session) else "cases:appointments_office"
        entries.append(NavigationItem(gettext("Rendez-vous"), reverse(own)))
    if keeps_steps(session):
        entries.append(NavigationItem(gettext("Démarches"), reverse("cases:due_steps")))
    if rights.may(session, "find"):
        entries.append(NavigationItem(gettext("Rechercher"), reverse("cases:search")))
    if rights.may(session, "create"):
        entries.append(NavigationItem(gettext("Inscrire"), reverse("cases:registration")))
    if rights.keeps_appointments(session):
        entries.append(NavigationItem(gettext("Statistiques"), reverse("cases:statistics")))
    if rights.answers_people(session):
        entries.append(NavigationItem(gettext("Demandes des personnes"), reverse("cases:person_requests")))
    if rights.follows(session):
        waiting = session.transfers_waiting or None
        entries.append(NavigationItem(gettext("Transferts"), reverse("cases:transfers"), waiting))
    return tuple(entries)


def navigation_of_network(session: Session) -> tuple[NavigationItem, ...]:
    """The counts of every office, for who acts for them all: looked at after what waits for an answer."""
    if not rights.sees_network(session):
        return ()
    return (NavigationItem(gettext("Statistiques"), reverse("cases:network")),)
