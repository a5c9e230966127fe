"""Documents of a file that goes are found from the one that stays, by nobody else and under no other id."""

import asyncio
from base64 import b64decode, b64encode
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from beffroi.core.fields import Group
from beffroi.core.folding import Extent, Kind
from beffroi.core.ids import PersonId
from beffroi.guard import stamped
from beffroi.guard.attachments import keeping
from beffroi.guard.folding import watching
from beffroi.guard.folding.looking import Look
from beffroi.guard.folding.watching import Watch
from beffroi.guard.journal import Entry
from beffroi.guard.merging import aliases
from beffroi.guard.merging.forgetting import forget
from beffroi.guard.vault import people
from tests.guard.merging.conftest import Pair
from tests.guard.relating.conftest import code
from tests.guard.world import POLICY, AgentOfTest
from tests.standards.documents.samples import pdf


@dataclass
class Drawer:
    """Two files of one person, each with a document: ``own`` of the one that stays, ``brought`` of the other."""

    pair: Pair
    own: str = ""
    brought: str = ""

    async def post(self, door: str, person: str, agent: AgentOfTest | None = None, **more: Any) -> httpx.Response:
        """POST to one of the doors of attachments, Ana's unless somebody else is named."""
        return await self.pair.desk.ask(agent or self.pair.desk.ana, f"/v1/attachments/{door}", person=person, **more)

    async def add(self, person: str, words: str = "a", kind: str = "cv", **more: Any) -> httpx.Response:
        """Add a PDF that holds these words."""
        content = b64encode(document(words)).decode()
        return await self.post("add", person, **{"id": str(uuid4()), "kind": kind, "content": content, **more})

    async def added(self, person: str, words: str = "a", kind: str = "cv") -> str:
        """Add one and give its id."""
        answer = await self.add(person, words, kind)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def ids(self, person: str, agent: AgentOfTest | None = None) -> list[str] | str:
        """Ids that the list shows, the last added first; the code of a refusal."""
        answer = (await self.post("list", person, agent)).json()
        return [row["id"] for row in answer["rows"]] if "rows" in answer else str(answer["code"])

    async def read(self, person: str, id: str, agent: AgentOfTest | None = None) -> bytes | str:
        """The content of one; the code of a refusal."""
        answer = (await self.post("open", person, agent, id=id)).json()
        return b64decode(answer["content"]) if "content" in answer else str(answer["code"])

    async def kept(self) -> dict[str, str]:
        """Every row that is there: its id, and the file it lies in."""
        rows = await self.pair.desk.guard.world.conn.fetch("SELECT id, person FROM guard.attachment")
        return {str(row["id"]): str(row["person"]) for row in rows}

    async def merged(self) -> str:
        """Make one file of the two; the merge."""
        answer = await self.pair.merge()
        assert answer.status_code == 201, answer.text
        return str(answer.json()["merge"])


def document(words: str) -> bytes:
    return pdf(b"/X(" + words.encode() + b")")


@pytest.fixture
async def drawer(pair: Pair) -> Drawer:
    found = Drawer(pair)
    found.own, found.brought = await found.added(pair.stays, "own"), await found.added(pair.goes, "brought")
    return found


# Who may not


async def test_document_of_the_file_that_went_is_unknown_by_its_old_id_to_everybody(drawer: Drawer) -> None:
    pair, nobody = drawer.pair, str(uuid4())
    await drawer.merged()
    for agent in (pair.desk.ana, pair.desk.cleo):
        for door, more in (
            ("list", {}), ("open", {"id": drawer.brought}), ("remove", {"id": drawer.brought}),
            ("open", {"id": drawer.own}), ("remove", {"id": drawer.own}),
        ):  # fmt: skip
            refused = await drawer.post(door, pair.goes, agent, **more)
            assert refused.status_code == 404, (door, refused.text)
            assert refused.content == (await drawer.post(door, nobody, agent, **more)).content, door
    refused = await drawer.add(pair.goes)
    assert refused.content == (await drawer.add(nobody)).content
    assert await drawer.kept() == {drawer.own: pair.stays, drawer.brought: pair.goes}
    assert await drawer.read(pair.stays, drawer.brought) == document("brought")


