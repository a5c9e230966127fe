"""Catalogues are in step with the sources, complete, and read by Python's own gettext."""

import gettext
import io
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import gettext as translated
from django.utils.translation import ngettext

from beffroi.ui import catalogue, translations
from beffroi.ui.catalogue import Message
from beffroi.ui.extraction import from_python, from_template

APPLICATIONS = translations.applications()


def test_repository_theme_owns_catalogues() -> None:
    assert any(path.name == "ui" for path in APPLICATIONS)


@pytest.mark.parametrize("application", APPLICATIONS, ids=lambda path: path.name)
def test_repository_catalogues_in_step_and_complete(application: Path) -> None:
    assert translations.faults(application) == []


def test_repository_message_reads_the_same_in_english_on_every_screen() -> None:
    english: dict[tuple[str, str | None], set[tuple[str, ...]]] = {}
    for application in APPLICATIONS:
        written = application / "locale" / "en" / "LC_MESSAGES" / "django.po"
        for message in catalogue.parse(written.read_text(encoding="utf-8")):
            english.setdefault((message.text, message.context), set()).add(message.strings)
    assert {text: strings for text, strings in english.items() if len(strings) > 1} == {}


def test_translator_forgotten_message_is_named(tmp_path: Path) -> None:
    (tmp_path / "locale").mkdir()
    (tmp_path / "screen.py").write_text('title = _("Bonjour !")\n')
    files, untranslated = translations.expected_files(tmp_path)
    assert untranslated == ["Bonjour !"]
    for path, data in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    assert translations.faults(tmp_path) == [f"{tmp_path.name}: no English for 'Bonjour !'"]
    (tmp_path / "screen.py").write_text('title = _("Bonsoir !")\n')
    assert any("out of step" in fault for fault in translations.faults(tmp_path))


def test_translator_catalogue_written_then_read_is_the_same() -> None:
    messages = [
        Message('Une "citation"\net\tsuite \\ fin', strings=("A “quote”\n",)),
        Message("%(n)s dossier", "%(n)s dossiers", strings=("%(n)s file", "%(n)s files"), python_format=True),
        Message("Mai", context="mois", strings=("May",)),
    ]
    assert sorted(catalogue.parse(catalogue.write(messages, "en")), key=lambda each: each.key) == sorted(
        messages, key=lambda each: each.key
    )


def test_python_gettext_reads_the_compiled_catalogue() -> None:
    messages = [
        Message("Oui", strings=("Yes",)),
        Message("un dossier", "des dossiers", strings=("one file", "many files")),
        Message("Mai", context="mois", strings=("May",)),
        Message("Jamais traduit", strings=("",)),
    ]
    read = gettext.GNUTranslations(io.BytesIO(catalogue.compiled(messages, "en")))
    assert read.gettext("Oui") == "Yes"
    assert read.ngettext("un dossier", "des dossiers", 2) == "many files"
    assert read.pgettext("mois", "Mai") == "May"
    assert read.gettext("Jamais traduit") == "Jamais traduit"


def test_catalogue_foreign_line_refused() -> None:
    with pytest.raises(ValueError, match="not a line"):
        catalogue.parse('msgid "a"\nmsgstr "b"\nimport os\n')


def test_extraction_python_finds_literals_only() -> None:
    source = '_("un")\nngettext("deux", "deuxs", n)\npgettext("c", "trois")\n_(variable)\nother("quatre")\n'
    found = [(each.context, each.text, each.plural) for each in from_python(source, "x.py")]
    assert found == [("", "un", ""), ("", "deux", "deuxs"), ("c", "trois", "")]


def test_extraction_template_finds_tags_and_plurals() -> None:
    source = (
        "{% load i18n %}{% translate \"Fil d'Ariane\" %}{{ _('Page') }}"
        "{% blocktranslate count n=n %}{{ n }} jour{% plural %}{{ n }} jours{% endblocktranslate %}"
        "{% translate 'Mai' context 'mois' %}"
    )
    found = {(each.context, each.text, each.plural) for each in from_template(source, "x.html")}
    assert found == {
        ("", "Fil d'Ariane", ""),
        ("", "Page", ""),
        ("", "%(n)s jour", "%(n)s jours"),
        ("mois", "Mai", ""),
    }


def test_french_reader_sees_typography_and_zero_in_the_singular() -> None:
    assert translated("Que faire ?") == "Que faire\u202f?"
    text = ngettext("%(used)s sur %(cap)s\u00a0personne", "%(used)s sur %(cap)s\u00a0personnes", 0)
    assert text == "%(used)s sur %(cap)s\u00a0personne"


def test_english_reader_sees_english() -> None:
    with translation.override("en"):
        assert translated("Que faire ?") == "What to do"
        assert ngettext("%(used)s sur %(cap)s\u00a0personne", "%(used)s sur %(cap)s\u00a0personnes", 0).startswith(
            "%(used)s of"
        )
