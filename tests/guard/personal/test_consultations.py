"""What a person reads of who consulted the file: everything the journal says of that file, and of no other."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beffroi.core.fields import names
from beffroi.core.ids import RoleCode
from beffroi.core.personal import MOST_QUESTIONS, Objection
from beffroi.core.policy import AgentShown
from beffroi.guard.journal import Entry, append
from beffroi.guard.personal import queueing
from beffroi.guard.personal.queueing import MOST, queue_of
from beffroi.guard.retention.exporting import Place, export
from beffroi.guard.web.problems import Fault
from spec.readings import read_by
from tests.databases import FreshDatabase
from tests.guard.personal.space import CONSULTATIONS, PROOF, REPORT, Space, other, space
from tests.guard.retention import past
from tests.guard.retention.test_exporting import EVERYTHING, KEPT
from tests.guard.world import POLICY

WIDE = {"from_at": "2001-01-01T00:00:00Z", "until_at": "2099-01-01T00:00:00Z"}


def told(served: Space, handle: str, **period: Any) -> list[dict[str, Any]]:
    """Every page of the answer."""
    found: list[dict[str, Any]] = []
    page = 1
    while True:
        answer = served.ask(handle, page=page, **(WIDE | period))
        assert answer.status_code == 200, answer.text
        body = answer.json()
        found += body["rows"]
        if page >= body["pages"]:
            assert len(found) == body["total"]
            return found
        page += 1


def journal_of(served: Space, person: str) -> list[dict[str, Any]]:
    """The oracle's: openings of that person in the journal as it stands."""
    rows = served.guard.run(served.guard.world.conn.fetch("SELECT * FROM guard.journal ORDER BY entry"))
    everything = datetime(2001, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)
    return [dict(row) for row in read_by([dict(row) for row in rows], UUID(person), *everything)]


KINDS = st.sampled_from(["released", "found", "created", "updated", "refused", "readings-asked", "integrity"])
EVENTS = st.lists(
    st.tuples(
        KINDS, st.booleans(), st.integers(0, 255), st.sampled_from(["followed", "search", "break-glass", None]),
        st.sampled_from(["adviser", "receptionist", "nobody", None]),
        st.sampled_from(["follow-up", "reception", "unknown", None]),
    ),
    max_size=60,
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=EVENTS)
def test_i11_person_reads_exactly_what_the_journal_says_whatever_happened(served: Space, history: list[Any]) -> None:
    somebody = served.file(last_name="Voisine", first_names="Anna", birth_date="2001-01-01")

    async def happen() -> None:
        world = served.guard.world
        entries = [
            Entry(
                await world.now(), kind, served.ines if own else somebody, groups,
                organisation=served.guard.organisation, application="console", role=role, purpose=purpose,
                explanation=why,
            )
            for kind, own, groups, why, role, purpose in history
        ]  # fmt: skip
        await append(world.conn, entries)

    served.guard.run(happen())
    served.forget_limits()
    found = told(served, served.signed_in())
    oracle = journal_of(served, served.ines)
    assert {row["entry"] for row in found} == {row["entry"] for row in oracle}
    by_entry = {row["entry"]: row for row in oracle}
    for row in found:
        said = by_entry[row["entry"]]
        assert (row["kind"], tuple(row["groups"])) == (said["kind"], names(said["groups"]))
        assert (row["explanation"], datetime.fromisoformat(row["at"])) == (said["explanation"], said["at"])
    assert [row["entry"] for row in found] == sorted(by_entry, key=lambda n: (by_entry[n]["at"], n), reverse=True)


def test_person_is_told_job_purpose_and_organisation_and_never_the_account(served: Space) -> None:
    account = str(UUID(int=Random(3).getrandbits(128), version=4))
    entry = served.consulted(served.ines, account=account)
    answer = served.ask(served.signed_in())
    [row] = [row for row in answer.json()["rows"] if row["entry"] == entry]
    assert row["organisation_name"] == "North"
    assert row["job"]["fr"] == POLICY.roles[RoleCode("adviser")].label.fr
    assert row["purpose"]["fr"] == "Accompagnement"
    assert account not in answer.text
    assert "application" not in row


def test_policy_that_shows_the_organisation_alone_tells_no_job(served: Space) -> None:
    entry, services = served.consulted(served.ines), served.guard.services
    handle, before = served.signed_in(), services.policy
    shown: list[Any] = []
    for what in AgentShown:
        services.policy = replace(before, agent_shown=what)
        [row] = [row for row in served.ask(handle).json()["rows"] if row["entry"] == entry]
        shown.append((row["organisation_name"], row["job"] is not None))
    services.policy = before
    assert shown == [("North", False), ("North", True)]


