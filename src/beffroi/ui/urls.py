"""Addresses of the theme: language switch, and the style guide where the composition root asks for it."""

from django.urls import URLPattern, URLResolver, path
from django.views.i18n import set_language

from .guide import error_sample, guide

urlpatterns: list[URLPattern | URLResolver] = [path("langue/", set_language, name="set_language")]

# Included in demonstration mode and in tests only.
guide_urlpatterns: list[URLPattern | URLResolver] = [
    path("guide-de-style/", guide, name="style_guide"),
    path("guide-de-style/erreur/<int:status>/", error_sample, name="style_guide_error"),
]
