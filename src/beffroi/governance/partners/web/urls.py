"""Addresses of partners. Organisations go by their random id, and no address of mail is in any."""

from django.urls import path

from beffroi.governance.partners.web import audits, contracts, overview, roster

app_name = "partners"

urlpatterns = [
    path("partenaires/", overview.listing, name="list"),
    path("partenaires/le-mien/", overview.own, name="own"),
    path("partenaires/nouveau/", contracts.new, name="new"),
    path("partenaires/audits/<uuid:identifier>/", audits.audit, name="audit"),
    path("partenaires/<uuid:organisation>/", overview.show, name="show"),
    path("partenaires/<uuid:organisation>/contrat/", contracts.contract, name="contract"),
    path("partenaires/<uuid:organisation>/ouverture/", contracts.opening, name="opening"),
    path("partenaires/<uuid:organisation>/fin/", overview.end, name="end"),
    path("partenaires/<uuid:organisation>/listes/<slug:wanted>/", overview.checklist, name="checklist"),
    path("partenaires/<uuid:organisation>/audits/", audits.begin, name="begin_audit"),
    path("partenaires/<uuid:organisation>/annuaire/", roster.roster, name="roster"),
]
