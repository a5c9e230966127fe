"""Reception registers: what it writes it never reads again, nobody is its own, and nobody is registered twice."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx

from beffroi.core.ids import PersonId
from tests.guard.doors.conftest import Guard, pretty
from tests.guard.world import AgentOfTest, some_nir

IDENTITY = {"last_name": "Rousseau", "first_names": "Camille", "birth_date": "2005-04-12"}
WHOLE = {"identity": IDENTITY, "contact": {"email": "camille@example.org", "phone": "+33639981234"}}


async def register(guard: Guard, agent: AgentOfTest, fields: Any = None, **more: Any) -> httpx.Response:
    body = {"purpose": "reception", "fields": WHOLE if fields is None else fields, **more}
    return await guard.post(agent, "/v1/create", body)


async def at_desk(guard: Guard, office: str = "North", role: str = "receptionist") -> AgentOfTest:
    return await guard.world.agent(guard.world.offices[office], role)


async def people(guard: Guard) -> int:
    count: int = await guard.world.conn.fetchval("SELECT count(*) FROM guard.person")
    return count


async def waiting(guard: Guard, agent: AgentOfTest, purpose: str = "follow-up") -> list[str]:
    """Whom the agent's office follows, and no agent."""
    answer = await guard.post(agent, "/v1/list/ids", {"purpose": purpose, "scope": "without-referent"})
    assert answer.status_code == 200, pretty(answer)
    found: list[str] = answer.json()["people"]
    return found


async def test_receptionist_registers_somebody_whom_the_office_follows_and_nobody_in_particular(guard: Guard) -> None:
    rui, nir = await at_desk(guard), {"nir": some_nir().nir}
    answer = await register(guard, rui, {**WHOLE, "nir": nir})
    assert answer.status_code == 200, pretty(answer)
    person = answer.json()["person"]
    assert set(answer.json()) == {"person", "entry", "referent"}
    assert answer.json()["referent"] is False
    row: Any = await guard.world.conn.fetchrow("SELECT * FROM guard.relation")
    assert guard.world.keys.authenticator.genuine_row("relation", row)
    assert (row["referent"], str(row["organisation"]), row["kind"]) == (None, rui.organisation, "followed")
    [entry] = await guard.entries("created")
    said = str(entry["person"]), str(entry["account"]), entry["role"], entry["purpose"], entry["explanation"]
    assert said == (person, rui.account, "receptionist", "reception", "registration")
    assert nir["nir"] not in str(dict(entry))


# What is written is not read


async def test_i10_receptionist_reads_an_identity_back_and_nothing_else_that_she_wrote(guard: Guard) -> None:
    rui, ana = await at_desk(guard), await at_desk(guard, role="adviser")
    person = (await register(guard, rui, {**WHOLE, "nir": {"nir": some_nir().nir}})).json()["person"]
    asked = {"person": person, "purpose": "reception", "groups": ["identity", "contact", "nir"]}
    opened = (await guard.post(rui, "/v1/open", asked)).json()
    assert set(opened["person"]["fields"]) == {"identity"}
    assert set(opened["withheld"]) == {"contact", "nir"}
    for group in ("contact", "nir"):
        refused = await guard.post(rui, "/v1/open", {**asked, "groups": [group]})
        assert refused.json()["code"] == "fields-not-allowed"
        other = await guard.post(rui, "/v1/open", {**asked, "purpose": "follow-up", "groups": [group]})
        assert other.json()["code"] == "purpose-not-allowed"
        assert (await guard.open(ana, person, group)).status_code == 200
    masks = {entry["groups"] for entry in await guard.entries("released") if str(entry["account"]) == rui.account}
    assert masks == {1}


async def test_receptionist_changes_nobody_whom_she_registered_nor_anybody_else(guard: Guard) -> None:
    rui, ana = await at_desk(guard), await at_desk(guard, role="adviser")
    own = (await register(guard, rui)).json()["person"]
    other = await guard.world.person(rui.organisation, referent=ana, last_name="Garnier")
    for person in (own, other):
        body = {"person": person, "purpose": "reception", "fields": {"contact": {"email": "thief@example.org"}}}
        assert (await guard.post(rui, "/v1/update", body)).json()["code"] == "action-not-allowed"
        erased = await guard.post(rui, "/v1/erase", {"person": person, "purpose": "reception"})
        assert erased.json()["code"] == "action-not-allowed"
        taken = await guard.post(
            rui, "/v1/relations/assign", {"purpose": "reception", "to": rui.account, "people": [person]}
        )
        assert taken.status_code == 403
    assert await guard.entries("updated") == []
    changed = {"person": own, "purpose": "follow-up", "fields": {"contact": {"email": "right@example.org"}}}
    assert (await guard.post(ana, "/v1/update", changed)).status_code == 200


