"""Addresses of erasing: lists and people go by random id."""

from django.urls import path

from beffroi.governance.erasing.web import holding, lists

app_name = "erasing"

urlpatterns = [
    path("effacements/", lists.lists, name="lists"),
    path("effacements/<uuid:list_>/", lists.one, name="list"),
    path("effacements/<uuid:list_>/retenir/<uuid:person>/", holding.hold, name="hold"),
]
