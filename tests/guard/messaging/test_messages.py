"""An office writes to people it follows: each an opening, nothing typed, a code that anybody may check."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from beffroi.core.ids import PersonId
from beffroi.core.messaging import MOST_RECEIVED
from beffroi.guard.messaging.letters import send_letters
from beffroi.guard.notifying.posting import SmtpPost, Unreachable
from beffroi.guard.notifying.reminding import KEPT, remind
from beffroi.guard.vault.records import Contact
from tests.databases import FreshDatabase
from tests.guard.doors.conftest import Guard, guard, pretty
from tests.guard.notifying.conftest import box
from tests.guard.notifying.mailbox import Mailbox, own_log, text_of
from tests.guard.notifying.staff import later
from tests.guard.world import POLICY, AgentOfTest

__all__ = ["box", "guard"]
MOST_A_DAY = POLICY.buckets["messages"].day  # type: ignore[index]


async def office(guard: Guard, people: int) -> tuple[AgentOfTest, list[PersonId]]:
    """An adviser and people of hers, each with an address."""
    organisation = await guard.world.organisation("Mission Locale de Valbrume", confirmed_agents=20)
    adviser = await guard.world.agent(organisation)
    found = [
        await guard.world.person(organisation, referent=adviser, contact=Contact(email=f"p{number}@people.example"))
        for number in range(people)
    ]
    return adviser, found


async def write(guard: Guard, agent: AgentOfTest, *people: str, **more: Any) -> httpx.Response:
    body = {"purpose": "follow-up", "subject": "call-back", "people": people, **more}
    return await guard.post(agent, "/v1/notices/send", body)


async def send(guard: Guard, mailbox: Mailbox, fresh: FreshDatabase) -> dict[str, int]:
    mailing = mailbox.mailing()
    async with asyncpg.create_pool(fresh.guard, min_size=1, max_size=2) as pool:
        return dict(await send_letters(pool, guard.world.keys, mailing, SmtpPost(mailing.to, mailing.sender)))  # type: ignore[arg-type]


async def test_i01_adviser_writes_to_two_people_each_opening_is_journaled_and_each_gets_a_letter(
    guard: Guard, fresh: FreshDatabase, box: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    adviser, people = await office(guard, 2)
    sent = await write(guard, adviser, *people)
    assert sent.status_code == 201, pretty(sent)
    assert (sent.json()["people"], sent.json()["left"]) == (2, [])
    released = {str(row["person"]): row for row in await guard.entries("released")}
    assert set(released) == set(people)
    assert {row["groups"] for row in released.values()} == {2}
    assert {row["detail"] for row in released.values()} == {f'{{"notice":"{sent.json()["notice"]}"}}'}
    assert await send(guard, box, fresh) == {"letter-sent": 2}
    [letter] = box.to("p0@people.example")
    said = text_of(letter)
    assert "Mission Locale de Valbrume" in said
    assert sent.json()["code"] in said
    assert "http" not in said, "no link"
    assert "Rousseau" not in said
    assert "Camille" not in said
    assert await send(guard, box, fresh) == {}
    [row] = (await guard.post(adviser, "/v1/notices/mine", {"purpose": "follow-up"})).json()["rows"]
    assert (row["people"], row["sent"], row["waiting"], row["no_address"], row["failed"]) == (2, 2, 0, 0, 0)
    assert "people.example" not in own_log(caplog)


async def test_anybody_checks_a_code_and_learns_who_wrote_what_about_and_not_to_whom(guard: Guard) -> None:
    adviser, people = await office(guard, 1)
    code = (await write(guard, adviser, *people)).json()["code"]
    headers = {"authorization": f"Bearer {guard.token}"}
    for typed in (code, code.lower().replace("-", " ")):
        checked = await guard.http.post("/v1/notices/check", json={"code": typed}, headers=headers)
        assert checked.status_code == 200, pretty(checked)
        assert checked.json()["organisation"] == "Mission Locale de Valbrume"
        assert set(checked.json()) == {"subject", "said", "organisation", "made_on"}
        assert "souhaite vous parler" in checked.json()["said"]["fr"]
    for typed in ("0000-0000-0000", "?"):
        unknown = await guard.http.post("/v1/notices/check", json={"code": typed}, headers=headers)
        assert unknown.json()["code"] == "notice-unknown"
    assert (await guard.http.post("/v1/notices/check", json={"code": "x" * 41}, headers=headers)).status_code == 400
    assert (await guard.http.post("/v1/notices/check", json={"code": code})).status_code == 401


async def test_adviser_of_another_office_and_reception_write_to_nobody(guard: Guard) -> None:
    adviser, people = await office(guard, 1)
    stranger, _ = await office(guard, 0)
    assert (await write(guard, stranger, *people)).json()["code"] == "person-unknown"
    assert (await write(guard, stranger, str(uuid4()))).json()["code"] == "person-unknown"
    desk = await guard.world.agent(adviser.organisation, "receptionist")
    refused = await write(guard, desk, *people, purpose="reception")
    assert refused.json()["code"] == "fields-not-allowed", "reception reads no address"
    assert (await write(guard, adviser, *people)).status_code == 201
    assert await guard.world.conn.fetchval("SELECT count(*) FROM guard.letter") == 1


@pytest.mark.parametrize("openings", [0, 3])
async def test_i02_more_people_than_a_day_allows_are_not_written_to_whatever_the_number_of_messages(
    guard: Guard, openings: int
) -> None:
    adviser, people = await office(guard, 12)
    for _ in range(openings):  # after a few the guard has just heard her, and could judge ahead of the turn
        assert (await guard.open(adviser, people[0])).status_code == 200
    caps = POLICY.buckets["messages"]._replace(hour=10, day=10)  # type: ignore[index]
    buckets = {**POLICY.buckets, "messages": caps}
    guard.services.policy = replace(guard.services.policy, buckets=buckets)  # type: ignore[arg-type]
    both = await asyncio.gather(write(guard, adviser, *people[:6]), write(guard, adviser, *people[6:]))
    assert sum(one.json()["people"] for one in both) == 10
    assert [held for one in both for held in one.json()["left"]] == [{"code": "budget-account", "people": 2}]
    told = (await guard.post(adviser, "/v1/notices/mine", {"purpose": "follow-up"})).json()
    assert told["left"] == 0


async def test_person_gets_no_more_letters_of_an_office_in_a_day_than_three_whoever_writes_and_at_once(
    guard: Guard,
) -> None:
    adviser, people = await office(guard, 2)
    colleague = await guard.world.agent(adviser.organisation)
    several = await asyncio.gather(*[write(guard, who, people[0]) for who in (adviser, colleague) * 4])
    assert sorted(one.status_code for one in several) == [201] * MOST_RECEIVED + [429] * (8 - MOST_RECEIVED)
    again = await write(guard, adviser, people[0])
    assert again.json()["code"] == "message-enough"
    both = (await write(guard, adviser, *people)).json()
    assert (both["people"], both["left"]) == (1, [{"code": "message-enough", "people": 1}])
    of_first = "SELECT count(*) FROM guard.letter WHERE person = $1"
    assert await guard.world.conn.fetchval(of_first, people[0]) == MOST_RECEIVED


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"subject": "workshop", "day": "2027-01-15", "hour": "14:00"}, 201),
        ({"subject": "workshop", "day": "2027-01-15"}, 422),
        ({"subject": "workshop", "hour": "14:00"}, 422),
        ({"subject": "workshop", "day": "2020-01-15", "hour": "14:00"}, 422),
        ({"day": "2027-01-15"}, 422),
        ({"subject": "phishing"}, 400),
        ({"subject": "workshop", "day": "2027-01-15", "hour": "25:00"}, 400),
        ({"people": []}, 400),
        ({"text": "Cliquez ici"}, 400),
    ],
)
async def test_message_that_differs_by_one_thing_is_refused_and_nobody_is_opened(
    guard: Guard, more: dict[str, Any], status: int
) -> None:
    adviser, people = await office(guard, 1)
    answered = await write(guard, adviser, *people, **more)
    assert answered.status_code == status, pretty(answered)
    assert bool(await guard.entries("released")) == (status == 201)


async def test_i16_letter_put_in_behind_the_guard_is_never_sent(
    guard: Guard, fresh: FreshDatabase, box: Mailbox
) -> None:
    adviser, people = await office(guard, 1)
    await write(guard, adviser, *people)
    stranger = await guard.world.person(None, contact=Contact(email="victim@people.example"))
    conn = await asyncpg.connect(fresh.admin)
    await conn.execute("UPDATE guard.letter SET person = $1", stranger)
    await conn.close()
    assert await send(guard, box, fresh) == {"letter-refused": 1}
    assert box.taken == []


async def test_person_without_address_is_said_and_erased_one_gets_nothing(
    guard: Guard, fresh: FreshDatabase, box: Mailbox
) -> None:
    adviser, people = await office(guard, 1)
    without = await guard.world.person(adviser.organisation, referent=adviser, contact=Contact(phone="0612345678"))
    await write(guard, adviser, people[0], without)
    await guard.world.conn.execute("DELETE FROM guard.letter WHERE person = $1", people[0])
    await send(guard, box, fresh)
    [row] = (await guard.post(adviser, "/v1/notices/mine", {"purpose": "follow-up"})).json()["rows"]
    assert (row["sent"], row["no_address"], row["failed"]) == (0, 1, 0)


async def test_to_whom_a_message_went_is_forgotten_after_its_days_and_a_letter_that_waits_is_kept(
    guard: Guard, fresh: FreshDatabase, box: Mailbox
) -> None:
    adviser, people = await office(guard, 2)
    await write(guard, adviser, people[0])
    await send(guard, box, fresh)
    await write(guard, adviser, people[1])
    async with asyncpg.create_pool(fresh.guard, min_size=1, max_size=1) as pool:
        for days, kept in ((KEPT.days - 1, people), (KEPT.days + 1, people[1:])):
            await later(guard.world, days=days)
            await remind(pool, guard.world.keys, POLICY)
            rows = await guard.world.conn.fetch("SELECT person FROM guard.letter")
            assert {str(row["person"]) for row in rows} == set(kept)


async def test_letters_wait_for_a_server_that_is_down_and_leave_once(
    guard: Guard, fresh: FreshDatabase, box: Mailbox
) -> None:
    adviser, people = await office(guard, 1)
    await write(guard, adviser, *people)
    async with asyncpg.create_pool(fresh.guard, min_size=1, max_size=2) as pool:
        down = box.mailing(port=1)
        with pytest.raises(Unreachable):
            await send_letters(pool, guard.world.keys, down, SmtpPost(down.to, down.sender))  # type: ignore[arg-type]
    assert await send(guard, box, fresh) == {"letter-sent": 1}
    assert len(box.taken) == 1


async def test_server_that_refuses_an_address_is_asked_no_more(
    guard: Guard, fresh: FreshDatabase, box: Mailbox
) -> None:
    adviser, people = await office(guard, 1)
    box.refusing["p0@people.example"] = "550 no such mailbox"
    await write(guard, adviser, *people)
    assert await send(guard, box, fresh) == {"letter-refused": 1}
    assert await send(guard, box, fresh) == {}


@pytest.mark.parametrize("kind", ["everything", "account", "line", "organisation", "files"])
async def test_i07_letters_wait_while_their_author_or_office_is_contained_and_leave_when_it_is_lifted(
    guard: Guard, fresh: FreshDatabase, box: Mailbox, kind: str
) -> None:
    adviser, people = await office(guard, 1)
    await write(guard, adviser, *people)
    scope = {"account": adviser.account, "line": adviser.account, "everything": ""}.get(kind, adviser.organisation)
    cut = await guard.world.contain(kind, scope)
    assert await send(guard, box, fresh) == {"letter-put-off": 1}
    assert box.taken == []
    now = await guard.world.now()
    await guard.world.amend("containment", cut, lifted_at=now)
    await guard.world.conn.execute("UPDATE guard.letter SET due_at = $1", now)
    assert await send(guard, box, fresh) == {"letter-sent": 1}


async def test_i07_letter_of_a_suspended_author_waits(guard: Guard, fresh: FreshDatabase, box: Mailbox) -> None:
    adviser, people = await office(guard, 1)
    await write(guard, adviser, *people)
    await guard.world.amend("account", adviser.account, status="suspended")
    assert await send(guard, box, fresh) == {"letter-put-off": 1}
    assert box.taken == []
