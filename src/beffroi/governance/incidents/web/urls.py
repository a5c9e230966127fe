"""Addresses of incidents. What is asked is posted: no address names anybody."""

from django.urls import path

from beffroi.governance.incidents.web import answers, breaches, copies, export, questions

app_name = "incidents"

urlpatterns = [
    path("consultations/", questions.home, name="home"),
    path("consultations/personnes/", answers.readers, name="readers"),
    path("consultations/personnes.csv", export.people, name="export"),
    path("consultations/violations/", breaches.declared, name="breaches"),
    path("consultations/violations/declarer/", breaches.declare, name="declare"),
    path("consultations/copie/", copies.traced, name="copy"),
    path("consultations/une-personne/", answers.read_by, name="read_by"),
]
