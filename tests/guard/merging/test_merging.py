"""Two files of one person become one, and two again."""

from datetime import timedelta

import msgspec
import pytest

from beffroi.core.casefile import written
from beffroi.core.fields import RECORDED
from beffroi.core.ids import PersonId
from beffroi.guard import stamped
from beffroi.guard.journal import Entry
from beffroi.guard.merging import aliases, files
from beffroi.guard.merging.files import WRITTEN
from beffroi.guard.merging.forgetting import forget
from beffroi.guard.vault import people
from beffroi.guard.vault.records import Change, Followup, Payment, Record, SensitiveFollowup, Situation, decode
from tests.guard.doors.conftest import pretty
from tests.guard.merging.conftest import Pair, note
from tests.guard.relating.conftest import code


async def test_office_merges_two_files_and_each_group_is_the_one_it_chose(pair: Pair) -> None:
    before, other = await pair.read(pair.stays), await pair.read(pair.goes)
    made = await pair.merge(None, "contact")
    assert made.status_code == 201, pretty(made)
    after = await pair.read(pair.stays)
    assert after["identity"] == before["identity"]
    assert after["contact"] == other["contact"]
    assert after["nir"] == other["nir"], "what only the other file had comes along"
    assert [one["text"] for one in after["followup"]["notes"]] == ["first", "between", "later"]
    assert [one["label"] for one in after["followup"]["actions"]] == ["CV", "Permis"]
    assert await pair.read(pair.goes) == {"code": "person-unknown"}
    guard = pair.desk.guard
    entries = await guard.entries("merged")
    assert {str(one["person"]) for one in entries} == {pair.stays, pair.goes}
    assert {str(one["account"]) for one in entries} == {pair.desk.ana.account}
    assert "Delaun" not in "".join(one["detail"] for one in entries)


async def test_session_too_old_to_open_a_group_that_comes_along_makes_nothing_of_the_two(pair: Pair) -> None:
    world, ana = pair.desk.guard.world, pair.desk.ana
    pair.goes = await world.person(
        ana.organisation, referent=ana, sensitive_followup=SensitiveFollowup(notes=(note(3, "apart"),))
    )
    old, fresh = [
        await world.sign_in(
            ana.account, ana.habilitation, ana.organisation, "adviser",
            factor_at=await world.now() - timedelta(minutes=minutes),
        )
        for minutes in (121, 118)
    ]  # fmt: skip
    await pair.compare()
    before = await pair.state()
    refused = await pair.make(old)
    assert (code(refused), refused.json()["step_up"]["max_age"]) == ("step-up-required", 7200)
    assert await pair.state() == before
    assert (await pair.make(fresh)).status_code == 201


async def test_search_finds_the_one_file_by_what_it_has(pair: Pair) -> None:
    await pair.merge(None, "contact")
    for by, value, found in (
        ("nir", "205046203400131", [pair.stays]), ("email", "ines@example.org", [pair.stays]),
        ("email", f"{pair.stays[:8]}@example.org", []),
    ):  # fmt: skip
        answer = await pair.desk.ask(pair.desk.cleo, "/v1/find", by=by, value=value)
        assert [one["person"] for one in answer.json()["matches"]] == found, (by, value)
    whose = await pair.desk.ask(pair.desk.ana, "/v1/list/ids", scope="portfolio")
    assert pair.goes not in whose.text


async def test_training_organisation_that_knew_one_of_two_knows_the_one_that_stays(pair: Pair) -> None:
    desk = pair.desk
    until_on = await desk.day(30)
    asked = await desk.ask(
        desk.ana, "/v1/relations/prescribe", person=pair.goes, organisation=desk.school, until_on=until_on
    )
    assert asked.status_code == 200, pretty(asked)
    told = await desk.ask(desk.ana, "/v1/merges/preview", stays=pair.stays, goes=pair.goes)
    moving = {(one["organisation"]["id"], one["kind"]): one["held"] for one in told.json()["relations"]}
    assert moving == {(desk.ana.organisation, "followed"): True, (desk.school, "prescription"): False}
    merge = (await pair.merge()).json()["merge"]
    row = await desk.relation(pair.stays, desk.school, "prescription")
    assert row["until_at"] is not None
    assert (await desk.relation(pair.goes, desk.school, "prescription"))["until_at"] < row["until_at"]
    assert (await pair.part(merge)).status_code == 200
    again = await desk.relation(pair.goes, desk.school, "prescription")
    assert again["until_at"] == row["until_at"]
    assert (await desk.relation(pair.stays, desk.school, "prescription"))["until_at"] <= await desk.guard.world.now()


