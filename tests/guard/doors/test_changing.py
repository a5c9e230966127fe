"""/v1/create, /v1/update, /v1/erase: each denial differs by one thing from the allow beside it."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from beffroi.core.ids import PersonId
from beffroi.guard.vault.records import Nir
from tests.guard.doors.conftest import Guard, pretty
from tests.guard.world import AgentOfTest, some_nir

IDENTITY = {"last_name": "Rousseau", "first_names": "Camille", "birth_date": "2005-04-12"}


async def create(guard: Guard, agent: AgentOfTest, fields: Any = None, **more: Any) -> httpx.Response:
    given = {"identity": IDENTITY} if fields is None else fields
    return await guard.post(agent, "/v1/create", {"purpose": "follow-up", "fields": given, **more})


async def update(guard: Guard, agent: AgentOfTest, person: str, fields: Any, **more: Any) -> httpx.Response:
    body = {"person": person, "purpose": "follow-up", "fields": fields, **more}
    return await guard.post(agent, "/v1/update", body)


async def erase(guard: Guard, agent: AgentOfTest, person: str, purpose: str = "person-rights") -> httpx.Response:
    return await guard.post(agent, "/v1/erase", {"person": person, "purpose": purpose})


async def people(guard: Guard) -> int:
    count: int = await guard.world.conn.fetchval("SELECT count(*) FROM guard.person")
    return count


async def adviser(guard: Guard, office: str = "North") -> AgentOfTest:
    return await guard.world.agent(guard.world.offices[office])


async def officer(guard: Guard, office: str = "North") -> AgentOfTest:
    """Who may erase: the correspondent for data protection."""
    return await guard.world.agent(guard.world.offices[office], "data-protection-correspondent")


# Registering


async def test_adviser_registers_somebody_and_follows_them_from_then_on(guard: Guard) -> None:
    ana, bea = await adviser(guard), await adviser(guard, "South")
    answer = await create(guard, ana, {"identity": IDENTITY, "contact": {"email": "camille@example.org"}})
    assert answer.status_code == 200, pretty(answer)
    assert answer.json()["referent"] is True
    person = answer.json()["person"]
    [entry] = await guard.entries("created")
    assert (entry["entry"], str(entry["person"]), entry["groups"]) == (answer.json()["entry"], person, 3)
    opened = await guard.open(ana, person, "identity", "contact")
    assert opened.json()["person"]["fields"]["contact"]["email"] == "camille@example.org"
    row: Any = await guard.world.conn.fetchrow("SELECT * FROM guard.relation")
    assert guard.world.keys.authenticator.genuine_row("relation", row)
    assert (str(row["referent"]), str(row["organisation"])) == (ana.account, ana.organisation)
    elsewhere, unknown = await guard.open(bea, person), await guard.open(bea, PersonId(str(uuid4())))
    assert elsewhere.content == unknown.content
    assert elsewhere.status_code == 404


async def test_quality_officer_and_another_purpose_register_nobody(guard: Guard) -> None:
    ana = await adviser(guard)
    officer = await guard.world.agent(guard.world.offices["North"], "quality-officer")
    refused = await guard.post(officer, "/v1/create", {"purpose": "quality", "fields": {"identity": IDENTITY}})
    assert refused.json()["code"] == "action-not-allowed"
    other = await guard.post(ana, "/v1/create", {"purpose": "prescription", "fields": {"identity": IDENTITY}})
    assert other.json()["code"] == "action-not-allowed"
    assert await people(guard) == 0
    assert (await create(guard, ana)).status_code == 200


async def test_adviser_registers_a_group_the_role_may_not_write_nothing_is_written(guard: Guard) -> None:
    ana = await adviser(guard)
    refused = await create(guard, ana, {"identity": IDENTITY, "training": {}})
    assert refused.json()["code"] == "fields-not-allowed", pretty(refused)
    assert await people(guard) == 0
    assert (await create(guard, ana)).status_code == 200


async def test_adviser_repeats_a_registration_is_told_of_the_first_and_writes_nothing(guard: Guard) -> None:
    ana = await adviser(guard)
    person = (await create(guard, ana)).json()["person"]
    again = await create(guard, ana)
    assert (again.status_code, again.json()["code"]) == (409, "duplicate")
    assert [(match["person"], match["relation"]) for match in again.json()["matches"]] == [(person, "referent")]
    assert await people(guard) == 1
    [found] = await guard.entries("found")
    assert str(found["person"]) == person


async def test_adviser_registers_a_namesake_only_when_said_to_be_somebody_else(guard: Guard) -> None:
    ana = await adviser(guard)
    person = (await create(guard, ana)).json()["person"]
    assert (await create(guard, ana, distinct_from=[str(uuid4())])).status_code == 409
    answer = await create(guard, ana, distinct_from=[person])
    assert answer.status_code == 200, pretty(answer)
    assert answer.json()["person"] != person
    assert await people(guard) == 2


async def test_adviser_registers_somebody_known_by_the_name_of_birth_is_told(guard: Guard) -> None:
    ana = await adviser(guard)
    married = {**IDENTITY, "last_name": "Garnier", "birth_name": "Rousseau"}
    person = (await create(guard, ana, {"identity": married})).json()["person"]
    again = await create(guard, ana)
    assert (again.status_code, [one["person"] for one in again.json()["matches"]]) == (409, [person])
    assert (await create(guard, ana, {"identity": {**IDENTITY, "last_name": "Blanc"}})).status_code == 200
    other_way = {**IDENTITY, "last_name": "Noir", "birth_name": "BLANC"}
    assert (await create(guard, ana, {"identity": other_way})).status_code == 409


async def test_adviser_registers_a_known_nir_is_refused_even_said_to_be_somebody_else(guard: Guard) -> None:
    ana, nir = await adviser(guard), {"nir": some_nir().nir}
    other = {**IDENTITY, "last_name": "Garnier"}
    person = (await create(guard, ana, {"identity": IDENTITY, "nir": nir})).json()["person"]
    refused = await create(guard, ana, {"identity": other, "nir": nir}, distinct_from=[person])
    assert (refused.status_code, [one["person"] for one in refused.json()["matches"]]) == (409, [person])
    assert str(nir["nir"]) not in refused.text
    assert (await create(guard, ana, {"identity": other})).status_code == 200


async def test_i16_forged_relation_makes_nobody_a_follower(guard: Guard) -> None:
    ana, bea = await adviser(guard), await adviser(guard, "South")
    person = (await create(guard, ana)).json()["person"]
    [match] = (await create(guard, bea)).json()["matches"]
    assert [one["name"] for one in match["followed_by"]] == ["North"]
    [unexplained] = (await guard.open(bea, person)).json()["followed_by"]
    assert unexplained["name"] == "North"
    await guard.world.conn.execute("UPDATE guard.relation SET since_at = since_at - interval '1 second'")
    [match] = (await create(guard, bea)).json()["matches"]
    assert (match["person"], match["followed_by"]) == (person, [])
    assert (await guard.open(bea, person)).json()["followed_by"] == []


async def test_adviser_registers_a_nir_of_a_wrong_key_is_refused_and_the_number_does_not_come_back(
    guard: Guard,
) -> None:
    ana = await adviser(guard)
    right = str(some_nir().nir)
    wrong = right[:13] + f"{int(right[13:]) % 97 + 1:02d}"
    refused = await create(guard, ana, {"identity": IDENTITY, "nir": {"nir": wrong}})
    assert refused.status_code == 400, pretty(refused)
    assert [error["field"] for error in refused.json()["errors"]] == ["$.fields.nir.nir"]
    assert wrong[:13] not in refused.text
    assert (await create(guard, ana, {"identity": IDENTITY, "nir": {"nir": right}})).status_code == 200


async def test_adviser_registers_somebody_known_elsewhere_learns_where_and_nothing_more(guard: Guard) -> None:
    ana, bea = await adviser(guard), await adviser(guard, "South")
    person = (await create(guard, ana)).json()["person"]
    answer = await create(guard, bea)
    assert answer.status_code == 409
    [match] = answer.json()["matches"]
    assert (match["person"], match["relation"]) == (person, None)
    assert [one["name"] for one in match["followed_by"]] == ["North"]
    assert set(match) == {"person", "known", "relation", "followed_by"}


async def test_i02_adviser_without_searches_left_cannot_tell_the_known_from_the_unknown(guard: Guard) -> None:
    ana, south = await adviser(guard), guard.world.offices["South"]
    cap = guard.world.policy.buckets["search"].hour  # type: ignore[index]
    for number in range(cap):
        name = f"Nom{chr(65 + number // 26)}{chr(65 + number % 26)}"
        await guard.world.person(south, last_name=name)
        body = {"purpose": "follow-up", "by": "name", "last_name": name, "first_name": "Camille"}
        found = await guard.post(ana, "/v1/find", {**body, "birth_date": "2005-04-12"})
        assert len(found.json()["matches"]) == 1, pretty(found)
    await guard.world.person(south, last_name="Rousseau")
    own = await guard.world.person(ana.organisation, referent=ana, last_name="Own")
    known, unknown = await create(guard, ana), await create(guard, ana, {"identity": {**IDENTITY, "last_name": "No"}})
    assert (known.status_code, known.content) == (429, unknown.content)
    taken = await update(guard, ana, own, {"identity": IDENTITY})
    free = await update(guard, ana, own, {"identity": {**IDENTITY, "last_name": "No"}})
    assert (taken.status_code, taken.content) == (429, free.content)
    rested = await create(guard, await adviser(guard), {"identity": {**IDENTITY, "last_name": "No"}})
    assert rested.status_code == 200


async def test_two_advisers_register_the_same_nir_at_once_one_does(guard: Guard) -> None:
    ana, rui, nir = await adviser(guard), await adviser(guard), {"nir": some_nir().nir}
    answers = await asyncio.gather(
        *[
            create(guard, agent, {"identity": {**IDENTITY, "last_name": name}, "nir": nir})
            for agent, name in ((ana, "Un"), (rui, "Deux"), (ana, "Trois"), (rui, "Quatre"))
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert await people(guard) == len(await guard.entries("created")) == 1


async def test_i02_adviser_races_for_the_last_registrations_gets_exactly_the_budget(guard: Guard) -> None:
    ana = await adviser(guard)
    cap = guard.world.policy.buckets["relations"].hour  # type: ignore[index]
    answers = await asyncio.gather(
        *[
            create(guard, ana, {"identity": {**IDENTITY, "last_name": f"Nom{chr(65 + number)}"}})
            for number in range(cap + 5)
        ]
    )
    assert sum(answer.status_code == 200 for answer in answers) == cap == 15
    assert {answer.json()["code"] for answer in answers if answer.status_code != 200} == {"budget-account"}
    assert await people(guard) == len(await guard.entries("created")) == cap
    assert await guard.world.conn.fetchval("SELECT count(*) FROM guard.relation") == cap


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"fields": {}}, "$.fields"),
        ({"fields": {"contact": {"city": "Lille"}}}, "$.fields.identity"),
        ({"fields": {"identity": None}}, "$.fields.identity"),
        ({"fields": {"identity": "Rousseau"}}, "$.fields"),
        ({"fields": {"identity": {**IDENTITY, "last_name": 7}}}, "$.fields.identity.last_name"),
        ({"fields": {"identity": {**IDENTITY, "last_name": "x" * 201}}}, "$.fields.identity.last_name"),
        ({"fields": {"identity": {**IDENTITY, "birth_date": "12/04/2005"}}}, "$.fields.identity.birth_date"),
        ({"fields": {"identity": {**IDENTITY, "rousseau": "x"}}}, "$.fields.identity"),
        ({"fields": {"secrets": {}}}, "$.fields"),
        ({"fields": {"identity": IDENTITY, "Rousseau": {}}}, "$.fields"),
        ({"distinct_from": ["Rousseau"]}, "$.distinct_from[0]"),
        ({"distinct_from": [str(uuid4())] * 6}, "$.distinct_from"),
        ({"person": str(uuid4())}, "$"),
        ({"purpose": None}, "$.purpose"),
    ],
)
async def test_adviser_malformed_registration_learns_where_and_no_value_comes_back(
    guard: Guard, body: dict[str, Any], where: str
) -> None:
    ana = await adviser(guard)
    given = {"purpose": "follow-up", "fields": {"identity": IDENTITY}, **body}
    answer = await guard.post(ana, "/v1/create", given)
    assert answer.status_code == 400, pretty(answer)
    assert answer.json()["errors"][0]["field"].startswith(where), pretty(answer)
    for value in ("Rousseau", "rousseau", "12/04/2005", "secrets"):
        assert value not in answer.text
    assert await people(guard) == 0


# Changing


async def test_adviser_changes_own_persons_contact_and_it_is_found_by_the_new_address(guard: Guard) -> None:
    world = guard.world
    ana = await adviser(guard)
    person = await world.person(world.offices["North"], referent=ana)
    answer = await update(guard, ana, person, {"contact": {"email": "nouvelle@example.org"}})
    assert answer.status_code == 200, pretty(answer)
    [entry] = await guard.entries("updated")
    assert (entry["entry"], str(entry["person"]), entry["groups"]) == (answer.json()["entry"], person, 2)
    opened = (await guard.open(ana, person, "identity", "contact")).json()["person"]["fields"]
    assert opened["contact"] == {"email": "nouvelle@example.org"}
    assert opened["identity"]["last_name"] == "Rousseau"
    for email, matches in (("nouvelle@example.org", [person]), (f"{person[:8]}@example.org", [])):
        search = {"purpose": "follow-up", "by": "email", "value": email}
        found = await guard.post(ana, "/v1/find", search)
        assert [match["person"] for match in found.json()["matches"]] == matches


@pytest.mark.parametrize("group", ["nir", "agency_id", "identity"])
async def test_adviser_gives_a_file_what_is_somebody_elses_is_told_of_them_charged_and_writes_nothing(
    guard: Guard, group: str
) -> None:
    world, ana = guard.world, await adviser(guard)
    values: dict[str, Any] = {"nir": {"nir": some_nir().nir}, "agency_id": {"agency_id": "1234567A"},
                              "identity": {**IDENTITY, "last_name": "Garnier"}}  # fmt: skip
    owner = (await create(guard, ana, {"identity": values["identity"], group: values[group]})).json()["person"]
    person = await world.person(world.offices["North"], referent=ana)
    answer = await update(guard, ana, person, {group: values[group]})
    assert (answer.status_code, answer.json()["code"]) == (409, "duplicate")
    assert [(match["person"], match["relation"]) for match in answer.json()["matches"]] == [(owner, "referent")]
    [found] = await guard.entries("found")
    assert str(found["person"]) == owner
    assert not await guard.entries("updated")
    assert await world.conn.fetchval("SELECT asked FROM guard.question WHERE account = $1", ana.account) == 2
    said = await update(guard, ana, person, {group: values[group]}, distinct_from=[owner])
    assert said.status_code == (200 if group == "identity" else 409), pretty(said)
    again = await update(guard, ana, owner, {group: values[group]})
    assert again.status_code == 200, "what the file already holds is no news"


async def test_two_advisers_give_two_files_the_same_nir_at_once_one_does(guard: Guard) -> None:
    world, nir = guard.world, {"nir": {"nir": some_nir().nir}}
    agents = [await adviser(guard), await adviser(guard)]
    files = [await world.person(world.offices["North"], referent=one, last_name=f"L{n}e") for n, one in
             zip("ab", agents, strict=True)]  # fmt: skip
    answers = await asyncio.gather(*[update(guard, *one, nir) for one in zip(agents, files, strict=True)])
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert await world.conn.fetchval("SELECT count(*) FROM guard.person WHERE blind_nir IS NOT NULL") == 1


async def test_adviser_of_another_office_changes_nobody_and_cannot_tell_a_person_from_none(guard: Guard) -> None:
    world = guard.world
    ana, bea = await adviser(guard), await adviser(guard, "South")
    person = await world.person(world.offices["North"], referent=ana)
    forbidden = await update(guard, bea, person, {"contact": {"city": "Nice"}}, expected_version=1)
    unknown = await update(guard, bea, str(uuid4()), {"contact": {"city": "Nice"}}, expected_version=1)
    assert forbidden.status_code == 404
    assert (forbidden.content, forbidden.headers) == (unknown.content, unknown.headers)
    assert (await update(guard, ana, person, {"contact": {"city": "Nice"}}, expected_version=1)).status_code == 200


async def test_adviser_changes_a_file_changed_since_is_told_and_writes_nothing(guard: Guard) -> None:
    world = guard.world
    ana = await adviser(guard)
    person = await world.person(world.offices["North"], referent=ana)
    first = await update(guard, ana, person, {"contact": {"city": "Nice"}}, expected_version=1)
    assert first.status_code == 200
    stale = await update(guard, ana, person, {"contact": {"city": "Brest"}}, expected_version=1)
    assert (stale.status_code, stale.json()["code"]) == (409, "version-conflict")
    assert len(await guard.entries("updated")) == 1
    opened = await guard.open(ana, person, "contact")
    assert opened.json()["person"]["fields"]["contact"] == {"city": "Nice"}
    assert (await update(guard, ana, person, {"contact": {"city": "Brest"}}, expected_version=2)).status_code == 200


async def test_two_advisers_change_the_same_version_at_once_one_does(guard: Guard) -> None:
    world = guard.world
    ana, rui = await adviser(guard), await adviser(guard)
    person = await world.person(world.offices["North"], referent=ana)
    answers = await asyncio.gather(
        *[
            update(guard, agent, person, {"contact": {"city": city}}, expected_version=1)
            for agent, city in ((ana, "Nice"), (rui, "Brest"), (ana, "Lille"), (rui, "Metz"))
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert len(await guard.entries("updated")) == 1


async def test_adviser_empties_a_group_but_never_the_identity(guard: Guard) -> None:
    world = guard.world
    ana = await adviser(guard)
    person = await world.person(world.offices["North"], referent=ana)
    assert (await update(guard, ana, person, {"identity": None})).status_code == 400
    assert (await update(guard, ana, person, {"contact": None})).status_code == 200
    row: Any = await world.conn.fetchrow("SELECT * FROM guard.person WHERE id = $1", person)
    assert row["contact"] is row["blind_email"] is row["blind_phone"] is None
    assert row["identity"] is not None


async def test_training_staff_changes_training_of_a_trainee_and_no_other_group(guard: Guard) -> None:
    world = guard.world
    school = await world.organisation("School", "training-organisation")
    tom = await world.agent(school, "training-staff")
    person = await world.person(school, kind="enrolment")
    body = {"person": person, "purpose": "training-follow-up"}
    refused = await guard.post(tom, "/v1/update", {**body, "fields": {"contact": {"city": "Nice"}}})
    assert refused.json()["code"] == "fields-not-allowed"
    answer = await guard.post(tom, "/v1/update", {**body, "fields": {"training": None}})
    assert answer.status_code == 200, pretty(answer)


@pytest.mark.parametrize(
    "body",
    [
        {"person": "Rousseau"},
        {"person": None},
        {"fields": {}},
        {"fields": []},
        {"fields": {"contact": 7}},
        {"expected_version": 0},
        {"expected_version": "1"},
        {"expected_version": 2**31},
        {"force": True},
    ],
)
async def test_adviser_malformed_change_is_refused_and_writes_nothing(guard: Guard, body: dict[str, Any]) -> None:
    ana = await adviser(guard)
    person = await guard.world.person(guard.world.offices["North"], referent=ana)
    given = {"person": person, "purpose": "follow-up", "fields": {"contact": {"city": "Nice"}}, **body}
    answer = await guard.post(ana, "/v1/update", given)
    assert answer.status_code == 400, pretty(answer)
    assert "Rousseau" not in answer.text
    assert await guard.world.conn.fetchval("SELECT version FROM guard.person WHERE id = $1", person) == 1


@pytest.mark.parametrize("path", ["/v1/create", "/v1/update", "/v1/erase", "/v1/list", "/v1/agents"])
async def test_caller_oversized_truncated_or_nested_body_is_refused(guard: Guard, path: str) -> None:
    headers = guard.headers(await adviser(guard)) | {"content-type": "application/json"}
    for content, status in ((b"x" * 300_000, 413), (b'{"purpose":', 400), (b"[" * 100_000, 400), (b"\xff", 400)):
        answer = await guard.http.post(path, content=content, headers=headers)
        assert answer.status_code == status, content[:10]
    assert await people(guard) == 0


# Erasing


async def test_i13_person_erased_is_then_as_unknown_as_nobody(guard: Guard) -> None:
    world = guard.world
    ana, ines = await adviser(guard), await officer(guard)
    nir: Nir = some_nir()
    person = await world.person(world.offices["North"], referent=ana, nir=nir)
    assert (await guard.open(ana, person)).status_code == 200
    answer = await erase(guard, ines, person)
    assert answer.status_code == 200, pretty(answer)
    [entry] = await guard.entries("erased")
    assert (entry["entry"], str(entry["person"])) == (answer.json()["entry"], person)
    nobody = PersonId(str(uuid4()))
    contact = {"contact": {"city": "Nice"}}
    for gone, never in (
        (await guard.open(ana, person), await guard.open(ana, nobody)),
        (await update(guard, ana, person, contact), await update(guard, ana, nobody, contact)),
        (await erase(guard, ines, person), await erase(guard, ines, nobody)),
    ):
        assert gone.status_code == 404
        assert (gone.content, gone.headers) == (never.content, never.headers)
    found = await guard.post(ana, "/v1/find", {"purpose": "follow-up", "by": "nir", "value": nir.nir})
    assert found.json()["matches"] == []
    listed = await guard.post(ana, "/v1/list", {"purpose": "follow-up", "scope": "portfolio"})
    assert listed.json()["total"] == 0
    assert len(await guard.entries("erased")) == 1


async def test_adviser_and_another_offices_officer_erase_nobody(guard: Guard) -> None:
    world = guard.world
    ana, ines, south = await adviser(guard), await officer(guard), await officer(guard, "South")
    person = await world.person(world.offices["North"], referent=ana)
    assert (await erase(guard, ana, person, "follow-up")).json()["code"] == "action-not-allowed"
    assert (await erase(guard, ana, person)).json()["code"] == "purpose-not-allowed"
    forbidden, unknown = await erase(guard, south, person), await erase(guard, south, str(uuid4()))
    assert (forbidden.status_code, forbidden.content) == (404, unknown.content)
    assert await people(guard) == 1
    assert (await erase(guard, ines, person)).status_code == 200


@pytest.mark.parametrize(
    "weaker",
    [{"level": 2}, {"factor_age": 301}],
    ids=["a code instead of a passkey", "a passkey used five minutes ago"],
)
async def test_officer_erases_only_with_a_passkey_used_a_moment_ago(guard: Guard, weaker: dict[str, int]) -> None:
    world = guard.world
    ines = await officer(guard)
    person = await world.person(world.offices["North"])
    now = await world.now()
    changes: dict[str, object] = {"level": weaker.get("level", 3)}
    changes["factor_at"] = now - timedelta(seconds=weaker.get("factor_age", 0))
    weak = await world.sign_in(ines.account, ines.habilitation, ines.organisation, ines.role, **changes)
    refused = await erase(guard, weak, person)
    assert refused.json()["code"] == "step-up-required", pretty(refused)
    assert refused.json()["step_up"]["level"] == 3
    assert await people(guard) == 1
    assert (await erase(guard, ines, person)).status_code == 200


@pytest.mark.parametrize("body", [{"person": "x"}, {"person": None}, {"groups": ["identity"]}, {"purpose": 3}])
async def test_officer_malformed_erasure_erases_nobody(guard: Guard, body: dict[str, Any]) -> None:
    ines = await officer(guard)
    person = await guard.world.person(guard.world.offices["North"])
    answer = await guard.post(ines, "/v1/erase", {"person": person, "purpose": "person-rights", **body})
    assert answer.status_code == 400
    assert await people(guard) == 1


async def test_two_officers_erase_the_same_person_at_once_it_happens_once(guard: Guard) -> None:
    ines, ugo = await officer(guard), await officer(guard)
    person = await guard.world.person(guard.world.offices["North"])
    answers = await asyncio.gather(*[erase(guard, one, person) for one in (ines, ugo, ines, ugo)])
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404]
    assert len(await guard.entries("erased")) == 1
