"""Addresses of the personal space, and of the reports for security officers. No address names anybody."""

from django.urls import path

from beffroi.governance.transparency.web import (
    checking,
    consultations,
    delaying,
    examining,
    inviting,
    own_breaches,
    own_data,
    own_dates,
    own_documents,
    own_file,
    own_presence,
    own_reports,
    own_requests,
    sign_in,
)

app_name = "transparency"

urlpatterns = [
    path("mon-espace/", sign_in.home, name="home"),
    path("mon-espace/connexion/", sign_in.depart, name="sign_in"),
    path("mon-espace/code/", sign_in.depart_with_code, name="code"),
    path("mon-espace/dossier/", own_file.own_file, name="own_file"),
    path("mon-espace/dossier/donnees/", own_data.own_data, name="own_data"),
    path("mon-espace/documents/", own_documents.own_documents, name="own_documents"),
    path("mon-espace/documents/telecharger/", own_documents.own_document, name="own_document"),
    path("mon-espace/retour/", sign_in.arrive, name="return"),
    path("mon-espace/deconnexion/", sign_in.leave, name="sign_out"),
    path("mon-espace/consultations/", consultations.consultations, name="consultations"),
    path("mon-espace/rendez-vous/", own_dates.own_dates, name="own_dates"),
    path("mon-espace/accueil/", own_presence.own_presence, name="own_presence"),
    path("mon-espace/violations/", own_breaches.own_breaches, name="own_breaches"),
    path("mon-espace/preuve/", consultations.proof, name="proof"),
    path("mon-espace/signaler/", own_reports.report, name="report"),
    path("mon-espace/demandes/", own_requests.own_requests, name="own_requests"),
    path("mon-espace/signalements/", own_reports.own_reports, name="own_reports"),
    path("verifier/", checking.check, name="check"),
    path("personnes/<uuid:person>/code-d-acces/", inviting.invite, name="invite"),
    path("signalements/", examining.reports, name="reports"),
    path("signalements/differes/", delaying.delays, name="delays"),
    path("signalements/examiner/", examining.examine, name="examine"),
    path("signalements/repondre/", examining.answer, name="answer"),
]