async def test_two_files_parted_again_are_exactly_as_they_were(pair: Pair) -> None:
    before = await pair.state(), await pair.read(pair.stays), await pair.read(pair.goes)
    merge = (await pair.merge(None, "identity", "contact", "situation")).json()["merge"]
    assert await pair.read(pair.stays) != before[1]
    parted = await pair.part(merge)
    assert parted.json() | {"entry": 0} == {"stays": pair.stays, "goes": pair.goes, "entry": 0}, pretty(parted)
    assert (await pair.state(), await pair.read(pair.stays), await pair.read(pair.goes)) == before
    assert code(await pair.part(merge)) == "merge-closed"
    assert await pair.desk.guard.world.conn.fetchval("SELECT count(*) FROM guard.merge_kept") == 0
    assert (await pair.merge()).status_code == 201, "and may be merged once more"


async def test_what_was_written_since_stays_with_the_file_that_stayed(pair: Pair) -> None:
    merge = (await pair.merge(None, "contact")).json()["merge"]
    held = await pair.read(pair.stays)
    since = {"at": written(await pair.desk.guard.world.now()), "text": "since", "author": pair.desk.ana.account}
    notes = [*held["followup"]["notes"], since]
    fields = {"followup": {**held["followup"], "notes": notes}, "contact": {"city": "Lens"}}
    done = await pair.desk.ask(pair.desk.ana, "/v1/update", person=pair.stays, fields=fields)
    assert done.status_code == 200, pretty(done)
    assert (await pair.part(merge)).status_code == 200
    after = await pair.read(pair.stays)
    assert [one["text"] for one in after["followup"]["notes"]] == ["first", "later", "since"]
    assert after["contact"] == {"city": "Lens"}
    assert "nir" not in after
    assert [one["text"] for one in (await pair.read(pair.goes))["followup"]["notes"]] == ["between"]


async def test_what_agents_wrote_in_either_file_is_in_the_one_that_stays_and_goes_back_whole(pair: Pair) -> None:
    world, ana = pair.desk.guard.world, pair.desk.ana
    stays, goes = [
        await world.person(
            ana.organisation, referent=ana, last_name=name, first_names="Ines",
            followup=Followup(payments=(paid(day, 100), paid(day + 1, 200, corrects=0))),
            situation=Situation(housing=name, changes=(changed(day), changed(day + 1, corrects=0))),
            sensitive_followup=SensitiveFollowup(notes=(note(day, name),)),
        )
        for name, day in (("Delaunay", 9), ("Delauney", 3))
    ]  # fmt: skip
    pair.stays, pair.goes = stays, goes

    async def groups(person: PersonId) -> dict[str, Record]:
        row = await people.read(world.conn, world.keys, person, sum(int(RECORDED[name]) for name in WRITTEN))
        assert isinstance(row, dict)
        return {name: decode(name, bytes(clear)) for name, clear in row.items()}

    before = await groups(stays), await groups(goes)
    made = await pair.merge(None, "situation")
    assert made.status_code == 201, pretty(made)
    after = await groups(stays)
    followup, situation, sensitive = after["followup"], after["situation"], after["sensitive_followup"]
    assert isinstance(followup, Followup)
    assert [(one.cents, one.corrects) for one in followup.payments] == [(100, None), (200, 0), (100, None), (200, 2)]
    assert isinstance(situation, Situation)
    assert situation.housing == "Delauney", "the one chosen"
    assert [one.corrects for one in situation.changes] == [None, 0, None, 2]
    assert isinstance(sensitive, SensitiveFollowup)
    assert [one.text for one in sensitive.notes] == ["Delauney", "Delaunay"], "in their order"
    more = Payment(
        at=written(await world.now()), author=ana.account, programme="cej", month="2026-10", cents=300, corrects=1
    )
    held = await pair.read(stays)
    payments = [*held["followup"]["payments"], msgspec.to_builtins(more)]
    fields = {"followup": {**held["followup"], "payments": payments}}
    done = await pair.desk.ask(ana, "/v1/update", person=stays, fields=fields)
    assert done.status_code == 200, pretty(done)
    parted = await pair.part(made.json()["merge"])
    assert parted.status_code == 200, pretty(parted)
    again = await groups(stays)
    assert again["situation"] == before[0]["situation"]
    assert again["sensitive_followup"] == before[0]["sensitive_followup"]
    followup = again["followup"]
    assert isinstance(followup, Followup)
    assert [(one.cents, one.corrects) for one in followup.payments] == [(100, None), (200, 0), (300, 1)]
    assert await groups(goes) == before[1]