async def test_receptionist_registers_with_no_group_but_those_of_a_first_contact(guard: Guard) -> None:
    rui = await at_desk(guard)
    for group in ("situation", "followup", "training", "sensitive_followup"):
        refused = await register(guard, rui, {"identity": IDENTITY, group: {}})
        assert refused.json()["code"] == "fields-not-allowed", (group, pretty(refused))
    assert await people(guard) == 0
    assert (await register(guard, rui)).status_code == 200


# Whom others know


async def test_receptionist_is_told_who_follows_a_duplicate_and_nothing_of_the_file(guard: Guard) -> None:
    rui, far, ana = await at_desk(guard), await at_desk(guard, "South"), await at_desk(guard, role="adviser")
    person = (await register(guard, rui)).json()["person"]
    for agent, relation in ((far, None), (rui, "followed"), (ana, "followed")):
        purpose = "follow-up" if agent is ana else "reception"
        answer = await register(guard, agent, {"identity": IDENTITY}, purpose=purpose)
        assert (answer.status_code, answer.json()["code"]) == (409, "duplicate")
        [match] = answer.json()["matches"]
        assert set(match) == {"person", "known", "relation", "followed_by"}
        assert (match["person"], match["relation"]) == (person, relation)
        assert [one["name"] for one in match["followed_by"]] == ["North"]
    found = [(str(entry["account"]), str(entry["person"])) for entry in await guard.entries("found")]
    assert found == [(agent.account, person) for agent in (far, rui, ana)]
    assert await people(guard) == 1


async def test_receptionist_of_another_office_knows_nothing_of_whom_this_one_registered(guard: Guard) -> None:
    rui, far = await at_desk(guard), await at_desk(guard, "South")
    person = (await register(guard, rui)).json()["person"]
    opening = {"purpose": "reception", "groups": ["identity"]}
    elsewhere = await guard.post(far, "/v1/open", {**opening, "person": person})
    unknown = await guard.post(far, "/v1/open", {**opening, "person": str(uuid4())})
    assert (elsewhere.status_code, elsewhere.content) == (404, unknown.content)
    assert await waiting(guard, far, "reception") == []
    assert await waiting(guard, rui, "reception") == [person]


async def test_receptionist_registers_a_namesake_only_when_said_to_be_somebody_else(guard: Guard) -> None:
    rui = await at_desk(guard)
    person = (await register(guard, rui)).json()["person"]
    assert (await register(guard, rui, distinct_from=[str(uuid4())])).status_code == 409
    assert (await register(guard, rui, distinct_from=[person])).status_code == 200


async def test_registration_sent_twice_makes_one_file(guard: Guard) -> None:
    rui = await at_desk(guard)
    answers = await asyncio.gather(*[register(guard, rui) for _ in range(3)])
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert await people(guard) == len(await guard.entries("created")) == 1


async def test_two_desks_that_register_the_same_person_at_once_make_one_file(guard: Guard) -> None:
    here, there, nir = await at_desk(guard), await at_desk(guard, "South"), {"nir": some_nir().nir}
    answers = await asyncio.gather(*[
        register(guard, agent, {"identity": {**IDENTITY, "last_name": name}, "nir": nir})
        for agent, name in ((here, "Un"), (there, "Deux"), (here, "Trois"), (there, "Quatre"))
    ])  # fmt: skip
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert await people(guard) == await guard.world.conn.fetchval("SELECT count(*) FROM guard.relation") == 1


# Budgets


async def test_i02_receptionist_registers_as_many_as_the_budget_of_relations_pays_and_no_more(guard: Guard) -> None:
    rui = await at_desk(guard)
    cap = guard.world.policy.buckets["relations"].hour  # type: ignore[index]
    answers = await asyncio.gather(*[
        register(guard, rui, {"identity": {**IDENTITY, "last_name": f"Nom{chr(65 + number)}"}})
        for number in range(cap + 3)
    ])  # fmt: skip
    assert sum(answer.status_code == 200 for answer in answers) == cap == 15
    assert {answer.json()["code"] for answer in answers if answer.status_code != 200} == {"budget-account"}
    assert await people(guard) == cap