async def test_adviser_of_another_office_and_a_receptionist_find_none_by_the_file_that_stays(drawer: Drawer) -> None:
    pair, nobody = drawer.pair, str(uuid4())
    await drawer.merged()
    for door, more in (("list", {}), ("open", {"id": drawer.brought}), ("remove", {"id": drawer.brought})):
        refused = await drawer.post(door, pair.stays, pair.desk.cleo, **more)
        assert refused.content == (await drawer.post(door, nobody, pair.desk.cleo, **more)).content
    clerk = await pair.desk.guard.world.agent(pair.desk.ana.organisation, "receptionist")
    refused = await drawer.post("open", pair.stays, clerk, purpose="reception", id=drawer.brought)
    assert code(refused) == "fields-not-allowed"
    assert set(await drawer.kept()) == {drawer.own, drawer.brought}
    assert await drawer.ids(pair.stays, pair.desk.ben) == [drawer.brought, drawer.own], "a colleague does"


async def test_document_of_a_third_file_of_the_same_adviser_is_not_found_from_the_one_that_stays(
    drawer: Drawer,
) -> None:
    pair = drawer.pair
    third = await pair.desk.guard.world.person(pair.desk.ana.organisation, referent=pair.desk.ana)
    theirs = await drawer.added(third)
    await drawer.merged()
    assert await drawer.read(pair.stays, theirs) == "attachment-unknown"
    assert await drawer.read(third, drawer.brought) == "attachment-unknown"
    assert await drawer.ids(third) == [theirs]


async def test_identity_document_of_the_file_that_went_demands_what_its_kind_does(drawer: Drawer) -> None:
    pair, world = drawer.pair, drawer.pair.desk.guard.world
    card = await drawer.added(pair.goes, kind="identity-document")
    await drawer.merged()
    ana = pair.desk.ana
    old = await world.sign_in(
        ana.account, ana.habilitation, ana.organisation, "adviser",
        factor_at=await world.now() - timedelta(minutes=16),
    )  # fmt: skip
    assert await drawer.read(pair.stays, card, old) == "step-up-required"
    assert code(await drawer.post("remove", pair.stays, old, id=card)) == "step-up-required"
    assert await drawer.read(pair.stays, drawer.brought, old) == document("brought")
    assert await drawer.read(pair.stays, card) == document("a")


@pytest.mark.parametrize("chained", [False, True])
async def test_session_too_old_to_open_an_identity_document_gives_it_to_no_other_file(
    drawer: Drawer, chained: bool
) -> None:
    pair, world, ana = drawer.pair, drawer.pair.desk.guard.world, drawer.pair.desk.ana
    card = await drawer.added(pair.goes, kind="identity-document")
    if chained:
        last = await world.person(ana.organisation, referent=ana)
        assert (await Drawer(Pair(pair.desk, last, pair.goes)).merged()) != ""
        pair.goes = last
    old, fresh = [
        await world.sign_in(
            ana.account, ana.habilitation, ana.organisation, "adviser",
            factor_at=await world.now() - timedelta(minutes=minutes),
        )
        for minutes in (16, 13)
    ]  # fmt: skip
    await pair.compare(ana)
    before, spent = await pair.state(), "SELECT sum(day_spent)::int FROM guard.budget"
    budgets = await world.conn.fetchval(spent)
    refused = await pair.make(old)
    assert code(refused) == "step-up-required"
    assert refused.json()["step_up"]["max_age"] == 900
    assert (await pair.state(), await world.conn.fetchval(spent)) == (before, budgets), "nothing of it stays"
    assert await drawer.ids(pair.stays) == [drawer.own]
    [entry] = [one for one in await pair.desk.guard.entries("refused") if one["explanation"] == "step-up-required"]
    assert (str(entry["person"]), str(entry["account"])) == (pair.stays, ana.account)
    assert (await pair.make(fresh)).status_code == 201
    assert await drawer.read(pair.stays, card, fresh) == document("a")


