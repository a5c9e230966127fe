"""Addresses of containment. What is cut is posted: no address names anybody."""

from django.urls import path

from beffroi.governance.containment.web import cutting, state

app_name = "containment"

urlpatterns = [
    path("confinement/", state.home, name="home"),
    path("confinement/historique/", state.history, name="history"),
    path("confinement/apercu/", cutting.preview, name="preview"),
    path("confinement/couper/", cutting.cut, name="cut"),
    path("confinement/rendre/", cutting.give_back, name="give_back"),
]
