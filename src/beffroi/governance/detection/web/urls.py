"""Addresses of the live view and of the journal."""

from django.urls import path

from beffroi.governance.detection.web import glass, journal, live

app_name = "detection"

urlpatterns = [
    path("direct/", live.live, name="live"),
    path("urgences/", glass.openings, name="glass"),
    path("urgences/<int:entry>/", glass.opening, name="glass_opening"),
    path("journal/", journal.entries, name="entries"),
    path("journal/<int:number>/", journal.entry, name="entry"),
    path("journal/<int:number>/preuve/", journal.proof, name="proof"),
]