async def test_i02_desk_and_advisers_of_an_office_share_its_registrations(guard: Guard) -> None:
    cap = guard.world.policy.organisation_relations.day
    names = iter(f"Nom{chr(65 + number // 26)}{chr(65 + number % 26)}" for number in range(cap + 1))
    for _ in range(cap // 15 + 1):
        agent = await at_desk(guard)
        for _, name in zip(range(15), names, strict=False):
            last = await register(guard, agent, {"identity": {**IDENTITY, "last_name": name}})
    assert last.json()["code"] == "budget-organisation"
    assert await people(guard) == cap
    ana = await at_desk(guard, role="adviser")
    refused = await register(guard, ana, {"identity": {**IDENTITY, "last_name": "Autre"}}, purpose="follow-up")
    assert refused.json()["code"] == "budget-organisation"


async def test_i02_receptionist_without_searches_left_cannot_tell_the_known_from_the_unknown(guard: Guard) -> None:
    rui, south = await at_desk(guard), guard.world.offices["South"]
    for number in range(guard.world.policy.buckets["search"].hour):  # type: ignore[index]
        name = f"Nom{chr(65 + number // 26)}{chr(65 + number % 26)}"
        await guard.world.person(south, last_name=name)
        body = {"purpose": "reception", "by": "name", "last_name": name, "first_name": "Camille"}
        found = await guard.post(rui, "/v1/find", {**body, "birth_date": "2005-04-12"})
        assert len(found.json()["matches"]) == 1, pretty(found)
    await guard.world.person(south, last_name="Rousseau")
    known, unknown = (
        await register(guard, rui),
        await register(guard, rui, {"identity": {**IDENTITY, "last_name": "No"}}),
    )
    assert (known.status_code, known.content) == (429, unknown.content)


# Who may


async def test_staff_of_a_training_organisation_registers_nobody(guard: Guard) -> None:
    school = await guard.world.organisation("School", kind="training-organisation")
    nadia, rui = await guard.world.agent(school, "training-staff"), await at_desk(guard)
    refused = await register(guard, nadia, purpose="training-follow-up")
    assert refused.json()["code"] == "action-not-allowed"
    assert (await register(guard, nadia)).json()["code"] == "purpose-not-allowed"
    assert await people(guard) == 0
    assert (await register(guard, rui)).status_code == 200


async def test_i07_suspended_receptionist_registers_nobody(guard: Guard) -> None:
    rui = await at_desk(guard)
    await guard.world.contain("account", rui.account)
    assert (await register(guard, rui)).json()["code"] == "account-suspended"
    assert await people(guard) == 0


# Nobody is lost


async def test_adviser_sees_who_waits_for_one_the_last_registered_first_and_takes_them_on(guard: Guard) -> None:
    rui, ana, far = (
        await at_desk(guard),
        await at_desk(guard, role="adviser"),
        await at_desk(guard, "South", "adviser"),
    )
    own = await guard.world.person(ana.organisation, referent=ana, last_name="Garnier")
    before = await guard.world.person(ana.organisation, last_name="Ancien")
    person = (await register(guard, rui)).json()["person"]
    assert await waiting(guard, ana) == [person, before]
    assert own not in await waiting(guard, ana)
    assert await waiting(guard, far) == []
    assert await guard.entries("released") == [], "nobody is opened to be waited for"
    taking = {"purpose": "follow-up", "to": ana.account, "people": [person]}
    assert (await guard.post(far, "/v1/relations/assign", {**taking, "to": far.account})).status_code == 404
    assert (await guard.post(ana, "/v1/relations/assign", taking)).json()["assigned"] == 1
    assert await waiting(guard, ana) == [before]
    [entry] = await guard.entries("assigned")
    assert (str(entry["person"]), str(entry["account"])) == (person, ana.account)


async def test_who_was_archived_or_left_waits_for_nobody(guard: Guard) -> None:
    ana = await at_desk(guard, role="adviser")
    await guard.world.person(ana.organisation, kind="archived", last_name="Archive")
    await guard.world.person(ana.organisation, kind="appointment", last_name="Passage")
    person = PersonId(str((await register(guard, await at_desk(guard))).json()["person"]))
    assert await waiting(guard, ana) == [person]
