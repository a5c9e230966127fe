"""The style guide by itself, without guard, database or session: ``python -m beffroi.ui.standalone``.

Its settings are also those of the theme's tests, so that what is tested is what is shown.
"""

import socketserver
import wsgiref.simple_server
from typing import Any

import click
import django
from django.conf import settings

SETTINGS: dict[str, Any] = {
    "DEBUG": False,
    "ALLOWED_HOSTS": ["localhost", "127.0.0.1", "testserver"],
    "SECRET_KEY": "style-guide-only-holds-no-session",
    "ROOT_URLCONF": "beffroi.ui.guide_urls",
    "INSTALLED_APPS": ["django.contrib.staticfiles", "beffroi.ui"],
    "MIDDLEWARE": [
        "beffroi.ui.headers.strict_headers",
        "django.middleware.locale.LocaleMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
    ],
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "beffroi.ui.context.shell",
                ]
            },
        }
    ],
    "LANGUAGE_CODE": "fr",
    "LANGUAGES": [("fr", "Français"), ("en", "English")],
    "TIME_ZONE": "Europe/Paris",
    "USE_I18N": True,
    "USE_TZ": True,
    "STATIC_URL": "/static/",
    "STORAGES": {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}},
    "CSRF_FAILURE_VIEW": "beffroi.ui.errors.csrf_refused",
    "UI_SHELL": "beffroi.ui.guide.guide_shell",
    "UI_FORM_ORIGINS": (),
}


class _ThreadedServer(socketserver.ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    daemon_threads = True


@click.command()
@click.option("--port", default=0, help="0 lets the system choose.")
def main(port: int) -> None:
    """Serve the style guide on the loopback address until interrupted."""
    settings.configure(**SETTINGS)
    django.setup()
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.wsgi import get_wsgi_application

    application = StaticFilesHandler(get_wsgi_application())
    server = wsgiref.simple_server.make_server("127.0.0.1", port, application, server_class=_ThreadedServer)
    click.echo(f"http://127.0.0.1:{server.server_port}/guide-de-style/")
    server.serve_forever()


if __name__ == "__main__":
    main()
