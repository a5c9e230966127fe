"""Django's settings, derived from the installation's own (``beffroi.config.settings``): nothing is said twice.

There is no Django session, no user table and no admin: who the agent is, the guard says at each request.
"""

from urllib.parse import urlsplit

from beffroi.config.console.database import APPLICATIONS, django_database
from beffroi.config.console.process import LARGEST_BODY
from beffroi.config.console.secret import read_secret
from beffroi.config.database import CONSOLE
from beffroi.config.settings import Mode, load
from beffroi.config.wall import refuse_console_within
from beffroi.config.wiring import CONSOLE_APPLICATION

INSTALLATION = load(roles=(CONSOLE,))
refuse_console_within(INSTALLATION)
_ADDRESS = urlsplit(INSTALLATION.console_url)
_HTTPS = _ADDRESS.scheme == "https"
_GUARD_ORIGIN = INSTALLATION.guard_url
_PROVIDERS = [urlsplit(one) for one in (INSTALLATION.identity_provider_url, INSTALLATION.person_provider_url) if one]
# A browser accepts a __Host- cookie from this host alone, over TLS alone (RFC 6265bis section 4.1.3.2).
_PREFIX = "__Host-" if _HTTPS else ""


DEBUG = False
SECRET_KEY = read_secret(INSTALLATION.keys, INSTALLATION.mode)
ALLOWED_HOSTS = [_ADDRESS.hostname or ""]
if INSTALLATION.mode is Mode.DEMONSTRATION:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1"]
ROOT_URLCONF = "beffroi.config.console.urls"
WSGI_APPLICATION = "beffroi.config.console.wsgi.application"
INSTALLED_APPS = APPLICATIONS
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "beffroi.ui.headers.strict_headers",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "beffroi.governance.directory.web.middleware.SignedIn",
    "beffroi.config.console.forgetting.Forget",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "beffroi.ui.context.shell",
            ]
        },
    }
]
DATABASES = {"default": django_database(INSTALLATION.database(CONSOLE))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 128 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
# A file stays in memory or is not taken: what people upload may name others, and goes to no disk of the console.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = LARGEST_BODY

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LANGUAGE_COOKIE_NAME = f"{_PREFIX}beffroi-langue"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SECURE = _HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True  # served from the package: nothing to collect, nothing to forget at an upgrade
WHITENOISE_MAX_AGE = 3600
WHITENOISE_ALLOW_ALL_ORIGINS = False

CSRF_FAILURE_VIEW = "beffroi.ui.errors.csrf_refused"
CSRF_COOKIE_NAME = f"{_PREFIX}beffroi-formulaire"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
# Messages travel in a signed cookie that takes these settings; there is no session behind them.
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
SESSION_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = f"{_PREFIX}beffroi-session"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"

UI_SHELL = "beffroi.config.console.shell.shell_for"
# Browsers hold the redirects that follow a form to its form-action too: a sign-out goes on to the provider.
UI_FORM_ORIGINS = tuple(dict.fromkeys((_GUARD_ORIGIN, *(f"{one.scheme}://{one.netloc}" for one in _PROVIDERS))))

CASES_SERVICES = "beffroi.config.console.shell.services"
PRESCRIPTIONS_FOLLOWED = "beffroi.systems.trainings.api.followed"
CASES_TRAININGS_OF_PERSON = "beffroi.config.console.handing.trainings_of"
TRANSPARENCY_DATES_OF_PERSON = "beffroi.config.console.handing.dates_of"
TRANSPARENCY_FOLLOWUPS_OF_PERSON = "beffroi.config.console.handing.followups_of"
TRANSPARENCY_DATA_OF_PERSON = "beffroi.config.console.handing.data_of"
CASES_PRESCRIPTIONS_COUNTED = "beffroi.systems.prescriptions.api.counted"
CASES_CONSULTATIONS_SAID = "beffroi.config.console.handing.consultations_said"
CASES_PLACE_NAMED = "beffroi.systems.prescriptions.api.place_named"
TRANSPARENCY_PLACE_NAMED = CASES_PLACE_NAMED
CASES_PERSON_TABLES = "beffroi.systems.prescriptions.api.person_tables"
DIRECTORY_GUARD = "beffroi.config.console.guard.shared_guard"
DIRECTORY_GUARD_URL = INSTALLATION.guard_url
DIRECTORY_CONSOLE_URL = INSTALLATION.console_url
DIRECTORY_APPLICATION = CONSOLE_APPLICATION
DIRECTORY_COOKIE_PREFIX = _PREFIX
DIRECTORY_HOME = "directory:start"
DIRECTORY_TRAINING = "awareness:home"
DIRECTORY_WITHOUT_GUARD = "beffroi.systems.cases.api.without_guard"
DIRECTORY_WITNESS = "habilitations:arrivals"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "beffroi.config.console.logs.UtcLine",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "filters": {"discreet": {"()": "beffroi.config.console.logs.Discreet"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["discreet"]},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # Django's own handlers would write request bodies and settings into mails and tracebacks.
    "loggers": {"django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False}},
}
