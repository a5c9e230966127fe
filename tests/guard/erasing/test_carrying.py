"""A signed list is carried out step by step: each judged anew, killed anywhere and resumed, so many a day."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from beffroi.core.ids import PersonId
from beffroi.guard import stamped
from beffroi.guard.backup import replaying
from beffroi.guard.erasing import carrying
from beffroi.guard.erasing.one import erase_person
from beffroi.guard.relating import relations
from tests.guard.erasing.conftest import RULES, Office
from tests.guard.world import POLICY


async def _follow(office: Office, person: PersonId) -> None:
    world = office.guard.world
    async with world.conn.transaction():
        await relations.begin(
            world.conn, world.keys, person, world.offices["South"], "followed", referent=None, at=await world.now()
        )


def test_person_who_came_back_between_signature_and_deed_is_kept(office: Office) -> None:
    back, gone = office.due(), office.due()
    list_ = office.signed(back, gone)
    office.guard.run(_follow(office, back))
    assert office.carry_out() == {"erased": 1, "kept": 1}
    assert office.left(back, gone) == {back}
    told = office.show(list_)["list"]
    assert (told["status"], told["erased"], told["kept"]) == ("done", 1, 1)


def test_person_held_back_on_a_signed_list_is_kept(office: Office) -> None:
    held, gone = office.due(), office.due()
    list_ = office.signed(held, gone)
    answer = office.ask(office.correspondent, "/v1/erasures/hold", list=list_, person=held, reason="person-asked")
    assert answer.status_code == 200, answer.text
    assert office.carry_out() == {"erased": 1, "kept": 1}
    assert office.left(held, gone) == {held}


def test_person_whose_report_waits_for_an_answer_is_kept(office: Office) -> None:
    reported, gone = office.due(), office.due()
    office.signed(reported, gone)
    office.guard.execute(
        "INSERT INTO guard.report (id, person, entry, consulted_at, standing, reported_at, version, mac)"
        " VALUES (gen_random_uuid(), $1, 1, guard.instant(), 'received', guard.instant(), 1, '')",
        reported,
    )
    assert office.carry_out() == {"erased": 1, "kept": 1}
    assert office.left(reported, gone) == {reported}


@pytest.mark.parametrize("how", ["by a security officer", "behind the guard"])
def test_i16_person_whose_report_was_made_to_look_answered_is_kept(office: Office, how: str) -> None:
    reported, gone = office.due(), office.due()
    office.signed(reported, gone)

    async def report() -> None:
        now = await office.guard.world.now()
        row = {
            "id": str(uuid4()), "person": reported, "entry": 1, "consulted_at": now, "account": None,
            "organisation": None, "standing": "received", "answer": None, "reported_at": now, "examined_at": None,
            "examined_by": None, "answered_at": None, "answered_by": None,
        }  # fmt: skip
        await office.guard.world.insert("report", **row)
        if how == "by a security officer":
            await office.guard.world.amend("report", str(row["id"]), standing="answered", answer="error")

    office.guard.run(report())
    if how == "behind the guard":
        forged = "UPDATE guard.report SET standing = 'answered', answer = 'error', mac = '0' WHERE person = $1"
        office.guard.execute(forged, reported)
    kept = how == "behind the guard"
    assert office.carry_out() == ({"erased": 1, "kept": 1} if kept else {"erased": 2})
    assert office.left(reported, gone) == ({reported} if kept else set())


def test_person_whose_own_request_waits_for_an_answer_is_kept(office: Office) -> None:
    asking, gone = office.due(), office.due()
    office.signed(asking, gone)
    office.guard.execute(
        "INSERT INTO guard.person_request (id, person, organisation, article, received_at, state, registered_by,"
        " registered_at, version, mac) VALUES (gen_random_uuid(), $1, $2, 'access', guard.instant(), 'received', $3,"
        " guard.instant(), 1, '')",
        asking, office.guard.organisation, str(uuid4()),
    )  # fmt: skip
    assert office.carry_out() == {"erased": 1, "kept": 1}
    assert office.left(asking, gone) == {asking}


def test_person_restricted_between_signature_and_deed_is_kept_and_listed_no_more_until_that_is_lifted(
    office: Office,
) -> None:
    restricted, gone = office.due(), office.due()
    office.signed(restricted, gone)
    world = office.guard.world
    office.guard.run(world.relation(restricted, world.offices["South"], kind="restricted", days=1))
    assert office.carry_out() == {"erased": 1, "kept": 1}
    assert office.left(restricted, gone) == {restricted}
    assert office.prepare() == {}
    office.guard.run(_lift(office, restricted))
    assert office.prepare() == {"listed": 1}


@pytest.mark.parametrize("how", ["standing", "lifted by its office", "lifted behind the guard"])
def test_i16_person_whose_restriction_lost_its_relation_is_kept_until_its_office_lifts_it(
    office: Office, how: str
) -> None:
    restricted, gone = office.due(), office.due()
    office.signed(restricted, gone)
    world = office.guard.world

    async def row() -> None:
        now = await world.now()
        whole = {
            "id": str(uuid4()), "person": restricted, "organisation": world.offices["South"], "ground": "accuracy",
            "request": None, "since_at": now, "decided_by": str(uuid4()), "told_at": None, "lifted_at": None,
            "lifted_by": None,
        }  # fmt: skip
        await world.insert("restriction", **whole)
        if how == "lifted by its office":
            await world.amend("restriction", str(whole["id"]), lifted_at=now)

    office.guard.run(row())
    if how == "lifted behind the guard":
        office.guard.execute("UPDATE guard.restriction SET lifted_at = since_at")
    kept = how != "lifted by its office"
    assert office.carry_out() == ({"erased": 1, "kept": 1} if kept else {"erased": 2})
    assert office.left(restricted, gone) == ({restricted} if kept else set())


async def _lift(office: Office, person: PersonId) -> None:
    world = office.guard.world
    async with world.conn.transaction():
        now = await world.now()
        live = await relations.live(world.conn, world.keys, person, world.offices["South"], "restricted", now)
        assert live is not None
        await relations.end(world.conn, world.keys, live, now)


def _keep(office: Office, what: str, person: PersonId) -> None:
    guard, place, somebody = office.guard, office.guard.organisation, str(uuid4())

    async def write() -> None:
        now = await guard.world.now()
        if what == "a hold":
            await guard.world.insert(
                "erasure_hold", id=str(uuid4()), person=person, organisation=place, reason="person-asked",
                held_by=somebody, held_at=now, until_at=now + timedelta(days=30), ended_at=None,
            )  # fmt: skip
        elif what == "a request":
            await guard.world.insert(
                "person_request", id=str(uuid4()), person=person, organisation=place, article="access",
                received_at=now, state="received", extended=None, reason=None, registered_by=somebody,
                registered_at=now, moved_by=None, moved_at=None,
            )  # fmt: skip
        else:
            await guard.world.conn.execute(
                "INSERT INTO guard.report (id, person, entry, consulted_at, standing, reported_at, version, mac)"
                " VALUES (gen_random_uuid(), $1, 1, guard.instant(), 'received', guard.instant(), 1, '')",
                person,
            )

    guard.run(write())


@pytest.mark.parametrize("what", ["a hold", "a report", "a request"])
def test_what_keeps_a_file_that_was_merged_away_keeps_the_one_it_went_into(office: Office, what: str) -> None:
    world, place = office.guard.world, office.guard.organisation
    (kept, away), (gone, parted) = [(office.due(), office.guard.run(world.person())) for _ in range(2)]

    async def prepare() -> None:
        now = await world.now()
        for person, survivor, ended_at in ((away, kept, None), (parted, gone, now)):
            await world.insert(
                "person_alias", id=str(uuid4()), person=person, survivor=survivor, organisation=place,
                merged_by=str(uuid4()), merged_at=now, undo_until=now, ended_at=ended_at, ended_by=None,
            )  # fmt: skip

    office.guard.run(prepare())
    office.signed(kept, gone)
    for person in (away, parted):
        _keep(office, what, person)
    assert office.carry_out() == {"erased": 1, "kept": 1}
    assert office.left(kept, away, gone, parted) == {kept, away, parted}, "parted, it keeps itself alone"


@pytest.mark.parametrize("kind", ["everything", "organisation", "files", "its kind"])
def test_signed_list_waits_while_the_files_are_closed(office: Office, kind: str) -> None:
    person = office.due()
    office.signed(person)
    world, place = office.guard.world, str(office.guard.organisation)
    scope = {"everything": "", "its kind": "youth-office"}.get(kind, place)
    cut = office.guard.run(world.contain("files" if kind == "its kind" else kind, scope))
    try:
        assert office.carry_out() == {}
        if kind in ("files", "its kind"):
            refused = office.ask(office.correspondent, "/v1/erasures/lists")
            assert refused.json()["code"] == "files-contained"
    finally:
        office.guard.amend("containment", cut, lifted_at=office.guard.run(world.now()))
    assert office.carry_out() == {"erased": 1}


def test_file_merged_into_another_is_on_no_list_and_goes_with_that_one(office: Office) -> None:
    away, gone = office.due(), office.due()

    async def merge() -> None:
        world = office.guard.world
        survivor = await world.person(office.guard.organisation)
        now = await world.now()
        row = {
            "id": str(uuid4()), "person": away, "survivor": survivor, "organisation": office.guard.organisation,
            "merged_by": str(uuid4()), "merged_at": now, "undo_until": now, "ended_at": None,
            "ended_by": None, "version": 1,
        }  # fmt: skip
        await stamped.insert(world.conn, world.keys, "person_alias", row)

    office.guard.run(merge())
    office.signed(gone)
    assert office.carry_out() == {"erased": 1}
    assert office.left(away, gone) == {away}


@pytest.mark.parametrize("how", ["a line more", "a line less", "a date changed"])
def test_i16_list_that_is_not_what_was_signed_erases_nobody(office: Office, how: str) -> None:
    people, other = [office.due() for _ in range(2)], office.due(days=RULES.erase_days - 400)
    list_ = office.signed(*people)
    if how == "a line more":
        office.guard.execute("INSERT INTO guard.erasure_line VALUES ($1, $2, guard.instant())", list_, other)
    elif how == "a line less":
        office.guard.execute("DELETE FROM guard.erasure_line WHERE list = $1 AND person = $2", list_, people[0])
    else:
        office.guard.execute("DELETE FROM guard.erasure_line WHERE person = $1", people[0])
        office.guard.execute(
            "INSERT INTO guard.erasure_line VALUES ($1, $2, guard.instant() - interval '9 years')", list_, people[0]
        )
    assert office.carry_out() == {}
    assert office.left(*people, other) == {*people, other}


def test_i16_list_signed_behind_the_guard_erases_nobody(office: Office) -> None:
    person = office.due()
    office.prepare()
    list_ = office.open_list()["list"]["list"]
    office.guard.execute("UPDATE guard.erasure_list SET status = 'signed' WHERE id = $1", list_)
    assert office.carry_out() == {}
    assert office.left(person) == {person}
    office.guard.execute("UPDATE guard.erasure_list SET status = 'open' WHERE id = $1", list_)


def test_two_stolen_approvers_erase_no_more_than_the_day_allows(office: Office) -> None:
    people = [office.due() for _ in range(5)]
    list_ = office.signed(*people)
    already = office.guard.one("SELECT count(*) FROM guard.erased")
    office.day = already + 2
    assert office.carry_out() == {"erased": 2}
    assert office.carry_out() == {}, "not before tomorrow"
    assert len(office.left(*people)) == 3
    shown = office.show(list_)
    told = shown["list"]
    assert (told["status"], told["erased"]) == ("signed", 2)
    assert {line["person"] for line in shown["lines"]} == office.left(*people)
    [gone, *_] = set(people) - office.left(*people)
    late = office.ask(office.correspondent, "/v1/erasures/hold", list=list_, person=gone, reason="minor")
    assert late.json()["code"] == "not-in-that-state", "nothing is left to hold back"
    assert office.ask(office.correspondent, "/v1/erasures/lists").json()["room"] == RULES.erased_a_day - already - 2
    office.guard.execute("UPDATE guard.erased SET erased_at = erased_at - $1::interval", timedelta(days=1))
    assert office.carry_out() == {"erased": 3}
    assert office.left(*people) == set()


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch, office: Office) -> list[int]:
    """The carrying out loses its connection, as killed, once it has erased so many people more; -1: never."""
    left = [-1]

    async def erase(conn: Any, keys: Any, *, entry: Any) -> Any:
        done = await erase_person(conn, keys, entry=entry)
        left[0] -= 1
        if left[0] == 0:
            pid = conn.get_server_pid()
            await office.guard.world.conn.execute("SELECT pg_terminate_backend($1)", pid)
        return done

    monkeypatch.setattr(carrying, "erase_person", erase)
    return left


@pytest.mark.parametrize("after", [1, 4, 5, 7])
def test_list_whose_carrying_out_is_killed_half_way_is_gone_on_with_and_erases_each_once(
    office: Office, killed: list[int], monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    monkeypatch.setattr(carrying.step, "__defaults__", (2,))
    people = [office.due() for _ in range(7)]
    list_ = office.signed(*people)
    killed[0] = after
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError)):
        office.carry_out()
    whole = (after - 1) // 2 * 2
    assert len(office.left(*people)) == 7 - whole, "the step that was killed left nothing"
    assert office.show(list_)["list"]["erased"] == whole
    assert office.carry_out() == {"erased": 7 - whole}
    assert office.left(*people) == set()
    told = [str(one["person"]) for one in office.guard.journal("erased") if str(one["person"]) in people]
    assert sorted(told) == sorted(people)
    assert office.show(list_)["list"]["status"] == "done"


def test_worker_that_is_told_to_stop_leaves_between_two_steps(office: Office) -> None:
    people = [office.due() for _ in range(carrying.STEP + 1)]
    office.signed(*people)
    services, asked = office.guard.services, []

    def stop() -> bool:
        asked.append(True)
        return len(asked) > 1

    done = office.guard.run(carrying.carry_out(services.pool, services.keys, POLICY, stop))
    assert done == {"erased": carrying.STEP}
    assert len(office.left(*people)) == 1


def test_two_workers_carry_one_list_out_and_erase_each_once(office: Office) -> None:
    people = [office.due() for _ in range(30)]
    list_ = office.signed(*people)
    services = office.guard.services

    async def both() -> list[Any]:
        return await asyncio.gather(*(carrying.carry_out(services.pool, services.keys, POLICY) for _ in range(2)))

    counts = office.guard.run(both())
    assert sum(one["erased"] for one in counts) == 30
    assert office.show(list_)["list"]["erased"] == 30
    told = [str(one["person"]) for one in office.guard.journal("erased") if str(one["person"]) in people]
    assert sorted(told) == sorted(people)


EVERYTHING = """
SELECT c.relname::text AS name FROM pg_class c
WHERE c.relnamespace = 'guard'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
"""


def test_i13_after_a_list_nothing_of_who_was_on_it_is_in_any_table_but_the_random_id(office: Office) -> None:
    world = office.guard.world
    person, other = office.due(), office.due(days=10)
    row = office.guard.row("SELECT * FROM guard.person WHERE id = $1", person)
    secrets = [value.hex() for value in row.values() if isinstance(value, bytes)]
    indexes = [str(value) for name, value in row.items() if name.startswith("blind_") and value is not None]
    assert len(secrets) >= 4
    assert indexes

    async def everywhere(text: str) -> set[str]:
        found = set()
        for table in await world.conn.fetch(EVERYTHING):
            name = table["name"]
            if await world.conn.fetchval(
                f"SELECT 1 FROM guard.{name} t WHERE position($1 IN t::text) > 0 LIMIT 1", text
            ):
                found.add(name)
        return found

    staying = office.guard.row("SELECT * FROM guard.person WHERE id = $1", other)
    shared = {str(value) for value in staying.values()}  # the two share a name and a telephone
    indexes = [one for one in indexes if one not in shared]
    assert indexes
    assert all("person" in office.guard.run(everywhere(one)) for one in (*secrets, *indexes))
    office.signed(person)
    assert office.carry_out() == {"erased": 1}
    for one in (*secrets, *indexes):
        assert office.guard.run(everywhere(one)) == set()
    assert office.guard.run(everywhere(person)) == {"journal", "erased"}
    assert office.left(other) == {other}


def test_i13_restore_erases_again_what_lists_erased(office: Office) -> None:
    person = office.due()
    row = office.guard.row("SELECT * FROM guard.person WHERE id = $1", person)
    relation = office.guard.row("SELECT * FROM guard.relation WHERE person = $1", person)
    list_ = office.signed(person)
    line = office.guard.row("SELECT * FROM guard.erasure_line WHERE list = $1", list_)
    assert office.carry_out() == {"erased": 1}
    world = office.guard.world

    async def older_dump() -> int:
        for table, values in (("person", row), ("relation", relation), ("erasure_line", line)):
            places = ", ".join(f"${place}" for place in range(1, len(values) + 1))
            await world.conn.execute(
                f"INSERT INTO guard.{table} ({', '.join(values)}) VALUES ({places})", *values.values()
            )
        return await replaying._erase_again(world.conn)

    assert office.guard.run(older_dump()) == 1
    for table, column in (("person", "id"), ("relation", "person"), ("erasure_line", "person")):
        assert office.guard.one(f"SELECT count(*) FROM guard.{table} WHERE {column} = $1", person) == 0


def test_console_is_told_which_random_ids_are_of_nobody_any_more(office: Office) -> None:
    people = sorted(office.due() for _ in range(2))
    office.signed(*people)
    first = {"erased_at": "2020-01-01T00:00:00Z", "person": "00000000-0000-0000-0000-000000000000"}
    before = office.ask(office.adviser, "/v1/erasures/gone", **first).json()["rows"]
    office.carry_out()
    last = before[-1] if before else first
    told = office.ask(office.adviser, "/v1/erasures/gone", **last).json()
    assert [row["person"] for row in told["rows"]] == people
    assert not told["more"]
    assert office.ask(office.adviser, "/v1/erasures/gone", **told["rows"][-1]).json()["rows"] == []
    assert (
        office.ask(office.adviser, "/v1/erasures/gone", erased_at="2020-01-01T00:00:00", person="x").status_code
        == 400
    )


def test_forged_relation_is_not_taken_for_an_end(office: Office) -> None:
    person = office.due(days=10)
    office.guard.execute(
        "UPDATE guard.relation SET until_at = until_at - interval '9 years', since_at = since_at - interval '9 years'"
        " WHERE person = $1",
        person,
    )
    assert office.prepare() == {}
    assert office.left(person) == {person}
