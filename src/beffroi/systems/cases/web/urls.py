"""Addresses of the files. None carries an identifying value: searches are posted, people go by random id."""

from django.urls import path

from beffroi.systems.cases.web import files, portfolio

app_name = "cases"

urlpatterns = [
    path("portefeuille/", portfolio.own, name="portfolio"),
    path("portefeuille/structure/", portfolio.organisation, name="organisation"),
    path("recherche/", portfolio.own, name="search"),
    path("personnes/nouvelle/", portfolio.own, name="registration"),
    path("personnes/<uuid:person>/", files.file, name="file"),
]
