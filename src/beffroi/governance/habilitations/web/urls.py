"""Addresses of requests, approvals and arrivals. People go by random id."""

from django.urls import path

from beffroi.governance.habilitations.web import admissions, approving, identities, providers, requests

app_name = "habilitations"

urlpatterns = [
    path("demandes/", requests.mine, name="mine"),
    path("demandes/nouvelle/", requests.new, name="new"),
    path("demandes/lot/", requests.batch, name="batch"),
    path("demandes/lot/retrait/", requests.undo, name="undo"),
    path("demandes/<uuid:identifier>/", requests.show, name="request"),
    path("demandes/<uuid:identifier>/retrait/", requests.withdraw, name="withdraw"),
    path("demandes/annuaire/", admissions.waiting, name="admissions"),
    path("demandes/annuaire/<uuid:identifier>/", admissions.take_up, name="take_up"),
    path("demandes/annuaire/<uuid:identifier>/sans-suite/", admissions.dismiss, name="dismiss"),
    path("demandes/confirmation/", requests.confirmation, name="confirmation"),
    path("demandes/identite/", identities.lost, name="lost"),
    path("demandes/identite/nouvelle/", identities.prove_again, name="prove-again"),
    path("demandes/fournisseurs/", providers.accepted, name="providers"),
    path("demandes/fournisseurs/nouveau/", providers.ask, name="provider-new"),
    path("demandes/fournisseurs/retrait/", providers.withdraw, name="provider-out"),
    path("approbations/", approving.queue, name="queue"),
    path("arrivees/", approving.arrivals, name="arrivals"),
]
