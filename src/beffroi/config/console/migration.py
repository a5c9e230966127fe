"""Django's settings for ``beffroi migrate`` alone, by which an administrator, as owner, makes the console's tables.

The console's own settings would ask for its secret, and refuse a user who may read the guard's credentials: the
administrator is one.
"""

import secrets

from beffroi.config.console.database import APPLICATIONS, django_database
from beffroi.config.database import OWNER
from beffroi.config.settings import load

SECRET_KEY = secrets.token_urlsafe(48)  # seals nothing: this process answers nobody
INSTALLED_APPS = APPLICATIONS
DATABASES = {"default": django_database(load(roles=(OWNER,)).database(OWNER))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