def test_opening_in_an_emergency_is_told_with_its_listed_reason_and_without_the_free_text(served: Space) -> None:
    detail = '{"reason":"emergency","sha256":"00","text":"11111111-1111-4111-8111-111111111111"}'
    entry = served.consulted(served.ines, explanation="break-glass", detail=detail)
    unlisted = served.consulted(served.ines, explanation="break-glass", detail='{"reason":"<b>gone</b>"}')
    rows = {row["entry"]: row for row in served.ask(served.signed_in()).json()["rows"]}
    assert rows[entry]["reason"]["fr"] == "Urgence sociale ou de santé"
    assert rows[unlisted]["reason"] is None


def test_every_question_is_journaled_as_the_persons_own_and_pages_put_none(served: Space) -> None:
    for _ in range(30):
        served.consulted(served.ines)
    handle = served.signed_in()
    before = len(served.guard.journal("own-consultations-read"))
    first = served.ask(handle, **WIDE).json()
    assert (len(first["rows"]), first["pages"] > 1) == (20, True)
    second = served.ask(handle, page=2, **WIDE).json()
    assert {row["entry"] for row in first["rows"]}.isdisjoint(row["entry"] for row in second["rows"])
    entries = served.guard.journal("own-consultations-read")[before:]
    assert len(entries) == 1
    assert (str(entries[0]["person"]), entries[0]["account"]) == (served.ines, None)


def test_person_has_one_question_waiting_and_a_full_queue_sends_everybody_else_away(served: Space) -> None:
    services = served.guard.services
    queue, handle = queue_of(services), served.signed_in()
    before = len(served.guard.journal("own-consultations-read"))
    assert queue.enter(served.ines) is None
    try:
        busy = served.ask(handle)
        assert (busy.status_code, busy.json()["code"]) == (429, Objection.QUESTION_WAITING)
    finally:
        queue.leave(served.ines)
    others = [str(UUID(int=one)) for one in range(MOST)]
    assert [queue.enter(one) for one in others] == [None] * MOST
    try:
        full = served.ask(handle)
        assert (full.status_code, full.json()["code"]) == (503, Fault.OVERLOADED)
    finally:
        for one in others:
            queue.leave(one)
    assert len(served.guard.journal("own-consultations-read")) == before, "what is sent away is no question"
    assert served.ask(handle).status_code == 200
    assert queue.enter(served.ines) is None, "an answer gives the place back"
    queue.leave(served.ines)


