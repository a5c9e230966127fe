"""Addresses of the inventory."""

from django.urls import path

from beffroi.governance.exposure.web import account, ending, inventory

app_name = "exposure"

urlpatterns = [
    path("comptes/", inventory.inventory, name="inventory"),
    path("comptes/export.csv", inventory.export, name="export"),
    path("comptes/<uuid:account>/", account.account, name="account"),
    path("comptes/<uuid:account>/<uuid:habilitation>/<slug:application>/", ending.end, name="end"),
]
