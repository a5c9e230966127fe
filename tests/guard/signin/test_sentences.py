"""Every sentence of the pages has its English, and none is left that no page says."""

import ast
import re
from pathlib import Path

from beffroi.guard.approvals import page
from beffroi.guard.habilitations import proofing
from beffroi.guard.personal import arriving, code_page
from beffroi.guard.personal import messages as personal
from beffroi.guard.reviewing import page as reviewing_page
from beffroi.guard.signin import messages
from beffroi.guard.signin.pages import translate
from beffroi.guard.signin.sentences import ENGLISH

FOLDER = Path(messages.__file__).parent


def said() -> set[str]:
    """Sentences of the templates, of the messages, and of the modules that draw pages."""
    found: set[str] = set()
    for template in (FOLDER / "templates").glob("*.html"):
        found |= set(re.findall(r'_\("([^"]+)"\)', template.read_text("utf-8")))
    drawing = [FOLDER / f"{name}.py" for name in ("proving", "enrolling", "leaving", "messages")]
    for module in [*drawing, *(Path(one.__file__) for one in (page, proofing, reviewing_page, arriving, code_page))]:
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in ENGLISH:
                found.add(node.value)
    for message in (*vars(messages).values(), *vars(personal).values()):
        if isinstance(message, messages.Message):
            found |= {message.title, *message.sentences}
    return found


def test_every_sentence_has_its_english_and_no_english_is_left_over() -> None:
    assert said() == set(ENGLISH)


def test_french_punctuation_never_begins_a_line() -> None:
    for sentence in ENGLISH:
        assert not re.search(r" [:;?!»]", translate("fr", sentence))
    assert translate("fr", "Un code ?") == "Un code\u00a0?"
