"""Addresses of the catalogue and of prescriptions. None carries an identifying value: people go by random id."""

from django.urls import path

from beffroi.systems.prescriptions.web import catalogue, file, keeping

app_name = "prescriptions"

urlpatterns = [
    path("catalogue/", catalogue.search, name="catalogue"),
    path("catalogue/<uuid:session>/", catalogue.show, name="session"),
    path("sessions/", keeping.own, name="sessions"),
    path("sessions/nouvelle/", keeping.new, name="new"),
    path("sessions/fichier/", file.take_in, name="file"),
    path("sessions/export.csv", file.export, name="export"),
    path("sessions/<uuid:session>/modifier/", keeping.change, name="change"),
    path("sessions/<uuid:session>/annulation/", keeping.cancel, name="cancel"),
]