def paid(day: int, cents: int, corrects: int | None = None) -> Payment:
    at = f"2026-10-{day:02d}T09:00:00Z"
    return Payment(at=at, author="a", programme="cej", month="2026-10", cents=cents, corrects=corrects)


def changed(day: int, corrects: int | None = None) -> Change:
    at = f"2026-10-{day:02d}T09:00:00Z"
    return Change(at=at, author="a", on=at[:10], subject="housing", corrects=corrects)


async def test_office_that_gave_the_person_away_meanwhile_parts_nothing(pair: Pair) -> None:
    merge = (await pair.merge()).json()["merge"]
    world = pair.desk.guard.world
    row = await pair.desk.relation(pair.stays, pair.desk.ana.organisation)
    await stamped.amend(world.conn, world.keys, "relation", row, until_at=await world.now())
    assert code(await pair.part(merge)) == "person-unknown"


async def test_merge_is_parted_until_its_last_day_and_then_what_was_kept_is_forgotten(pair: Pair) -> None:
    merge = (await pair.merge()).json()["merge"]
    conn = pair.desk.guard.world.conn
    assert await forget(conn) == 0
    await pair.desk.guard.world.amend("person_alias", merge, undo_until=await pair.desk.guard.world.now())
    assert code(await pair.part(merge)) == "merge-closed"
    assert await forget(conn) == 1
    assert await conn.fetchval("SELECT count(*) FROM guard.merge_kept") == 0
    left = await conn.fetchrow(f"SELECT {', '.join(people.GROUP_COLUMNS)} FROM guard.person WHERE id = $1", pair.goes)
    assert set(left) == {None}
    [row] = (await pair.desk.ask(pair.desk.ana, "/v1/merges/list")).json()["rows"]
    assert (row["stays"], row["goes"], row["undoable"]) == (pair.stays, pair.goes, False)


async def test_guard_that_falls_half_way_leaves_two_files(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    before = await pair.state(), await pair.read(pair.stays), await pair.read(pair.goes)

    async def fails(*_: object) -> None:
        raise RuntimeError("the guard falls here")

    with monkeypatch.context() as broken:
        broken.setattr(files, "index", fails)
        assert (await pair.merge(None, "contact")).status_code >= 500
    assert (await pair.state(), await pair.read(pair.stays), await pair.read(pair.goes)) == before
    assert await pair.desk.guard.world.conn.fetchval("SELECT count(*) FROM guard.person_alias") == 0
    merge = (await pair.merge(None, "contact")).json()["merge"]
    merged = await pair.state()
    with monkeypatch.context() as broken:
        broken.setattr(files, "index", fails)
        assert (await pair.part(merge)).status_code >= 500
    assert await pair.state() == merged
    assert (await pair.part(merge)).status_code == 200


async def test_i13_person_erased_takes_with_them_the_files_that_were_merged_into_theirs(pair: Pair) -> None:
    await pair.merge()
    world = pair.desk.guard.world
    async with world.conn.transaction():
        entry = Entry(await world.now(), "erased", pair.stays)
        assert isinstance(await people.erase(world.conn, world.keys, pair.stays, entry=entry), int)
    both = [pair.stays, pair.goes]
    for table, column in (("person", "id"), *((table, "person") for table in people.OF_PEOPLE)):
        left = await world.conn.fetchval(
            f"SELECT count(*) FROM guard.{table} WHERE {column} = ANY ($1::uuid[])", both
        )
        assert left == 0, table
    gone = await world.conn.fetch("SELECT person FROM guard.erased")
    assert {str(row["person"]) for row in gone} == set(both)


async def test_ids_of_one_person_are_known_from_any_of_them_through_several_merges(pair: Pair) -> None:
    world, desk = pair.desk.guard.world, pair.desk
    third = await world.person(desk.ana.organisation, referent=desk.ana)
    other = await world.person(desk.ana.organisation, referent=desk.ana)
    await pair.merge()
    await Pair(desk, third, pair.stays).merge()
    kin = tuple(sorted((pair.stays, pair.goes, third)))
    for one in kin:
        assert await aliases.family(world.conn, world.keys, one) == kin
        assert await aliases.survivor(world.conn, world.keys, one) == third
        assert aliases.kin(one, await aliases.survivors(world.conn, world.keys)) == kin
    assert await aliases.family(world.conn, world.keys, other) == (other,)
    assert set(await aliases.merged_into(world.conn, world.keys, third)) == {pair.stays, pair.goes}
    assert await aliases.merged_into(world.conn, world.keys, pair.stays) == (pair.goes,)
    assert aliases.resolved("a", {"a": "b", "b": "a"}) in ("a", "b"), "ends whatever the rows say"
