"""The WSGI callable (PEP 3333), for any server that is not our own process."""

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

application: WSGIHandler = get_wsgi_application()
