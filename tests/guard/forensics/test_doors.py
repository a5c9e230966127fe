"""Who was read, through the doors: whose question it is, what it answers, that it is journaled first."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from beffroi.core.approvals import Objection
from beffroi.core.refusals import Code
from beffroi.guard.journal import Entry, append
from beffroi.guard.retention.exporting import Place, export
from beffroi.guard.web.problems import Fault
from tests.databases import FreshDatabase
from tests.guard.approvals.office import Seat, seat
from tests.guard.retention import past
from tests.guard.retention.test_exporting import EVERYTHING, KEPT
from tests.guard.signin.serving import Guard, serve

READERS, READ_BY = "/v1/forensics/readers", "/v1/forensics/read-by"


@dataclass
class Office:
    """Two advisers of one office who read some people, and those who may ask about it."""

    guard: Guard
    security: Seat
    local: Seat
    manager: Seat
    advisers: tuple[Seat, Seat]
    people: tuple[str, ...]

    def ask(self, who: Seat, door: str, **body: Any) -> httpx.Response:
        """POST a question, over today unless the body says otherwise."""
        now = datetime.now(UTC)
        window = {
            "from_at": (now - timedelta(days=1)).isoformat(),
            "until_at": (now + timedelta(hours=1)).isoformat(),
        }
        return self.guard.call("POST", door, who.handle, json=window | body)

    def read(self, who: Seat, person: str, groups: int = 1) -> int:
        """Somebody opened, as the hot path journals it; the entry's number."""

        async def opened() -> int:
            world = self.guard.world
            entry = Entry(
                await world.now(), "released", person, groups, who.member.account,
                organisation=self.guard.organisation,
                application="console", role="adviser", purpose="follow-up", explanation="followed",
            )  # fmt: skip
            return (await append(world.conn, [entry]))[0]

        return self.guard.run(opened())


@pytest.fixture(scope="module")
def office(fresh_for_module: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with serve(fresh_for_module.guard, tmp_path_factory.mktemp("provider")) as guard:
        network = guard.run(guard.world.organisation("Network", kind="network"))
        security = seat(guard, "Claire Fontaine", "security-officer", organisation=network)
        local = seat(guard, "Luc Dupuis", "security-officer")
        manager = seat(guard, "Philippe Garnier", "account-manager")
        advisers = (seat(guard, "Camille Moreau", "adviser"), seat(guard, "Karim Haddad", "adviser"))
        people = tuple(guard.run(guard.world.person(guard.organisation)) for _ in range(5))
        found = Office(guard, security, local, manager, advisers, people)
        for person in people[:3]:
            found.read(advisers[0], person)
        found.read(advisers[0], people[0], 3)
        found.read(advisers[1], people[3])
        yield found


def code(answer: httpx.Response) -> str:
    return str(answer.json()["code"])


def test_security_asks_whom_an_account_read_and_is_told_each_person_once_with_all_groups(office: Office) -> None:
    account = office.advisers[0].member.account
    answer = office.ask(office.security, READERS, by="account", ids=[account])
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["total"], told["openings"], told["lost_until"]) == (3, 4, None)
    assert {row["person"]: (row["groups"], row["openings"]) for row in told["rows"]} == {
        office.people[0]: (["identity", "contact"], 2),
        office.people[1]: (["identity"], 1),
        office.people[2]: (["identity"], 1),
    }
    assert told["groups"] == {"identity": 3, "contact": 1}
    by_address = office.ask(office.security, READERS, by="line", email=office.advisers[0].member.persona.email).json()
    assert by_address["rows"] == told["rows"]
    whole = office.ask(office.security, READERS, by="organisation", ids=[office.guard.organisation]).json()
    assert whole["total"] == 4


