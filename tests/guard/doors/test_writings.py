"""What agents write in a file, at the doors: never taken away, rewritten or forged; and some read less of it."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from beffroi.core.casefile import written
from beffroi.guard.vault.records import Change, Followup, Note, SensitiveFollowup, Situation
from tests.guard.doors.conftest import Guard, pretty
from tests.guard.doors.test_changing import IDENTITY, adviser, create, update
from tests.guard.world import AgentOfTest

GROUPS = ("followup", "sensitive_followup")


def note(agent: AgentOfTest, at: datetime, text: str = "Reçu ce matin.") -> dict[str, Any]:
    return {"at": written(at), "text": text, "author": str(agent.account)}


async def followed_by(guard: Guard, agent: AgentOfTest, age: timedelta = timedelta(hours=1), **more: Any) -> Any:
    """Somebody whose file holds a note of this agent's, in both groups, and a change of situation."""
    at = written(await guard.world.now() - age)
    kept = Note(at=at, text="Projet de CAP.", author=str(agent.account))
    change = Change(at=at, author=str(agent.account), on="2026-11-01", subject="housing", code="alone")
    return await guard.world.person(
        agent.organisation, referent=agent, followup=Followup(notes=(kept,)),
        sensitive_followup=SensitiveFollowup(notes=(kept,)), situation=Situation(changes=(change,)), **more,
    )  # fmt: skip


async def held(guard: Guard, agent: AgentOfTest, person: Any, group: str) -> Any:
    answer = await guard.open(agent, person, "identity", group)
    assert answer.status_code == 200, pretty(answer)
    return answer.json()["person"]["fields"][group]


@pytest.mark.parametrize("group", GROUPS)
async def test_adviser_adds_a_note_of_her_own_and_none_in_a_colleagues_name(guard: Guard, group: str) -> None:
    ana, bob = await adviser(guard), await adviser(guard)
    person, now = await followed_by(guard, bob), await guard.world.now()
    before = await held(guard, ana, person, group)
    forged = await update(guard, ana, person, {group: {"notes": [*before["notes"], note(bob, now)]}})
    assert (forged.status_code, forged.json()["code"]) == (409, "writing-unsigned"), pretty(forged)
    backdated = await update(
        guard, ana, person, {group: {"notes": [*before["notes"], note(ana, now - timedelta(1))]}}
    )
    assert backdated.json()["code"] == "writing-unsigned"
    assert await held(guard, ana, person, group) == before
    added = await update(guard, ana, person, {group: {"notes": [*before["notes"], note(ana, now)]}})
    assert added.status_code == 200, pretty(added)
    assert len((await held(guard, ana, person, group))["notes"]) == 2


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("sent", [None, {"notes": []}, {}])
async def test_adviser_takes_no_note_away(guard: Guard, group: str, sent: Any) -> None:
    ana = await adviser(guard)
    person = await followed_by(guard, ana)
    refused = await update(guard, ana, person, {group: sent})
    assert (refused.status_code, refused.json()["code"]) == (409, "writing-kept"), pretty(refused)
    assert not await guard.entries("updated")
    assert len((await held(guard, ana, person, group))["notes"]) == 1


@pytest.mark.parametrize("group", GROUPS)
async def test_author_corrects_her_note_and_a_colleague_does_not(guard: Guard, group: str) -> None:
    ana, bob = await adviser(guard), await adviser(guard)
    person, now = await followed_by(guard, ana), await guard.world.now()
    [before] = (await held(guard, ana, person, group))["notes"]
    earlier = [{"until": written(now), "text": before["text"]}]
    corrected = {group: {"notes": [{**before, "text": "Projet de CAP cuisine.", "earlier": earlier}]}}
    refused = await update(guard, bob, person, corrected)
    assert (refused.status_code, refused.json()["code"]) == (403, "writing-not-yours"), pretty(refused)
    hidden = {group: {"notes": [{**before, "text": "Projet de CAP cuisine."}]}}
    assert (await update(guard, ana, person, hidden)).json()["code"] == "writing-kept"
    assert (await update(guard, ana, person, corrected)).status_code == 200
    [after] = (await held(guard, bob, person, group))["notes"]
    assert (after["text"], after["earlier"][0]["text"]) == ("Projet de CAP cuisine.", "Projet de CAP.")


async def test_author_of_a_note_of_last_week_corrects_it_no_more(guard: Guard) -> None:
    ana = await adviser(guard)
    person, now = await followed_by(guard, ana, timedelta(days=7)), await guard.world.now()
    [before] = (await held(guard, ana, person, "followup"))["notes"]
    earlier = [{"until": written(now), "text": before["text"]}]
    late = await update(guard, ana, person, {"followup": {"notes": [{**before, "text": "x", "earlier": earlier}]}})
    assert (late.status_code, late.json()["code"]) == (409, "writing-too-late")


async def test_changes_of_situation_are_added_and_never_taken_back(guard: Guard) -> None:
    ana = await adviser(guard)
    person, at = await followed_by(guard, ana), written(await guard.world.now())
    new = {"at": at, "author": str(ana.account), "on": "2026-11-20", "subject": "housing", "code": "hosted"}
    [before] = (await held(guard, ana, person, "situation"))["changes"]
    assert (await update(guard, ana, person, {"situation": {"housing": "Foyer"}})).json()["code"] == "writing-kept"
    rewritten = {"situation": {"changes": [{**before, "code": "hosted"}]}}
    assert (await update(guard, ana, person, rewritten)).json()["code"] == "writing-kept"
    added = await update(guard, ana, person, {"situation": {"changes": [before, new]}})
    assert added.status_code == 200, pretty(added)


