"""Problems: the sentence of every code, the language, and that two unlike situations read alike where they must."""

import msgspec
import pytest

from beffroi.core.approvals import Objection
from beffroi.core.decision import Refusal
from beffroi.core.policy import Demand, Level
from beffroi.core.refusals import Code
from beffroi.core.sentences import SENTENCES
from beffroi.guard.web import problems
from beffroi.guard.web.problems import Fault


@pytest.mark.parametrize("code", [*Code, *Fault])
def test_every_code_has_two_sentences_and_a_status(code: str) -> None:
    french = msgspec.json.decode(problems.answer(code, None).body)
    english = msgspec.json.decode(problems.answer(code, b"en-GB,en;q=0.9,fr;q=0.1").body)
    assert french["type"] == english["type"] == f"urn:beffroi:problem:{code}"
    assert french["status"] == english["status"] >= 400
    assert french["detail"] != english["detail"]
    assert french["title"]
    assert english["title"]


def test_no_code_means_two_things() -> None:
    codes = [str(code) for kind in (Code, Fault, Objection) for code in kind]
    assert len(codes) == len(set(codes))


def test_refusal_table_holds_every_code() -> None:
    assert set(SENTENCES) == set(Code)


@pytest.mark.parametrize(
    ("header", "tongue"),
    [
        (None, "fr"),
        (b"", "fr"),
        (b"en", "en"),
        (b"EN-us", "en"),
        (b"de,en;q=0.5", "en"),
        (b"fr;q=0.4,en;q=0.3", "fr"),
        (b"en;q=0", "fr"),
        (b"en;q=banana", "fr"),
        (b"*", "fr"),
        (b"en;q=2", "fr"),
        (b"x" * 4000, "fr"),
        (b"\xff\xfe", "fr"),
    ],
)
def test_language_follows_the_preference_and_falls_back_to_french(header: bytes | None, tongue: str) -> None:
    assert problems.language_of(header) == tongue


def test_step_up_names_level_and_page_exhausted_budget_names_span() -> None:
    step = Refusal(Code.STEP_UP_REQUIRED, demand=Demand(Level.SECOND_FACTOR, 300))
    body = msgspec.json.decode(problems.refusal(step, None, "https://g.example/step-up").body)
    assert body["step_up"] == {"level": 2, "max_age": 300, "url": "https://g.example/step-up"}
    body = msgspec.json.decode(problems.refusal(Refusal(Code.BUDGET_ACCOUNT, "day"), None, "").body)
    assert body["span"] == "day"
    assert "step_up" not in body