async def test_i16_alias_forged_behind_the_guard_shows_removes_and_adds_nothing_and_security_is_told(
    drawer: Drawer,
) -> None:
    pair, guard = drawer.pair, drawer.pair.desk.guard
    cleo, world = pair.desk.cleo, guard.world
    theirs = await world.person(cleo.organisation, referent=cleo)
    answer = await drawer.add(theirs, agent=cleo)
    lies = str(answer.json()["id"])
    await drawer.merged()
    forge = "UPDATE guard.person_alias SET survivor = $2 WHERE survivor = $1"
    await world.conn.execute(forge, pair.stays, theirs)
    before = len(await guard.entries("integrity"))
    assert await drawer.ids(theirs, cleo) == "integrity"
    for id in (drawer.brought, lies):
        assert await drawer.read(theirs, id, cleo) == "integrity"
        assert code(await drawer.post("remove", theirs, cleo, id=id)) == "integrity"
    assert code(await drawer.add(theirs, agent=cleo)) == "integrity"
    assert await drawer.read(theirs, drawer.brought) == "person-unknown", "who may not is told nothing"
    told = (await guard.entries("integrity"))[before:]
    assert len(told) == 6
    assert all('"table":"person_alias"' in one["detail"] for one in told)
    assert set(await drawer.kept()) == {drawer.own, drawer.brought, lies}
    released = [one for one in await guard.entries("released") if one["detail"] and "attachment" in one["detail"]]
    assert [one["detail"] for one in released] == ['{"attachments":"listed"}'], "the list, of which nothing left"
    await world.conn.execute(forge, theirs, pair.stays)
    assert await drawer.ids(theirs, cleo) == [lies]


async def test_i16_alias_that_ended_and_is_put_back_is_ended_again_and_its_organisation_contained(
    drawer: Drawer,
) -> None:
    pair, world = drawer.pair, drawer.pair.desk.guard.world
    watch, everything = Watch(world.keys, lambda: POLICY), Look(rows=True)
    merge = await drawer.merged()
    before = dict(await world.conn.fetchrow("SELECT * FROM guard.person_alias WHERE id = $1", merge))
    assert (await pair.part(merge)).status_code == 200
    assert (await watching.once(world.conn, watch, everything)).divergences == ()
    columns = ", ".join(f"{name} = ${place}" for place, name in enumerate(before, start=2))
    await world.conn.execute(f"UPDATE guard.person_alias SET {columns} WHERE id = $1", merge, *before.values())
    assert len(await keeping.listed(world.conn, world.keys, pair.stays)) == 2, "until the next look"
    [found] = (await watching.once(world.conn, watch, everything)).divergences
    assert (found.table, found.id, found.kind) == (aliases.TABLE, merge, Kind.OLDER)
    assert await world.conn.fetchval("SELECT ended_at FROM guard.person_alias WHERE id = $1", merge) is not None
    assert Extent("organisation", str(pair.desk.ana.organisation)) in watch.refused.extents
    assert [str(row["id"]) for row in await keeping.listed(world.conn, world.keys, pair.stays)] == [drawer.own]
    assert (await watching.once(world.conn, watch, everything)).divergences == ()


async def test_rows_of_aliases_that_lead_in_a_circle_are_followed_once(drawer: Drawer) -> None:
    pair, world = drawer.pair, drawer.pair.desk.guard.world
    now = await world.now()
    for goes, stays in ((pair.stays, pair.goes), (pair.goes, pair.stays)):
        await world.insert(
            "person_alias", id=uuid4(), person=goes, survivor=stays, organisation=pair.desk.ana.organisation,
            merged_by=pair.desk.ana.account, merged_at=now, undo_until=now, ended_at=None, ended_by=None,
        )  # fmt: skip
    async with asyncio.timeout(5):
        assert await aliases.merged_into(world.conn, world.keys, pair.stays) == (pair.goes,)


# Races


async def test_documents_added_and_removed_while_two_files_become_one_are_there_or_refused_and_never_lost(
    drawer: Drawer,
) -> None:
    pair = drawer.pair
    ids = [str(uuid4()) for _ in range(4)]
    made, removed, *answers = await asyncio.gather(
        pair.merge(),
        drawer.post("remove", pair.goes, pair.desk.ben, id=drawer.brought),
        *(drawer.add(pair.goes, id=id) for id in ids),
    )
    assert made.status_code == 201, made.text
    there = {id for id, one in zip(ids, answers, strict=True) if one.status_code == 201}
    assert {one.status_code for one in answers} <= {201, 404}
    assert removed.status_code in (200, 404)
    left = {drawer.own, *there} | ({drawer.brought} if removed.status_code == 404 else set())
    assert set(await drawer.ids(pair.stays)) == left == set(await drawer.kept())
    assert await drawer.ids(pair.goes) == "person-unknown"


