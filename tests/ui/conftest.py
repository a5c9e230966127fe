"""The theme on its own settings, whatever the project's are."""

import os
from collections.abc import Iterator

import django
import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.utils import translation

from beffroi.ui.standalone import SETTINGS

if not settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
    settings.configure(**SETTINGS)
    django.setup()


@pytest.fixture(autouse=True)
def theme() -> Iterator[None]:
    """Settings of the style guide, and French."""
    with override_settings(**SETTINGS), translation.override("fr"):
        yield


@pytest.fixture
def client() -> Client:
    """A browser without cookies, asking for French."""
    return Client(headers={"accept-language": "fr"})
