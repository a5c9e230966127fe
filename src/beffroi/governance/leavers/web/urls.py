"""Addresses of leavers; people go by random id."""

from django.urls import path

from beffroi.governance.leavers.web import file, people, waiting

app_name = "leavers"

urlpatterns = [
    path("departs/", people.people, name="people"),
    path("departs/attente/", waiting.waiting, name="waiting"),
    path("departs/fichier/", file.file, name="file"),
    path("departs/<uuid:account>/", people.leave, name="leave"),
]
