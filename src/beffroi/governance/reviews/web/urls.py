"""Addresses of reviews: campaigns go by random id."""

from django.urls import path

from beffroi.governance.reviews.web import campaigns, sheet

app_name = "reviews"

urlpatterns = [
    path("revues/", campaigns.campaigns, name="campaigns"),
    path("revues/<uuid:campaign>/", sheet.sheet, name="sheet"),
    path("revues/<uuid:campaign>/preuves/", campaigns.evidence, name="evidence"),
]
