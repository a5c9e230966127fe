"""Addresses of the training."""

from django.urls import path

from beffroi.governance.awareness.web import training

app_name = "awareness"

urlpatterns = [
    path("formation/", training.home, name="home"),
    path("formation/cours/<int:number>/", training.chapter, name="chapter"),
    path("formation/examen/", training.exam, name="exam"),
    path("formation/examen/commencer/", training.begin, name="begin"),
]
