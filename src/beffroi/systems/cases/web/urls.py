"""Addresses of the files. None carries an identifying value: searches are posted, people go by random id."""

from django.urls import path

from beffroi.systems.cases.web import editing, files, portfolio, registration, search

app_name = "cases"

urlpatterns = [
    path("portefeuille/", portfolio.own, name="portfolio"),
    path("portefeuille/structure/", portfolio.organisation, name="organisation"),
    path("recherche/", search.search, name="search"),
    path("personnes/nouvelle/", registration.registration, name="registration"),
    path("personnes/<uuid:person>/", files.file, name="file"),
    path("personnes/<uuid:person>/urgence/", files.break_glass, name="break_glass"),
    path("personnes/<uuid:person>/suivi/", editing.add_note, name="add_note"),
    path("personnes/<uuid:person>/modifier/<slug:group>/", editing.edit, name="edit"),
]
