"""Addresses of the personal space, and of the reports for security officers. No address names anybody."""

from django.urls import path

from beffroi.governance.transparency.web import checking, consultations, examining, own_reports, sign_in

app_name = "transparency"

urlpatterns = [
    path("mon-espace/", sign_in.home, name="home"),
    path("mon-espace/connexion/", sign_in.depart, name="sign_in"),
    path("mon-espace/retour/", sign_in.arrive, name="return"),
    path("mon-espace/deconnexion/", sign_in.leave, name="sign_out"),
    path("mon-espace/consultations/", consultations.consultations, name="consultations"),
    path("mon-espace/preuve/", consultations.proof, name="proof"),
    path("mon-espace/signaler/", own_reports.report, name="report"),
    path("mon-espace/signalements/", own_reports.own_reports, name="own_reports"),
    path("verifier/", checking.check, name="check"),
    path("signalements/", examining.reports, name="reports"),
    path("signalements/examiner/", examining.examine, name="examine"),
    path("signalements/repondre/", examining.answer, name="answer"),
]
