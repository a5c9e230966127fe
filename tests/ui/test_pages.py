"""Whole pages: shell, headers, error pages, static files, start-up checks."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client, RequestFactory, override_settings
from django.utils import translation

from beffroi.ui import errors
from beffroi.ui.checks import check_settings
from beffroi.ui.headers import content_security_policy
from beffroi.ui.shell import Account, NavigationItem

GUIDE = "/guide-de-style/"
OWN_TEMPLATES = Path(errors.__file__).parent / "templates"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_reader_guide_is_in_the_language_asked(client: Client, language: str) -> None:
    response = client.get(GUIDE, headers={"accept-language": language})
    assert response.status_code == 200
    html = response.content.decode()
    assert f'<html lang="{language}">' in html
    assert ("Skip to content" in html) is (language == "en")
    assert ("Aller au contenu" in html) is (language == "fr")


def test_reader_language_switch_is_a_post_that_lasts(client: Client) -> None:
    answer = client.post("/langue/", {"language": "en", "next": GUIDE})
    assert answer.status_code == 302
    assert "Skip to content" in client.get(GUIDE).content.decode()


def test_attacker_language_switch_leads_nowhere_else(client: Client) -> None:
    assert client.post("/langue/", {"language": "en", "next": "https://ailleurs.example/"}).headers["Location"] == "/"


def test_page_has_no_script_no_inline_style_and_no_outside_host(client: Client) -> None:
    html = client.get(GUIDE).content.decode()
    assert not re.search(r"<script|\sstyle=|\son\w+=|javascript:", html)
    assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", html)


def test_page_headers_forbid_scripts_frames_and_copies(client: Client) -> None:
    headers = client.get(GUIDE).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "script-src" not in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"


def test_sign_in_form_may_end_on_the_named_origin_only() -> None:
    assert "form-action 'self' https://garde.example;" in content_security_policy(("https://garde.example",))
    assert "form-action 'self';" in content_security_policy(())


def test_header_names_the_agent_and_marks_one_current_entry(client: Client) -> None:
    html = client.get(GUIDE).content.decode()
    assert "Nadia Kervella" in html
    navigation = html[html.index('class="navigation"') : html.index("</header>")]
    assert navigation.count('aria-current="page"') == 1


@pytest.mark.parametrize(
    ("url", "path", "current"),
    [
        ("/dossiers/", "/dossiers/12/", True),
        ("/dossiers/", "/dossiers-archives/", False),
        ("/", "/dossiers/", False),
        ("/", "/", True),
    ],
)
def test_navigation_entry_current_under_its_address(url: str, path: str, current: bool) -> None:
    assert NavigationItem("x", url).is_current(path) is current


@pytest.mark.parametrize(("name", "initials"), [("Anne-Laure Le Goff", "AG"), ("Cher", "C"), ("", "")])
def test_account_mark_holds_two_letters_at_most(name: str, initials: str) -> None:
    assert Account(name, "", "", "", "").initials == initials


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (400, "illisible"),
        (403, "ne vous est pas ouverte"),
        (404, "n’existe pas"),
        (429, "Trop de demandes"),
        (500, "Une erreur s’est produite"),
        (503, "Le service de garde ne répond pas"),
    ],
)
def test_reader_error_page_says_what_to_do(status: int, sentence: str) -> None:
    answer = errors.error_page(RequestFactory().get("/"), status)
    html = answer.content.decode()
    assert answer.status_code == status
    assert sentence in html
    assert html.count("<li>") >= 2


def test_reader_guard_down_learns_what_works_and_when_to_retry() -> None:
    answer = errors.guard_unavailable(RequestFactory().get("/"), retry_after=30)
    assert answer.headers["Retry-After"] == "30"
    html = answer.content.decode()
    assert "Les rendez-vous du jour" in html
    assert "dans 30 secondes" in html


def test_error_page_asks_the_shell_nothing() -> None:
    with override_settings(UI_SHELL="nowhere.at_all"):
        assert errors.guard_unavailable(RequestFactory().get("/")).status_code == 503


def test_reader_wrong_address_gets_our_page(client: Client) -> None:
    answer = client.get("/nulle-part/")
    assert answer.status_code == 404
    assert "n’existe pas" in answer.content.decode()


def test_attacker_form_without_token_refused_with_our_page() -> None:
    answer = Client(enforce_csrf_checks=True, headers={"accept-language": "fr"}).post("/langue/", {"language": "en"})
    assert answer.status_code == 403
    assert "ne vous est pas ouverte" in answer.content.decode()


@pytest.mark.parametrize(
    ("setting", "value", "identifier"),
    [
        ("UI_SHELL", "", "ui.E001"),
        ("UI_SHELL", "beffroi.ui.nowhere.shell", "ui.E001"),
        ("UI_FORM_ORIGINS", None, "ui.E002"),
    ],
)
def test_operator_missing_setting_refuses_to_start(setting: str, value: object, identifier: str) -> None:
    assert check_settings(None) == []
    with override_settings(**{setting: value}):
        assert [fault.id for fault in check_settings(None)] == [identifier]


def test_static_files_survive_hashed_names(tmp_path: Path) -> None:
    storages = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
    with override_settings(STATIC_ROOT=str(tmp_path), STORAGES={**settings.STORAGES, **storages}):
        call_command("collectstatic", interactive=False, verbosity=0)
        paths = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
        assert {"beffroi/beffroi.css", "beffroi/logo.svg"} <= paths.keys()
        html = Client().get(GUIDE).content.decode()
        assert f"/static/{paths['beffroi/beffroi.css']}" in html
        assert "integrity=" not in html


def test_style_sheet_asks_no_outside_host() -> None:
    path = finders.find("beffroi/beffroi.css")
    assert isinstance(path, str)
    sheet = Path(path).read_text("utf-8")
    assert "url(" not in sheet
    assert "@import" not in sheet


def test_style_sheet_class_of_every_template_is_known_or_deliberate() -> None:
    path = finders.find("beffroi/beffroi.css")
    assert isinstance(path, str)
    known = set(re.findall(r"\.([a-z][a-z-]+)", Path(path).read_text("utf-8")))
    without_rule = {"wide", "bare", "messages", "post-button", "reference"}
    for template in OWN_TEMPLATES.rglob("*.html"):
        text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", template.read_text("utf-8"), flags=re.DOTALL)
        used = {name for names in re.findall(r'class="([^"]*)"', text) for name in names.split()}
        unknown = {name for name in used if not name.endswith("-")} - known - without_rule
        assert not unknown, f"{template.name}: {unknown}"


def test_translated_page_keeps_no_french_in_english() -> None:
    with translation.override("en"):
        html = Client(headers={"accept-language": "en"}).get(GUIDE).content.decode()
    text = re.sub(r"<[^>]+>", " ", html)
    assert not re.search(r"\b(vous|votre|dossiers?|personnes|cette)\b", text, re.IGNORECASE)