def test_security_asks_who_read_a_person_and_is_told_when_by_whom_which_groups_and_why(office: Office) -> None:
    told = office.ask(office.security, READ_BY, person=office.people[0]).json()
    assert told["total"] == 2
    assert [(row["account"], row["groups"], row["explanation"]) for row in told["rows"]] == [
        (office.advisers[0].member.account, ["identity", "contact"], "followed"),
        (office.advisers[0].member.account, ["identity"], "followed"),
    ]
    assert {row["organisation_name"] for row in told["rows"]} == {"North"}
    assert told["rows"][0]["entry"] > told["rows"][1]["entry"]


def test_every_question_is_journaled_once_whatever_its_pages(office: Office) -> None:
    before = len(office.guard.journal("readings-asked"))
    ids = [one.member.account for one in office.advisers]
    now = datetime.now(UTC)
    window = {"from_at": (now - timedelta(days=2)).isoformat(), "until_at": (now + timedelta(hours=2)).isoformat()}
    pages = [
        office.ask(office.security, READERS, by="account", ids=ids, page=page, size=2, **window).json()
        for page in (1, 2)
    ]
    assert [len(page["rows"]) for page in pages] == [2, 2]
    assert (pages[0]["pages"], pages[0]["entry"]) == (2, pages[1]["entry"])
    said = office.guard.journal("readings-asked")[before:]
    assert [entry["entry"] for entry in said] == [pages[0]["entry"]]
    assert said[0]["account"] is not None
    assert str(said[0]["account"]) == office.security.member.account
    assert json.loads(said[0]["detail"])["ids"] == sorted(ids)
    asked = office.ask(office.security, READ_BY, person=office.people[4]).json()
    [entry] = [one for one in office.guard.journal("readings-asked") if one["entry"] == asked["entry"]]
    assert str(entry["person"]) == office.people[4]


def test_manager_is_refused_where_security_is_answered(office: Office) -> None:
    questions: list[tuple[str, dict[str, Any]]] = [
        (READERS, {"by": "organisation", "ids": [office.guard.organisation]}),
        (READ_BY, {"person": office.people[0]}),
    ]
    for door, body in questions:
        for who in (office.manager, office.advisers[0]):
            answer = office.ask(who, door, **body)
            assert (answer.status_code, code(answer)) == (403, Code.ACTION_NOT_ALLOWED), answer.text
        assert office.ask(office.security, door, **body).status_code == 200
    for who, status in ((office.manager, 403), (office.security, 200)):
        assert office.guard.call("POST", "/v1/forensics/options", who.handle, json={}).status_code == status


def test_security_of_one_office_asks_about_that_office_and_about_nobody_else(office: Office) -> None:
    own, other = office.guard.organisation, office.guard.run(office.guard.world.organisation("South"))
    assert office.ask(office.local, READERS, by="organisation", ids=[own]).status_code == 200
    for body in (
        {"by": "organisation", "ids": [other]},
        {"by": "organisation", "ids": [own, other]},
        {"by": "account", "ids": [office.advisers[0].member.account]},
        {"by": "application", "ids": ["console"]},
    ):
        answer = office.ask(office.local, READERS, **body)
        assert code(answer) == Objection.OUT_OF_REACH, answer.text
    assert code(office.ask(office.local, READ_BY, person=office.people[0])) == Objection.OUT_OF_REACH
    told = office.guard.call("POST", "/v1/forensics/options", office.local.handle, json={}).json()
    assert (told["kinds"], [one["id"] for one in told["organisations"]]) == (["organisation"], [own])


def test_question_refused_is_not_journaled_and_reads_nothing(office: Office) -> None:
    before = len(office.guard.journal("readings-asked"))
    office.ask(office.local, READERS, by="account", ids=[office.advisers[0].member.account])
    office.ask(office.manager, READ_BY, person=office.people[0])
    office.ask(office.security, READERS, by="account", email="nobody@north.example")
    assert len(office.guard.journal("readings-asked")) == before


