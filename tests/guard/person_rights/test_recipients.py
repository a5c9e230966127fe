"""Who received what a file holds, taken by the correspondent: what the person reads, for a request, and no more."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from random import choices
from string import ascii_lowercase
from typing import Any
from uuid import uuid4

import httpx
import pytest

from beffroi.core.messaging import Subject
from beffroi.core.personal import MOST_QUESTIONS
from beffroi.guard.personal import queueing
from beffroi.guard.personal.queueing import queue_of
from beffroi.guard.web.problems import Fault
from tests.config.console.stack import guard_served
from tests.databases import FreshDatabase
from tests.guard.approvals.office import Seat, seat
from tests.guard.personal.space import Space, space_of
from tests.guard.personal.test_consultations import journal_of, told

ROLE, PATH = "data-protection-correspondent", "/v1/person-requests/recipients"
_NUMBER = count()


@pytest.fixture(scope="module")
def served(fresh_for_module: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Space]:
    """With the hot path, which decides what a correspondent may take."""
    folder = tmp_path_factory.mktemp("provider")
    with guard_served(fresh_for_module, folder, "http://localhost:1/back") as (guard, _, _):
        yield space_of(guard)


@pytest.fixture
def nora(served: Space) -> Seat:
    """One for each test: the caps of these tests are met in four people."""
    return seat(served.guard, f"Nora {''.join(choices(ascii_lowercase, k=12))}", ROLE)


@pytest.fixture(scope="module")
def sami(served: Space) -> Seat:
    south = served.guard.run(served.guard.world.organisation("South"))
    return seat(served.guard, "Sami Correspondant", ROLE, organisation=south)


@pytest.fixture(autouse=True)
def _nothing_counted(served: Space) -> Iterator[None]:
    served.forget_limits()
    served.forget_bindings()
    yield
    served.guard.execute("DELETE FROM guard.delay")


def somebody(served: Space) -> str:
    """A person whom the office follows."""
    return served.file(
        last_name=f"Voisine{'abcdefghijklmnop'[next(_NUMBER)]}", first_names="Anna", birth_date="2001-01-01"
    )


def ask(served: Space, by: Seat, verb: str, **body: Any) -> httpx.Response:
    return served.guard.call("POST", f"/v1/person-requests/{verb}", by.handle, json=body)


def request_of(served: Space, by: Seat, person: str, article: str = "access", until: str = "in-progress") -> str:
    """A request of this person, taken to this state."""
    today = str(served.guard.one("SELECT (guard.instant() AT TIME ZONE 'Europe/Paris')::date::text"))
    made = ask(served, by, "register", person=person, article=article, received_on=today)
    assert made.status_code == 201, made.text
    request = str(made.json()["request"])
    for to in ("identified", "in-progress", "answered"):
        if until == "received":
            break
        assert ask(served, by, "move", request=request, to=to).status_code == 200
        if to == until:
            break
    return request


def take(served: Space, by: Seat, person: str, request: str) -> httpx.Response:
    return ask(served, by, "recipients", person=person, request=request)


def taken(served: Space, by: Seat, person: str, request: str) -> dict[str, Any]:
    answer = take(served, by, person, request)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def openings(served: Space, person: str) -> int:
    return int(served.guard.one("SELECT count(*) FROM guard.journal WHERE person = $1 AND kind = 'released'", person))


def test_adviser_takes_no_list_and_the_correspondent_does(served: Space, nora: Seat) -> None:
    person = somebody(served)
    request = request_of(served, nora, person)
    adviser = seat(served.guard, "Ana Conseillere", "adviser")
    before = openings(served, person)
    assert take(served, adviser, person, request).json()["code"] == "purpose-not-allowed"
    assert openings(served, person) == before
    assert take(served, nora, person, request).status_code == 200
    assert openings(served, person) == before + 1


def test_correspondent_of_another_office_learns_nothing(served: Space, nora: Seat, sami: Seat) -> None:
    person = somebody(served)
    request = request_of(served, nora, person)
    before = openings(served, person)
    theirs, nobody = [take(served, sami, one, request) for one in (person, str(uuid4()))]
    assert theirs.status_code == nobody.status_code == 404
    assert theirs.content == nobody.content
    assert openings(served, person) == before


def test_request_of_somebody_else_serves_nobody(served: Space, nora: Seat) -> None:
    person, neighbour = somebody(served), somebody(served)
    request = request_of(served, nora, person)
    before = openings(served, neighbour)
    theirs, none = [take(served, nora, neighbour, one) for one in (request, str(uuid4()))]
    assert theirs.json()["code"] == none.json()["code"] == "person-request-unknown"
    assert openings(served, neighbour) == before


@pytest.mark.parametrize("until", ["received", "identified", "answered"])
def test_request_that_is_not_worked_on_now_tells_nothing(served: Space, nora: Seat, until: str) -> None:
    person = somebody(served)
    request = request_of(served, nora, person, until=until)
    before = openings(served, person)
    assert take(served, nora, person, request).json()["code"] == "person-request-state"
    assert openings(served, person) == before


def test_request_of_portability_tells_nothing(served: Space, nora: Seat) -> None:
    person = somebody(served)
    request = request_of(served, nora, person, "portability")
    assert take(served, nora, person, request).json()["code"] == "person-request-unknown"


@pytest.mark.parametrize("changes", [{"person": "one"}, {"request": 3}, {"purpose": "person-rights"}])
def test_malformed_body_is_refused(served: Space, nora: Seat, changes: dict[str, Any]) -> None:
    body: dict[str, Any] = {"person": str(uuid4()), "request": str(uuid4()), **changes}
    assert ask(served, nora, "recipients", **body).status_code == 400


def test_i11_list_handed_out_is_what_the_journal_says_and_what_the_person_reads(served: Space, nora: Seat) -> None:
    for kind, groups, changes in (
        ("released", 3, {}), ("found", 0, {"explanation": None}), ("updated", 1, {}), ("refused", 1, {}),
        ("released", 32, {"explanation": "break-glass", "role": "receptionist"}),
    ):  # fmt: skip
        served.consulted(served.ines, kind, groups, **changes)
    request = request_of(served, nora, served.ines)
    whole = taken(served, nora, served.ines, request)
    oracle = journal_of(served, served.ines)
    listed = sorted(datetime.fromisoformat(row["at"]) for row in whole["consultations"])
    assert listed == sorted(row["at"] for row in oracle)
    own = told(served, served.signed_in())
    shared = ("at", "kind", "groups", "organisation_name", "job", "purpose", "explanation", "reason")
    assert whole["consultations"] == [{name: row[name] for name in shared} for row in own]
    assert whole["consultations"][0]["kind"] == "answering", "the person sees that this very list was taken"
    assert (whole["left_out"], whole["lost_until"]) == (0, None)
    accounts = {str(row["account"]) for row in oracle if row["account"] is not None}
    assert accounts
    assert not any(account in str(whole) for account in accounts)
    assert ask(served, nora, "move", request=request, to="answered").status_code == 200


def test_consultations_delayed_for_an_investigation_are_left_out_and_then_appear(served: Space, nora: Seat) -> None:
    person = somebody(served)
    watched = str(uuid4())
    served.consulted(person, account=watched)
    served.consulted(person)
    request = request_of(served, nora, person)
    now = datetime.now(UTC)
    delay = {
        "id": uuid4(), "request": uuid4(), "account": watched, "from_at": now - timedelta(days=2),
        "until_at": now + timedelta(days=2), "shown_at": now + timedelta(days=10), "renews": None, "decided_at": now,
    }  # fmt: skip
    served.guard.run(served.guard.world.insert("delay", **delay))
    hidden = taken(served, nora, person, request)
    assert [row["kind"] for row in hidden["consultations"]] == ["answering", "released"]
    assert hidden["left_out"] == 0, "the count says nothing of it"
    served.guard.amend("delay", delay["id"], shown_at=served.guard.one("SELECT guard.instant()"))
    kinds = [row["kind"] for row in taken(served, nora, person, request)["consultations"]]
    assert kinds == ["answering", "answering", "released", "released"]


def test_organisations_that_follow_are_named_with_how_and_since_when(served: Space, nora: Seat, sami: Seat) -> None:
    guard, person = served.guard, somebody(served)
    school = guard.run(guard.world.organisation("School", kind="training-organisation"))
    now = datetime.now(UTC)
    relation = {"person": person, "organisation": school, "referent": None, "since_at": now - timedelta(days=3)}
    guard.run(guard.world.insert("relation", kind="enrolment", until_at=None, **relation))
    over = {**relation, "until_at": now - timedelta(days=1)}
    guard.run(guard.world.insert("relation", kind="appointment", **over))
    whole = taken(served, nora, person, request_of(served, nora, person))
    assert [(one["organisation_name"], one["kind"]) for one in whole["followed_by"]] == [
        ("North", "followed"), ("School", "enrolment"),
    ]  # fmt: skip


def test_messages_of_one_s_own_office_are_told_and_those_of_another_are_not(
    served: Space, nora: Seat, sami: Seat
) -> None:
    guard, person = served.guard, somebody(served)
    now = datetime.now(UTC)
    elsewhere = guard.one("SELECT organisation FROM guard.habilitation WHERE account = $1", sami.member.account)
    for place, by in ((guard.organisation, nora), (elsewhere, sami)):
        notice = {
            "id": uuid4(), "code": uuid4().hex[:12], "subject": Subject.CALL_BACK.value, "day": None, "hour": None,
            "account": by.member.account, "organisation": place, "people": 1, "made_at": now,
        }  # fmt: skip
        guard.run(guard.world.insert("notice", **notice))
        letter = {"id": uuid4(), "notice": notice["id"], "person": person, "made_at": now}
        mac = guard.services.keys.authenticator.stamp_row("letter", letter)
        guard.execute(
            "INSERT INTO guard.letter (id, notice, person, made_at, mac, due_at) VALUES ($1, $2, $3, $4, $5, $4)",
            *letter.values(), mac,
        )  # fmt: skip
    [message] = taken(served, nora, person, request_of(served, nora, person))["messages"]
    assert "North" in message["text"]["fr"]
    assert message["sent_at"] is None


def test_lists_of_one_correspondent_are_limited_and_the_person_is_kept_waiting_by_nobody(
    served: Space, nora: Seat
) -> None:
    request = request_of(served, nora, served.ines)
    queue = queue_of(served.guard.services)
    who = f"agent {nora.member.account}"
    assert queue.enter(who) is None
    assert take(served, nora, served.ines, request).json()["code"] == "question-waiting"
    assert served.ask(served.signed_in()).status_code == 200
    queue.leave(who)
    answers = [take(served, nora, served.ines, request) for _ in range(MOST_QUESTIONS)]
    assert answers[-1].json()["code"] == Fault.TOO_MANY_QUESTIONS


def test_past_that_cannot_be_read_hands_out_nothing(
    served: Space, nora: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = somebody(served)
    request = request_of(served, nora, person)
    monkeypatch.setattr(queueing, "PATIENCE", 0.01)
    queue = queue_of(served.guard.services)

    async def held() -> httpx.Response:
        async with queue.turn():
            return await asyncio.to_thread(take, served, nora, person, request)

    answer = served.guard.run(held())
    assert answer.json()["code"] == Fault.OVERLOADED


def test_i16_request_changed_behind_the_guard_tells_nothing(served: Space, nora: Seat) -> None:
    person = somebody(served)
    request = request_of(served, nora, person, until="received")
    served.guard.execute("UPDATE guard.person_request SET state = 'in-progress' WHERE id = $1", request)
    before = openings(served, person)
    assert take(served, nora, person, request).json()["code"] == "integrity"
    assert openings(served, person) == before


def test_person_merged_is_told_what_happened_to_both_files(served: Space, nora: Seat) -> None:
    stays, goes = somebody(served), somebody(served)
    served.consulted(goes)
    now = datetime.now(UTC)
    request = request_of(served, nora, stays)
    alias = {
        "id": uuid4(), "person": goes, "survivor": stays, "organisation": served.guard.organisation,
        "merged_by": nora.member.account, "merged_at": now, "undo_until": now + timedelta(days=30),
        "ended_at": None, "ended_by": None,
    }  # fmt: skip
    served.guard.run(served.guard.world.insert("person_alias", **alias))
    kinds = [row["kind"] for row in taken(served, nora, stays, request)["consultations"]]
    assert kinds == ["answering", "released"]