async def test_documents_opened_and_removed_while_the_two_are_parted_are_those_of_one_of_both_instants(
    drawer: Drawer,
) -> None:
    pair = drawer.pair
    merge = await drawer.merged()
    parted, removed, *answers = await asyncio.gather(
        pair.part(merge),
        drawer.post("remove", pair.stays, pair.desk.ben, id=drawer.brought),
        *(drawer.read(pair.stays, drawer.brought) for _ in range(4)),
    )
    assert parted.status_code == 200, parted.text
    opened = [one for one in answers if one == document("brought")]
    assert set(answers) <= {document("brought"), "attachment-unknown"}
    assert (removed.status_code, code(removed)) in ((200, "200"), (404, "attachment-unknown"))
    entries = await pair.desk.guard.entries("released")
    assert len([one for one in entries if one["detail"] and drawer.brought in one["detail"]]) == len(opened)
    assert await drawer.ids(pair.stays) == [drawer.own]
    assert await drawer.ids(pair.goes) == ([] if removed.status_code == 200 else [drawer.brought])


# What holds


async def test_adviser_finds_the_documents_of_both_files_from_the_one_that_stays_each_journaled_of_that_person(
    drawer: Drawer,
) -> None:
    pair, guard = drawer.pair, drawer.pair.desk.guard
    await drawer.merged()
    assert (await guard.open(pair.desk.ana, pair.stays)).status_code == 200
    spent = "SELECT sum(day_spent)::int FROM guard.budget WHERE key LIKE $1"
    before = await guard.world.conn.fetchval(spent, f"%{pair.desk.ana.account}%")
    assert await drawer.ids(pair.stays) == [drawer.brought, drawer.own]
    assert await drawer.read(pair.stays, drawer.own) == document("own")
    assert await drawer.read(pair.stays, drawer.brought) == document("brought")
    assert await guard.world.conn.fetchval(spent, f"%{pair.desk.ana.account}%") == before, "one person of the day"
    *_, listed, own, brought = await guard.entries("released")
    for entry in (listed, own, brought):
        assert (str(entry["person"]), entry["groups"]) == (pair.stays, int(Group.ATTACHMENTS))
    assert own["detail"] == f'{{"attachment":"{drawer.own}","kind":"cv"}}'
    assert brought["detail"] == f'{{"attachment":"{drawer.brought}","file":"{pair.goes}","kind":"cv"}}'
    assert (await drawer.post("remove", pair.stays, id=drawer.brought)).status_code == 200
    [removed] = await guard.entries("attachment-removed")
    assert (str(removed["person"]), removed["detail"]) == (pair.stays, brought["detail"])
    assert await drawer.kept() == {drawer.own: pair.stays}


async def test_parted_files_have_their_own_documents_again_but_for_what_was_removed_meanwhile(drawer: Drawer) -> None:
    pair = drawer.pair
    second = await drawer.added(pair.goes)
    merge = await drawer.merged()
    since = await drawer.added(pair.stays)
    assert (await drawer.post("remove", pair.stays, id=second)).status_code == 200
    assert (await pair.part(merge)).status_code == 200
    assert await drawer.ids(pair.stays) == [since, drawer.own], "what was added since stays there"
    assert await drawer.ids(pair.goes) == [drawer.brought]
    assert await drawer.read(pair.goes, drawer.brought) == document("brought")
    assert await drawer.read(pair.stays, drawer.brought) == "attachment-unknown"
    back = Drawer(Pair(pair.desk, pair.goes, pair.stays))
    await back.merged()
    assert await drawer.ids(pair.goes) == [since, drawer.brought, drawer.own], "and the other way round"
    assert await drawer.read(pair.goes, since) == document("a")
    assert await drawer.ids(pair.stays) == "person-unknown"


async def test_documents_of_files_that_went_one_into_the_other_are_found_from_the_last(drawer: Drawer) -> None:
    pair, desk = drawer.pair, drawer.pair.desk
    third = await desk.guard.world.person(desk.ana.organisation, referent=desk.ana)
    theirs = await drawer.added(third)
    await drawer.merged()
    last = await Drawer(Pair(desk, third, pair.stays)).merged()
    assert await drawer.ids(third) == [theirs, drawer.brought, drawer.own]
    assert await drawer.read(third, drawer.brought) == document("brought")
    assert await drawer.ids(pair.stays) == "person-unknown"
    assert (await pair.part(last)).status_code == 200
    assert await drawer.ids(third) == [theirs]
    assert await drawer.ids(pair.stays) == [drawer.brought, drawer.own]


