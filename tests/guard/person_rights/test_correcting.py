"""A correction that a person asked for: for their request alone, kept before and after, told where they are known."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from beffroi.core.casefile import written
from beffroi.core.correcting import MOST_A_DAY
from beffroi.core.ids import PersonId
from beffroi.core.person_rights import Objection
from beffroi.guard.person_rights import correcting
from beffroi.guard.person_rights.correcting import Kept, of_person
from beffroi.guard.vault import people
from tests.guard.doors.conftest import pretty
from tests.guard.person_rights.conftest import Register, code
from tests.guard.world import AgentOfTest

NEW: dict[str, Any] = {"contact": {"phone": "0698765432", "city": "Hellemmes"}}


async def worked_on(register: Register, article: str = "rectification", person: str | None = None) -> str:
    request = await register.one(article=article, person=person or register.person)
    for to in ("identified", "in-progress"):
        assert (await register.ask(register.nora, "move", request=request, to=to)).status_code == 200
    return request


async def correct(register: Register, request: str, by: AgentOfTest | None = None, **changes: Any) -> httpx.Response:
    body = {"request": request, "person": register.person, "fields": NEW, **changes}
    return await register.ask(by or register.nora, "correct", **body)


async def kept(register: Register, person: PersonId | None = None) -> list[tuple[Any, tuple[Kept, ...]]]:
    world = register.desk.guard.world
    return await of_person(world.conn, world.keys, person or register.person, 50)


async def contact(register: Register) -> dict[str, Any]:
    opened = await register.desk.guard.open(register.desk.ana, register.person, "contact")
    return dict(opened.json()["person"]["fields"].get("contact", {}))


async def test_adviser_corrects_for_no_request_and_the_correspondent_does(register: Register) -> None:
    request = await worked_on(register)
    assert code(await correct(register, request, register.desk.ana)) == "purpose-not-allowed"
    assert await kept(register) == []
    done = await correct(register, request)
    assert done.status_code == 200, pretty(done)
    assert await contact(register) == NEW["contact"]


async def test_correction_keeps_what_was_said_before_and_since_sealed_and_journaled(register: Register) -> None:
    before = await contact(register)
    request = await worked_on(register)
    done = await correct(register, request)
    [(row, changes)] = await kept(register)
    assert changes == tuple(
        Kept("contact", name, before.get(name), NEW["contact"].get(name))
        for name in sorted({*before, *NEW["contact"]})
        if before.get(name) != NEW["contact"].get(name)
    )
    assert {one.field for one in changes} >= {"phone", "city"}
    assert (str(row["request"]), str(row["corrected_by"])) == (request, register.nora.account)
    guard = register.desk.guard
    [entry] = await guard.entries("corrected")
    assert (entry["entry"], str(entry["person"])) == (done.json()["entry"], register.person)
    for secret in (b"0698765432", b"Hellemmes"):
        assert secret not in bytes(row["sealed"])
        assert secret.decode() not in str(entry)
    assert "0698765432" not in repr(changes)


async def test_correspondent_of_another_office_corrects_nothing_and_learns_nothing(register: Register) -> None:
    request, nobody = await worked_on(register), str(uuid4())
    before = await contact(register)
    theirs, unknown = [
        await correct(register, one, register.sami, person=person)
        for one, person in ((request, register.person), (nobody, nobody))
    ]
    assert theirs.status_code == unknown.status_code == 404
    assert theirs.content == unknown.content
    assert await contact(register) == before


async def test_request_of_somebody_else_or_of_another_article_corrects_nobody(register: Register) -> None:
    world, ana = register.desk.guard.world, register.desk.ana
    neighbour = await world.person(ana.organisation, referent=ana)
    theirs = await worked_on(register, person=neighbour)
    access = await worked_on(register, "access")
    for request in (theirs, access, str(uuid4())):
        assert code(await correct(register, request)) == "person-request-unknown"
    assert await kept(register) == []
    own = await worked_on(register)
    assert (await correct(register, own)).status_code == 200


@pytest.mark.parametrize("until", ["received", "identified", "answered"])
async def test_request_that_is_not_worked_on_now_corrects_nothing(register: Register, until: str) -> None:
    request = await register.one(article="rectification")
    for to in {"received": (), "identified": ("identified",), "answered": ("identified", "in-progress", "answered")}[
        until
    ]:
        await register.ask(register.nora, "move", request=request, to=to)
    before = await contact(register)
    assert code(await correct(register, request)) == "person-request-state"
    assert await contact(register) == before


@pytest.mark.parametrize(
    "changes",
    [
        {"fields": {}}, {"fields": {"identity": None}}, {"fields": {"contact": {"shoe": "44"}}}, {"person": "one"},
        {"fields": {"contact": {"city": "x" * 201}}}, {"expected_version": 0}, {"purpose": "person-rights"},
        {"fields": {"attachments": {}}},
    ],
)  # fmt: skip
async def test_malformed_or_oversized_correction_is_refused(register: Register, changes: dict[str, Any]) -> None:
    assert code(await correct(register, str(uuid4()), **changes)) == "malformed"


async def test_correction_that_changes_nothing_is_refused_and_the_same_twice_is_one(register: Register) -> None:
    request = await worked_on(register)
    same = {"contact": await contact(register)}
    assert code(await correct(register, request, fields=same)) == Objection.NOTHING
    answers = await asyncio.gather(*(correct(register, request) for _ in range(3)))
    assert sorted(one.status_code for one in answers) == [200, 422, 422]
    assert len(await kept(register)) == 1


async def test_correction_of_a_file_changed_meanwhile_is_refused_whole(register: Register) -> None:
    request = await worked_on(register)
    before = await contact(register)
    assert code(await correct(register, request, expected_version=9)) == "version-conflict"
    assert await contact(register) == before
    assert await kept(register) == []
    assert await register.desk.guard.entries("corrected") == []


async def test_note_is_contradicted_and_never_rewritten(register: Register) -> None:
    desk = register.desk
    now = await desk.guard.world.now()
    first = {"at": written(now), "text": "N'est pas venue", "author": desk.ana.account}
    body = {"person": register.person, "purpose": "follow-up", "fields": {"followup": {"notes": [first]}}}
    assert (await desk.guard.post(desk.ana, "/v1/update", body)).status_code == 200
    request = await worked_on(register)
    own = {"at": written(now), "text": "La personne dit être venue", "author": register.nora.account}
    for notes in ([own], [{**first, "text": "Est venue"}], [first, {**own, "author": desk.ana.account}]):
        refused = await correct(register, request, fields={"followup": {"notes": notes}})
        assert code(refused).startswith("writing-"), pretty(refused)
    assert await kept(register) == []
    done = await correct(register, request, fields={"followup": {"notes": [first, own]}})
    assert done.status_code == 200, pretty(done)
    [(_, [change])] = await kept(register)
    assert (change.field, change.before) == ("notes", None)
    assert change.after == [{"at": written(now), "text": own["text"]}]


async def test_note_that_its_author_corrects_in_place_is_recorded_as_it_was_and_as_it_is(register: Register) -> None:
    at = written(await register.desk.guard.world.now())
    request = await worked_on(register)
    first = {"at": at, "text": "N'est pas venue", "author": register.nora.account}
    assert (await correct(register, request, fields={"followup": {"notes": [first]}})).status_code == 200
    put_right = {**first, "text": "Est venue", "earlier": [{"until": at, "text": first["text"]}]}
    done = await correct(register, request, fields={"followup": {"notes": [put_right]}})
    assert done.status_code == 200, pretty(done)
    [change] = (await kept(register))[0][1]
    assert [one["text"] for one in change.before] == ["N'est pas venue"]  # type: ignore[attr-defined]
    assert [one["text"] for one in change.after] == ["Est venue"]  # type: ignore[attr-defined]


async def test_number_of_somebody_else_is_told_as_at_any_change_and_nothing_is_kept(register: Register) -> None:
    world, ana = register.desk.guard.world, register.desk.ana
    other = await world.person(ana.organisation, referent=ana)
    nir = {"nir": {"nir": "299055935000110"}}
    given = {"person": other, "purpose": "follow-up", "fields": nir}
    assert (await register.desk.guard.post(ana, "/v1/update", given)).status_code == 200
    request = await worked_on(register)
    assert code(await correct(register, request, fields=nir)) == "duplicate"
    assert await kept(register) == []


async def test_correspondents_elsewhere_are_told_without_the_person_and_see_whose_file(register: Register) -> None:
    world, desk = register.desk.guard.world, register.desk
    elsewhere = (await register.ask(register.sami, "list")).json()["corrected"]
    assert elsewhere == []
    request = await worked_on(register)
    at = await world.now() - timedelta(days=30)
    await world.insert(
        "relation", person=register.person, organisation=desk.cleo.organisation, kind="followed", referent=None,
        since_at=at, until_at=None,
    )  # fmt: skip
    assert (await correct(register, request)).status_code == 200
    [message] = await world.conn.fetch("SELECT * FROM guard.message WHERE template = 'file-corrected'")
    assert str(message["recipient"]) == register.sami.account
    assert register.person not in f"{message['about']}{message['refs']}"
    [one] = (await register.ask(register.sami, "list")).json()["corrected"]
    assert (one["person"], one["organisation_name"], one["groups"]) == (register.person, "North", ["contact"])
    assert (await register.ask(register.nora, "list")).json()["corrected"] == [], "one's own are no news"


async def made_before(register: Register, request: str, ago: timedelta, **changes: Any) -> None:
    """A correction of the North, as its row stands."""
    world = register.desk.guard.world
    row = {
        "id": str(uuid4()), "person": register.person, "request": request, "groups": 2, "sealed": b"",
        "organisation": register.desk.ana.organisation, "corrected_by": register.nora.account,
        "corrected_at": await world.now() - ago,
    }  # fmt: skip
    await world.insert("correction", **{**row, **changes})


@pytest.mark.parametrize(
    ("ago", "expected"),
    [(timedelta(hours=23), "person-request-too-many-corrections"), (timedelta(hours=25), None)],
)
async def test_correspondent_corrects_one_file_twenty_times_a_day_by_whatever_request(
    register: Register, ago: timedelta, expected: str | None
) -> None:
    request = await worked_on(register)
    for _ in range(MOST_A_DAY - 1):
        await made_before(register, request, timedelta(hours=1))
    await made_before(register, request, ago)
    before = await contact(register)
    done = await correct(register, request)
    assert done.json().get("code") == expected, pretty(done)
    assert await contact(register) == (before if expected else NEW["contact"])


async def test_correspondents_of_one_file_at_once_correct_it_twenty_times_a_day(register: Register) -> None:
    request = await worked_on(register)
    for _ in range(MOST_A_DAY - 2):
        await made_before(register, request, timedelta(hours=1))
    cities = ("Lille", "Roubaix", "Tourcoing", "Lens")
    answers = await asyncio.gather(
        *(correct(register, request, fields={"contact": {"city": city}}) for city in cities)
    )
    assert sorted(one.status_code for one in answers) == [200, 200, 429, 429]


async def test_file_corrected_elsewhere_many_times_pushes_nobody_out_of_the_list(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, desk = register.desk.guard.world, register.desk
    monkeypatch.setattr(correcting, "MOST_SHOWN", 3)
    request, other = await worked_on(register), await world.person(desk.ana.organisation, referent=desk.ana)
    at = await world.now() - timedelta(days=30)
    for person in (register.person, other):
        await world.insert(
            "relation", person=person, organisation=desk.cleo.organisation, kind="followed", referent=None,
            since_at=at, until_at=None,
        )  # fmt: skip
    await made_before(register, request, timedelta(days=2), person=other)
    for hours in (4, 3, 2):
        await made_before(register, request, timedelta(hours=hours))
    listed = (await register.ask(register.sami, "list")).json()["corrected"]
    assert [one["person"] for one in listed] == [register.person, register.person, other]


async def test_i13_erased_person_leaves_no_correction(register: Register) -> None:
    request = await worked_on(register)
    assert (await correct(register, request)).status_code == 200
    erased = await register.desk.guard.post(
        register.nora, "/v1/erase", {"person": register.person, "purpose": "person-rights"}
    )
    assert erased.status_code == 200, pretty(erased)
    conn = register.desk.guard.world.conn
    assert await conn.fetchval("SELECT count(*) FROM guard.correction") == 0
    assert "correction" in people.OF_PEOPLE


async def test_merge_loses_no_correction_of_either_file(register: Register) -> None:
    world, desk = register.desk.guard.world, register.desk
    goes = await world.person(desk.ana.organisation, referent=desk.ana)
    requests = [await worked_on(register), await worked_on(register, person=goes)]
    assert (await correct(register, requests[0])).status_code == 200
    second = await correct(register, requests[1], person=goes, fields={"contact": {"city": "Roubaix"}})
    assert second.status_code == 200, pretty(second)
    body = {"stays": register.person, "goes": goes, "take": [], "stays_version": 2, "goes_version": 2}
    for person in (register.person, goes):
        await desk.guard.open(desk.ana, person)
    made = await desk.ask(desk.ana, "/v1/merges/make", **body)
    assert made.status_code == 201, pretty(made)
    found = await kept(register)
    assert {str(row["person"]) for row, _ in found} == {register.person, goes}


async def test_i16_correction_or_request_written_behind_the_guard_is_not_believed(register: Register) -> None:
    request = await worked_on(register)
    conn = register.desk.guard.world.conn
    await conn.execute("UPDATE guard.person_request SET reason = 'x' WHERE id = $1", request)
    assert code(await correct(register, request)) == "integrity"
    assert await kept(register) == []
