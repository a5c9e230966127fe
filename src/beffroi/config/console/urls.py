"""Addresses of the console. What a visitor may see without signing in is marked on the views themselves."""

from django.urls import URLPattern, URLResolver, include, path

from beffroi.config.console.settings import INSTALLATION
from beffroi.config.settings import Mode
from beffroi.ui.urls import guide_urlpatterns
from beffroi.ui.urls import urlpatterns as theme

urlpatterns: list[URLPattern | URLResolver] = [
    *theme,
    *(guide_urlpatterns if INSTALLATION.mode is Mode.DEMONSTRATION else []),
    path("", include("beffroi.governance.directory.web.urls")),
    path("", include("beffroi.governance.habilitations.web.urls")),
    path("", include("beffroi.governance.leavers.web.urls")),
    path("", include("beffroi.governance.exposure.web.urls")),
    path("", include("beffroi.governance.detection.web.urls")),
    path("", include("beffroi.governance.awareness.web.urls")),
    path("", include("beffroi.governance.reviews.web.urls")),
    path("", include("beffroi.governance.erasing.web.urls")),
    path("", include("beffroi.governance.containment.web.urls")),
    path("", include("beffroi.governance.incidents.web.urls")),
    path("", include("beffroi.governance.partners.web.urls")),
    path("", include("beffroi.governance.transparency.web.urls")),
    path("", include("beffroi.systems.cases.web.urls")),
    path("", include("beffroi.systems.prescriptions.web.urls")),
    path("", include("beffroi.systems.trainings.web.urls")),
    path("", include("beffroi.systems.invoicing.web.urls")),
]

handler400 = "beffroi.ui.errors.bad_request"
handler403 = "beffroi.ui.errors.forbidden"
handler404 = "beffroi.ui.errors.not_found"
handler500 = "beffroi.ui.errors.server_error"
