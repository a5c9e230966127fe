"""Addresses of trainings. None carries an identifying value: trainees go by a prescription's random id."""

from django.urls import path

from beffroi.systems.trainings.web import days, papers, sheets, trainees

app_name = "trainings"

urlpatterns = [
    path("stagiaires/", trainees.every, name="trainees"),
    path("stagiaires/entrees/", trainees.enter, name="enter"),
    path("stagiaires/<uuid:prescription>/", trainees.one, name="trainee"),
    path("stagiaires/<uuid:prescription>/certificat/", papers.certificate, name="certificate"),
    path("presences/", sheets.board, name="board"),
    path("presences/<uuid:session>/", days.calendar, name="calendar"),
    path("presences/<uuid:session>/<str:day>/", sheets.sheet, name="sheet"),
    path("presences/<uuid:session>/<str:day>/emargement/", papers.signatures, name="paper"),
    path("presences/<uuid:session>/<str:day>/retrait/", days.remove, name="remove_day"),
]