async def test_adviser_registers_nobody_with_a_note_of_somebody_else(guard: Guard) -> None:
    ana, bob = await adviser(guard), await adviser(guard)
    now = await guard.world.now()
    forged = await create(guard, ana, {"identity": IDENTITY, "followup": {"notes": [note(bob, now)]}})
    assert forged.json()["code"] == "writing-unsigned"
    mine = await create(guard, ana, {"identity": IDENTITY, "followup": {"notes": [note(ana, now)]}})
    assert mine.status_code == 200, pretty(mine)


@pytest.mark.parametrize("group", GROUPS)
async def test_adviser_who_fills_a_file_in_a_day_is_stopped_where_a_colleague_still_writes(
    guard: Guard, group: str
) -> None:
    ana, bob = await adviser(guard), await adviser(guard)
    person, now = await followed_by(guard, bob), await guard.world.now()
    kept = (await held(guard, ana, person, group))["notes"]
    for _ in range(4):
        kept.append(note(ana, now, "x" * 4_500))
        assert (await update(guard, ana, person, {group: {"notes": kept}})).status_code == 200
    more = await update(guard, ana, person, {group: {"notes": [*kept, note(ana, now, "x" * 4_500)]}})
    assert (more.status_code, more.json()["code"]) == (409, "writing-too-much"), pretty(more)
    assert (await held(guard, ana, person, group))["notes"] == kept
    kept.append(note(bob, now, "Reçu ce matin."))
    assert (await update(guard, bob, person, {group: {"notes": kept}})).status_code == 200


async def test_adviser_registers_nobody_with_more_notes_than_a_day_takes(guard: Guard) -> None:
    ana, now = await adviser(guard), await guard.world.now()
    notes = [note(ana, now, "x" * 4_500) for _ in range(5)]
    full = await create(guard, ana, {"identity": IDENTITY, "followup": {"notes": notes}})
    assert full.json()["code"] == "writing-too-much"
    less = await create(guard, ana, {"identity": IDENTITY, "followup": {"notes": notes[:4]}})
    assert less.status_code == 200, pretty(less)


async def test_two_advisers_write_at_once_and_both_notes_are_kept_or_one_is_told(guard: Guard) -> None:
    ana, bob = await adviser(guard), await adviser(guard)
    person, now = await followed_by(guard, ana), await guard.world.now()
    [before] = (await held(guard, ana, person, "followup"))["notes"]
    both = await asyncio.gather(*[
        update(guard, agent, person, {"followup": {"notes": [before, note(agent, now)]}}) for agent in (ana, bob)
    ])  # fmt: skip
    assert sorted(one.status_code for one in both) == [200, 409]
    assert len((await held(guard, ana, person, "followup"))["notes"]) == 2


async def test_i10_quality_officer_reads_the_notes_and_not_the_sensitive_ones(guard: Guard) -> None:
    world, ana = guard.world, await adviser(guard)
    person = await followed_by(guard, ana)
    quentin = await world.agent(world.offices["North"], "quality-officer")
    body = {"person": person, "purpose": "quality", "groups": ["identity", "followup", "sensitive_followup"]}
    answer = await guard.post(quentin, "/v1/open", body)
    assert answer.status_code == 200, pretty(answer)
    assert set(answer.json()["person"]["fields"]) == {"identity", "followup"}
    assert answer.json()["withheld"] == ["sensitive_followup"]
    alone = await guard.post(quentin, "/v1/open", {**body, "groups": ["sensitive_followup"]})
    assert alone.status_code == 403
    for purpose, role in (("prescription", "adviser"), ("reception", "receptionist")):
        agent = await world.agent(world.offices["North"], role)
        given = await guard.post(agent, "/v1/open", {**body, "purpose": purpose, "groups": ["sensitive_followup"]})
        assert given.status_code == 403, pretty(given)
    [entry] = await guard.entries("released")
    assert entry["groups"] == 1 | 32


async def test_i10_adviser_of_another_office_learns_nothing_of_sensitive_notes(guard: Guard) -> None:
    ana, bea = await adviser(guard), await adviser(guard, "South")
    person = await followed_by(guard, ana)
    at = await guard.world.now()
    for who in (person, uuid4()):
        refused = await update(guard, bea, str(who), {"sensitive_followup": {"notes": [note(bea, at)]}})
        assert (refused.status_code, refused.json()["code"]) == (404, "person-unknown"), pretty(refused)


async def test_i10_adviser_whose_factor_is_two_hours_old_confirms_it_for_sensitive_notes_alone(guard: Guard) -> None:
    ana = await adviser(guard)
    person, now = await followed_by(guard, ana), await guard.world.now()
    await guard.world.amend("session", ana.session, factor_at=now - timedelta(hours=2))
    refused = await guard.open(ana, person, "identity", "sensitive_followup")
    assert refused.json()["code"] == "step-up-required"
    assert (await guard.open(ana, person, "identity", "followup")).status_code == 200
    refused = await update(guard, ana, person, {"sensitive_followup": {"notes": []}})
    assert refused.json()["code"] == "step-up-required"
