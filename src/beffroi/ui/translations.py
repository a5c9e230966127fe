"""Keeps the catalogues in step with the sources: ``python -m beffroi.ui.translations update|check``.

Messages are written in French, with ordinary spaces and apostrophes. For each application that has a ``locale``
folder:

- ``en`` is translated by hand in its ``django.po``; ``update`` adds new messages and drops those that are gone;
- ``fr`` is derived: every message whose French typography differs from what was typed, and every plural (in
  French zero is singular). Nobody edits it.

Both are compiled to ``django.mo`` and committed, because ``msgfmt`` is not on a fresh machine.
"""

import sys
from pathlib import Path

import click

from .catalogue import Message, compiled, parse, write
from .extraction import from_folder
from .formatting import french

SOURCES = Path(__file__).resolve().parent.parent


def applications(sources: Path = SOURCES) -> list[Path]:
    """Folders of the applications that own catalogues: those holding a ``locale`` folder."""
    return sorted(path.parent for path in sources.rglob("locale") if path.is_dir())


def _filled(message: Message, strings: tuple[str, ...]) -> Message:
    return Message(message.text, message.plural, message.context, strings, message.places, message.python_format)


def derived_french(messages: list[Message]) -> list[Message]:
    """The ``fr`` catalogue of `messages`: see the module's text."""
    return [
        _filled(each, tuple(french(text) for text in (each.text, each.plural) if text))
        for each in messages
        if each.plural or french(each.text) != each.text
    ]


def merged_english(messages: list[Message], known: list[Message]) -> list[Message]:
    """`messages` with the translations of `known` where the message is still the same."""
    translations = {(each.key, each.plural): each.strings for each in known}
    return [_filled(each, translations.get((each.key, each.plural), ())) for each in messages]


def expected_files(application: Path) -> tuple[dict[Path, bytes], list[str]]:
    """Catalogue files as they should be for the sources of `application`, and its messages without English.

    Raises ValueError when the English .po file cannot be read as one.
    """
    locale = application / "locale"
    english_po = locale / "en" / "LC_MESSAGES" / "django.po"
    known = parse(english_po.read_text("utf-8")) if english_po.exists() else []
    messages = from_folder(application, SOURCES if SOURCES in application.parents else application)
    files: dict[Path, bytes] = {}
    english = merged_english(messages, known)
    for language, entries in (("en", english), ("fr", derived_french(messages))):
        folder = locale / language / "LC_MESSAGES"
        files[folder / "django.po"] = write(entries, language).encode()
        files[folder / "django.mo"] = compiled(entries, language)
    return files, [each.text for each in english if not each.translated]


def faults(application: Path) -> list[str]:
    """What is out of step, as sentences saying what to do; empty when all is well."""
    files, untranslated = expected_files(application)
    stale = [path for path, data in files.items() if not path.exists() or path.read_bytes() != data]
    return [f"{path}: out of step; run python -m beffroi.ui.translations update" for path in stale] + [
        f"{application.name}: no English for {text!r}" for text in untranslated
    ]


@click.command()
@click.argument("action", type=click.Choice(["update", "check"]))
def main(action: str) -> None:
    """Update the catalogues of every application, or check that they are in step with the sources."""
    failed = False
    for application in applications():
        if action == "update":
            files, _ = expected_files(application)
            for path, data in files.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
        for fault in faults(application):
            failed = True
            click.echo(fault, err=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