def test_question_whose_turn_does_not_come_is_given_up_and_its_place_given_back(
    served: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue, handle = queue_of(served.guard.services), served.signed_in()
    monkeypatch.setattr(queueing, "PATIENCE", 0.05)
    turn = queue.turn()
    served.guard.run(turn.__aenter__())
    try:
        assert served.ask(handle).json()["code"] == Fault.OVERLOADED
    finally:
        served.guard.run(turn.__aexit__(None, None, None))
    assert served.ask(handle).status_code == 200


def test_person_reports_and_asks_for_a_proof_while_the_engine_is_taken(
    served: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue, handle = queue_of(served.guard.services), served.signed_in()
    entry = served.consulted(served.ines)
    monkeypatch.setattr(queueing, "PATIENCE", 0.05)
    turn = queue.turn()
    served.guard.run(turn.__aenter__())
    try:
        one = {"entry": entry, "at": served.at(entry)}
        assert served.ask(handle, REPORT, **one).status_code == 201
        assert served.ask(handle, PROOF, **one).json()["code"] == Objection.PROOF_NOT_YET
        assert served.ask(handle, REPORT, **(one | {"entry": 1 << 60})).json()["code"] == Fault.OVERLOADED
    finally:
        served.guard.run(turn.__aexit__(None, None, None))
        served.guard.execute("DELETE FROM guard.report")


def test_person_looks_up_one_consultation_without_waiting_for_the_turn(served: Space) -> None:
    handle, entry = served.signed_in(), served.consulted(served.ines)
    before = served.guard.one("SELECT number FROM guard.turnstile")
    assert served.ask(handle, PROOF, entry=entry, at=served.at(entry)).json()["code"] == Objection.PROOF_NOT_YET
    assert served.guard.one("SELECT number FROM guard.turnstile") == before, "guards forget nothing"


def test_person_who_asks_too_often_is_slowed_down_and_nobody_else(served: Space) -> None:
    handle = served.signed_in()
    assert {served.ask(handle).status_code for _ in range(MOST_QUESTIONS)} == {200}
    assert served.ask(handle).status_code == 429
    served.file(last_name="Calme", first_names="Zoé", birth_date="2002-03-03")
    served.know(other("calme", family_name="CALME", given_name="Zoé", birthdate="2002-03-03"))
    assert served.ask(served.signed_in("calme")).status_code == 200


def test_period_is_respected_to_the_instant(served: Space) -> None:
    entry = served.consulted(served.ines)
    at = datetime.fromisoformat(served.at(entry))
    handle = served.signed_in()
    inside = {"from_at": at.isoformat(), "until_at": (at + timedelta(microseconds=1)).isoformat()}
    assert entry in {row["entry"] for row in told(served, handle, **inside)}
    before = {"from_at": (at - timedelta(days=1)).isoformat(), "until_at": at.isoformat()}
    assert entry not in {row["entry"] for row in told(served, handle, **before)}


@pytest.mark.parametrize(
    "body",
    [
        {"person": "11111111-1111-4111-8111-111111111111"}, {"from_at": "yesterday"}, {"page": 0}, {"page": "1"},
        {"from_at": "2026-01-01T00:00:00"}, {"until_at": "2001-01-01T00:00:00Z", "from_at": "2001-01-01T00:00:00Z"},
        {"from_at": "1000-01-01T00:00:00Z"}, {"padding": "x" * 1_000},
    ],
)  # fmt: skip
def test_question_that_is_malformed_or_names_somebody_is_not_answered(served: Space, body: dict[str, Any]) -> None:
    assert served.ask(served.signed_in(), **(WIDE | body)).status_code == 400


def test_question_that_is_too_large_is_not_read(served: Space) -> None:
    handle = served.signed_in()
    headers = {
        "authorization": f"Bearer {served.guard.token()}", "beffroi-session": handle,
        "beffroi-client": "client-of-the-browser", "content-type": "application/json",
    }  # fmt: skip
    answer = httpx.post(f"{served.guard.url}{CONSULTATIONS}", content=b" " * 3_000_000, headers=headers)
    assert answer.status_code == 413


def test_two_people_read_each_their_own(served: Space) -> None:
    zoe = served.file(last_name="Petit", first_names="Zoé", birth_date="2002-02-02")
    served.know(other("zoe", family_name="PETIT", given_name="Zoé", birthdate="2002-02-02", gender="female"))
    hers, mine = served.consulted(zoe), served.consulted(served.ines)
    of_zoe = {row["entry"] for row in told(served, served.signed_in("zoe"))}
    of_ines = {row["entry"] for row in told(served, served.signed_in())}
    assert (hers in of_zoe, mine in of_zoe, hers in of_ines, mine in of_ines) == (True, False, False, True)


@pytest.mark.slow
def test_past_days_in_files_and_rows_of_today_are_read_as_one(fresh: FreshDatabase, tmp_path: Path) -> None:
    with space(fresh.guard, tmp_path) as made:
        guard, cold = made.guard, tmp_path / "cold"
        guard.services.settings = replace(guard.services.settings, cold_folder=cold)
        history = past.history(past.midnight(3), 3, 300, seed=41)
        own = [each._replace(person=made.ines) if each.person in past.PEOPLE[:4] else each for each in history]

        async def live() -> None:
            world = guard.world
            await past.lived(fresh.owner, world.conn, own)
            cold.mkdir()
            await export(world.conn, world.keys, Place(cold, KEPT), EVERYTHING)

        guard.run(live())
        assert list(cold.glob("*.parquet"))
        today = {made.consulted(made.ines) for _ in range(3)}
        handle = made.signed_in()
        found = told(made, handle)
        assert {row["entry"] for row in found} == {row["entry"] for row in journal_of(made, made.ines)}
        assert today < {row["entry"] for row in found}
        old = next(row for row in found if row["entry"] not in today)
        reported = made.ask(handle, REPORT, entry=old["entry"], at=old["at"])
        assert reported.status_code == 201, reported.text
        next(iter(sorted(cold.glob("*.parquet")))).write_bytes(b"changed")
        answer = made.ask(handle, **WIDE)
        assert (answer.status_code, answer.json()["code"]) == (503, "past-unreadable")
