"""Finds the messages to translate in Python sources and Django templates, without xgettext."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

from .catalogue import Message

_PLAIN = {"_", "gettext", "gettext_lazy", "gettext_noop"}
_PLURAL = {"ngettext", "ngettext_lazy"}
_CONTEXT = {"pgettext", "pgettext_lazy"}
_CONTEXT_PLURAL = {"npgettext", "npgettext_lazy"}
_CALL = re.compile(r"\b(?:_|n?p?gettext)\(")
_LITERAL = re.compile(r"""\s*u?('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")\s*(,?)""")
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]")


def _message(function: str, texts: list[str], place: str) -> Message | None:
    wanted = 1 + (function in _PLURAL | _CONTEXT) + 2 * (function in _CONTEXT_PLURAL)
    if len(texts) < wanted or not texts[0]:
        return None
    context = texts.pop(0) if function in _CONTEXT | _CONTEXT_PLURAL else ""
    plural = texts[1] if function in _PLURAL | _CONTEXT_PLURAL else ""
    return Message(texts[0], plural, context, (), (place,), bool(_PLACEHOLDER.search(texts[0] + plural)))


def from_python(source: str, place: str) -> Iterator[Message]:
    """Messages of the gettext calls whose arguments are literal. Raises SyntaxError on invalid Python."""
    known = _PLAIN | _PLURAL | _CONTEXT | _CONTEXT_PLURAL
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name not in known:
            continue
        texts: list[str] = []
        for argument in node.args:
            if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
                break
            texts.append(argument.value)
        if message := _message(name, texts, place):
            yield message


def from_template(source: str, place: str) -> Iterator[Message]:
    """Messages of ``translate`` and ``blocktranslate`` tags and of ``_("…")`` arguments."""
    text = templatize(source)
    for call in _CALL.finditer(text):
        texts: list[str] = []
        position = call.end()
        while literal := _LITERAL.match(text, position):
            texts.append(ast.literal_eval(literal[1]))
            position = literal.end()
            if not literal[2]:
                break
        if message := _message(call[0][:-1], texts, place):
            yield message


def from_folder(folder: Path, root: Path) -> list[Message]:
    """Every message under `folder`, merged by key; places are file paths relative to `root`.

    Only files are named, not lines: a catalogue should not change because a line moved.
    """
    merged: dict[tuple[str, str], Message] = {}
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(root).as_posix()
        if path.suffix == ".py":
            found = from_python(path.read_text("utf-8"), place)
        elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
            found = from_template(path.read_text("utf-8"), place)
        else:
            continue
        for message in found:
            old = merged.get(message.key)
            merged[message.key] = (
                message
                if old is None
                else Message(
                    message.text,
                    old.plural or message.plural,
                    message.context,
                    (),
                    old.places + message.places,
                    old.python_format or message.python_format,
                )
            )
    return list(merged.values())
