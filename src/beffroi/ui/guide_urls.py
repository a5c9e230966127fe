"""URL configuration of the style guide on its own."""

from .urls import guide_urlpatterns
from .urls import urlpatterns as theme

urlpatterns = [*theme, *guide_urlpatterns]
handler400 = "beffroi.ui.errors.bad_request"
handler403 = "beffroi.ui.errors.forbidden"
handler404 = "beffroi.ui.errors.not_found"
handler500 = "beffroi.ui.errors.server_error"