@pytest.mark.parametrize(
    "body",
    [
        {"by": "planet", "ids": ["x"]},
        {"by": "account", "ids": ["not-a-uuid"]},
        {"by": "account", "ids": []},
        {"by": "account"},
        {"by": "organisation", "email": "a@north.example"},
        {"by": "application", "ids": ["c" * 65]},
        {"by": "application", "ids": ["console"], "size": 20_001},
        {"by": "application", "ids": ["console"], "page": 0},
        {"by": "application", "ids": ["console"] * 101},
        {"by": "application", "ids": ["console"], "from_at": "2026-01-01T00:00:00"},
        {"by": "application", "ids": ["console"], "until_at": "2001-01-01T00:00:00Z"},
        {"by": "application", "ids": ["console"], "more": 1},
    ],
)
def test_security_whose_question_is_malformed_is_told_where(office: Office, body: dict[str, Any]) -> None:
    answer = office.ask(office.security, READERS, **body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["errors"]


def test_body_larger_than_a_question_is_refused(office: Office) -> None:
    answer = office.ask(office.security, READERS, by="application", ids=["console"], email="a" * 2_000_000)
    assert answer.status_code == 413


def test_answer_of_one_session_is_not_shown_to_another_without_its_own_question(office: Office) -> None:
    now = datetime.now(UTC)
    body = {
        "by": "organisation", "ids": [office.guard.organisation],
        "from_at": (now - timedelta(days=3)).isoformat(), "until_at": (now + timedelta(hours=3)).isoformat(),
    }  # fmt: skip
    first = office.guard.call("POST", READERS, office.security.handle, json=body).json()
    second = office.guard.call("POST", READERS, office.local.handle, json=body).json()
    assert first["rows"] == second["rows"]
    assert first["entry"] < second["entry"]


def test_questions_at_the_same_instant_are_all_answered_and_all_journaled(office: Office) -> None:
    before = len(office.guard.journal("readings-asked"))
    now = datetime.now(UTC)

    def ask(hours: int) -> int:
        window = {
            "from_at": (now - timedelta(days=1)).isoformat(),
            "until_at": (now + timedelta(days=1, hours=hours)).isoformat(),
        }
        body = {"by": "application", "ids": ["console"], **window}
        return int(office.guard.call("POST", READERS, office.security.handle, json=body).json()["total"])

    with ThreadPoolExecutor(6) as threads:
        assert set(threads.map(ask, range(6))) == {4}
    assert len(office.guard.journal("readings-asked")) == before + 6


def test_question_over_files_is_answered_and_with_one_tampered_refused_by_name(
    fresh: FreshDatabase, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with serve(fresh.guard, tmp_path_factory.mktemp("provider")) as guard:
        network = guard.run(guard.world.organisation("Network", kind="network"))
        security = seat(guard, "Claire Fontaine", "security-officer", organisation=network)

        async def lived() -> None:
            conn = await asyncpg.connect(fresh.guard)
            await past.lived(fresh.owner, conn, past.history(past.midnight(3), 3, 200, seed=31))
            await export(conn, guard.world.keys, Place(tmp_path, KEPT), EVERYTHING)
            await conn.close()

        guard.run(lived())
        object.__setattr__(guard.services.settings, "cold_folder", tmp_path)
        body = {
            "by": "account", "ids": past.ACCOUNTS[:2],
            "from_at": past.midnight(3).isoformat(), "until_at": past.midnight(0).isoformat(),
        }  # fmt: skip
        told = guard.call("POST", READERS, security.handle, json=body)
        assert told.status_code == 200, told.text
        assert told.json()["total"] > 10
        path = tmp_path / f"{past.midnight(2):%Y-%m-%d}.parquet"
        path.write_bytes(path.read_bytes() + b"\0")
        refused = guard.call("POST", READERS, security.handle, json=body | {"ids": past.ACCOUNTS[:3]})
        assert (refused.status_code, code(refused)) == (503, Fault.PAST_UNREADABLE)
        assert path.name in refused.json()["reason"]
