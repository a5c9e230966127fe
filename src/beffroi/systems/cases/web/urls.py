"""Addresses of the files. None carries an identifying value: searches are posted, people go by random id."""

from django.urls import path

from beffroi.systems.cases.web import (
    appointment_changes,
    appointments,
    covers,
    editing,
    files,
    filtered,
    handing,
    notes,
    portfolio,
    progress,
    registration,
    search,
    statistics,
    transfers,
)

app_name = "cases"

urlpatterns = [
    path("portefeuille/", portfolio.own, name="portfolio"),
    path("portefeuille/structure/", portfolio.organisation, name="organisation"),
    path("portefeuille/filtre/", filtered.filtered, name="filtered"),
    path("rendez-vous/", appointments.own_week, name="appointments"),
    path("rendez-vous/jour/", appointments.own_day, name="appointments_day"),
    path("rendez-vous/structure/", appointments.office_day, name="appointments_office"),
    path("rendez-vous/calendrier.ics", appointments.calendar_file, name="calendar_file"),
    path("rendez-vous/<uuid:identifier>/", appointments.appointment, name="appointment"),
    path("rendez-vous/<uuid:identifier>/etat/", appointment_changes.say, name="appointment_say"),
    path("rendez-vous/<uuid:identifier>/report/", appointment_changes.postpone, name="appointment_postpone"),
    path("statistiques/", statistics.statistics, name="statistics"),
    path("statistiques/statistiques.csv", statistics.statistics_file, name="statistics_file"),
    path("portefeuille/confier/", handing.several, name="hand_several"),
    path("portefeuille/remplacements/", covers.covers, name="covers"),
    path("transferts/", transfers.transfers, name="transfers"),
    path("transferts/<uuid:transfer>/", transfers.answer, name="transfer"),
    path("recherche/", search.search, name="search"),
    path("personnes/nouvelle/", registration.registration, name="registration"),
    path("personnes/<uuid:person>/", files.file, name="file"),
    path("personnes/<uuid:person>/urgence/", files.break_glass, name="break_glass"),
    path("personnes/<uuid:person>/rendez-vous/", appointment_changes.of_person, name="appointments_person"),
    path("personnes/<uuid:person>/parcours/", progress.progress, name="progress"),
    path("demarches/", notes.due_steps, name="due_steps"),
    path("personnes/<uuid:person>/suivi/", notes.add_note, name="add_note"),
    path("personnes/<uuid:person>/notes/<slug:group>/<int:number>/", notes.correct_note, name="correct_note"),
    path("personnes/<uuid:person>/demarches/", notes.add_step, name="add_step"),
    path("personnes/<uuid:person>/demarches/<int:number>/", notes.move_step, name="move_step"),
    path("personnes/<uuid:person>/conseiller/", handing.one, name="hand"),
    path("personnes/<uuid:person>/transferer/", transfers.give, name="give"),
    path("personnes/<uuid:person>/demander/", transfers.request_for, name="request_for"),
    path("personnes/<uuid:person>/modifier/<slug:group>/", editing.edit, name="edit"),
]