async def test_limit_of_one_person_counts_both_files_and_loses_nothing(drawer: Drawer) -> None:
    pair, services = drawer.pair, drawer.pair.desk.guard.services
    services.policy = replace(services.policy, attachments=replace(services.policy.attachments, most=2))
    more = [await drawer.added(pair.stays), await drawer.added(pair.goes)]
    await drawer.merged()
    assert set(await drawer.ids(pair.stays)) == {drawer.own, drawer.brought, *more}
    for id in (drawer.brought, more[0], more[1]):
        refused = await drawer.add(pair.stays)
        assert (code(refused), refused.json()["most"]) == ("attachment-too-many", 2)
        assert (await drawer.post("remove", pair.stays, id=id)).status_code == 200
    assert (await drawer.add(pair.stays)).status_code == 201
    assert code(await drawer.add(pair.stays)) == "attachment-too-many"


async def test_documents_outlive_the_thirty_days_after_which_the_other_file_is_emptied(drawer: Drawer) -> None:
    pair, world = drawer.pair, drawer.pair.desk.guard.world
    merge = await drawer.merged()
    await world.amend("person_alias", merge, undo_until=await world.now())
    assert await forget(world.conn) == 1
    assert await world.conn.fetchval("SELECT identity IS NULL FROM guard.person WHERE id = $1", pair.goes)
    assert await drawer.ids(pair.stays) == [drawer.brought, drawer.own]
    assert await drawer.read(pair.stays, drawer.brought) == document("brought")
    assert await drawer.read(pair.goes, drawer.brought) == "person-unknown"


async def test_office_the_person_is_transferred_to_finds_the_documents_of_both_and_the_other_office_none(
    drawer: Drawer,
) -> None:
    pair, desk = drawer.pair, drawer.pair.desk
    merge = await drawer.merged()
    asked = await desk.ask(
        desk.ana, "/v1/transfers/ask", person=pair.stays, organisation=desk.cleo.organisation, side="giving",
        reason="moved",
    )  # fmt: skip
    agreed = await desk.ask(desk.cleo, "/v1/transfers/agree", transfer=asked.json()["transfer"])
    assert agreed.status_code == 200, agreed.text
    assert await drawer.ids(pair.stays, desk.cleo) == [drawer.brought, drawer.own]
    assert await drawer.read(pair.stays, drawer.brought, desk.cleo) == document("brought")
    assert await drawer.ids(pair.stays) == "person-unknown"
    assert code(await pair.part(merge)) == "person-unknown", "and it parts them no more"


async def test_correspondent_is_shown_the_documents_of_both_to_answer_the_person_also_once_the_file_is_archived(
    drawer: Drawer,
) -> None:
    pair, world = drawer.pair, drawer.pair.desk.guard.world
    office = pair.desk.ana.organisation
    nora = await world.agent(office, role="data-protection-correspondent")
    await drawer.merged()
    for _ in range(2):
        listed = await drawer.post("list", pair.stays, nora, purpose="person-rights")
        assert [row["id"] for row in listed.json()["rows"]] == [drawer.brought, drawer.own]
        row = await pair.desk.relation(pair.stays, office)
        if row["until_at"] is None:
            await stamped.amend(world.conn, world.keys, "relation", row, until_at=await world.now())
            await world.relation(pair.stays, office, kind="archived")
    assert await drawer.ids(pair.stays) == "person-unknown"
    opened = await drawer.post("open", pair.stays, nora, purpose="person-rights", id=drawer.brought)
    assert b64decode(opened.json()["content"]) == document("brought")


async def test_i13_person_erased_takes_the_documents_of_every_file_with_them(drawer: Drawer) -> None:
    pair, world = drawer.pair, drawer.pair.desk.guard.world
    other = await world.person(pair.desk.ana.organisation, referent=pair.desk.ana)
    theirs = await drawer.added(other)
    await drawer.merged()
    async with world.conn.transaction():
        entry = Entry(await world.now(), "erased", PersonId(pair.stays))
        assert isinstance(await people.erase(world.conn, world.keys, PersonId(pair.stays), entry=entry), int)
    assert await drawer.kept() == {theirs: other}
    keys = await world.conn.fetch("SELECT id FROM guard.person")
    assert {str(row["id"]) for row in keys} == {other}
