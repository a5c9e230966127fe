"""What each kind of entry discloses, said once, and said of every kind that may name a person."""

import asyncpg
import pytest

from beffroi.core.disclosure import DISCLOSED, RELEASING, Disclosed, classified
from beffroi.core.facts import Request
from beffroi.core.ids import ApplicationId, PurposeCode
from beffroi.core.policy import Action
from beffroi.guard.decisions.asks import Ask, Manner
from beffroi.guard.forensics.questions import HOT, READ_BY, READERS
from beffroi.guard.journal import Entry, append
from spec.readings import RELEASES
from tests.databases import FreshDatabase
from tests.guard.retention.past import PEOPLE


def test_releasing_kinds_are_those_that_disclose_something() -> None:
    assert {kind for kind, what in DISCLOSED.items() if what is not Disclosed.NOTHING} == RELEASING
    assert {"released", "found"} == RELEASING == RELEASES


@pytest.mark.parametrize("text", [READ_BY, HOT, *READERS.values()])
def test_i11_every_question_counts_the_releasing_kinds_and_no_other(text: str) -> None:
    listed = ", ".join(f"'{kind}'" for kind in sorted(RELEASING))
    assert f"kind IN ({listed})" in text


def test_kind_nobody_classified_may_name_nobody() -> None:
    assert classified("of-tomorrow", None)
    assert not classified("of-tomorrow", "8c4f4b2e-7f3a-4d2b-9a51-6f0e3c1d2b4a")


async def test_entry_about_a_person_of_a_kind_nobody_classified_is_not_written(fresh: FreshDatabase) -> None:
    conn = await asyncpg.connect(fresh.guard)
    now = await conn.fetchval("SELECT guard.instant()")
    with pytest.raises(ValueError, match=r"disclosure\.py"):
        await append(conn, [Entry(now, "of-tomorrow", person=PEOPLE[0])])
    await append(conn, [Entry(now, "of-tomorrow"), Entry(now, "refused", person=PEOPLE[0])])
    assert await conn.fetchval("SELECT count(*) FROM guard.journal") == 2
    await conn.close()


def test_charge_of_a_kind_nobody_classified_never_reaches_the_hot_path() -> None:
    nobody = Request(Action.RELEASE, ApplicationId("cases"), PurposeCode("follow-up"), None, 0, None)
    with pytest.raises(ValueError, match=r"disclosure\.py"):
        Ask(nobody, b"", b"", lambda _: None, kind="of-tomorrow")
    Ask(nobody, b"", b"", lambda _: None, kind="of-tomorrow", manner=Manner.QUESTION)
