"""A console in a thief's hands forges every call there is, with every handle it was ever given: nothing is loosened.

Every door that takes a POST, PUT, PATCH or DELETE is named in ``hijacked_bodies``, so that a new one must be judged
before it is merged: which bodies could it be tricked with, and does it take something away?
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from beffroi.guard import turnstile
from beffroi.guard.containing.cutting import contain, suspend_account
from beffroi.guard.duties import Work
from beffroi.guard.process import AREAS
from beffroi.guard.reviewing.opening import open_now
from beffroi.guard.scim import tokens
from beffroi.guard.sweeping import leavers
from tests.config.console.stack import guard_served
from tests.databases import FreshDatabase
from tests.guard.approvals.office import Seat, know_domain, make, seat
from tests.guard.hijacked import Facts, facts, loosened, tightened
from tests.guard.hijacked_bodies import DOORS, ENDING, HANDING, NOBODY, NONE, PAGES, TIGHTENING, Loot, day
from tests.guard.partners.network import Network
from tests.guard.scim.conftest import USER
from tests.guard.signin.serving import CONSOLE, STATE, Guard
from tests.guard.world import POLICY

CHANGING = ("POST", "PUT", "PATCH", "DELETE")


def other(guard: Guard, name: str, role: str = "adviser", **more: Any) -> str:
    return guard.member(name, role=role, **more).account


@pytest.fixture(scope="module")
def loot(fresh_for_module: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loot]:
    """A console at work for a while: people signed in, things asked for, cut, under review."""
    folder = tmp_path_factory.mktemp("hijacked")
    with guard_served(fresh_for_module, folder, "http://localhost:1/back") as (guard, _, _):
        world, found = guard.world, Loot(guard)
        network = guard.run(world.organisation("Network", kind="network"))
        found.network, found.office = network, guard.organisation
        know_domain(guard)
        seats = {
            "approver": seat(guard, "Helene Marchand", "approver", organisation=network),
            "second approver": seat(guard, "Thomas Leroux", "approver", organisation=network),
            "security": seat(guard, "Claire Fontaine", "security-officer", organisation=network),
            "founder": seat(guard, "Alice Premier", "founder", organisation=network),
            "administrator": seat(guard, "Remi Bastien", "network-administrator", organisation=network),
            "manager": seat(guard, "Philippe Garnier", "account-manager"),
            "adviser": seat(guard, "Lucie Perrin", "adviser"),
        }
        found.untrained = other(guard, "Nina Attend", attested_until=guard.one("SELECT guard.instant()"))
        guard.amend("habilitation", _held(guard, found.untrained), status="enrolled")
        member = guard.member("Noe Nouveau", attested_until=guard.one("SELECT guard.instant()"))
        guard.amend("habilitation", _held(guard, member.account), status="enrolled")
        seats["newcomer"] = Seat(member, *guard.signed_in(member))
        found.handles = {name: one.handle for name, one in seats.items()}
        made = make(guard, seats["manager"])
        assert made.status_code == 201, made.text
        found.request = made.json()["request"]
        made = make(guard, seats["manager"], email="late@north.example")
        found.withdrawn = made.json()["request"]
        Network(
            guard, network, seats["security"], seats["approver"], seats["second approver"], seats["manager"]
        ).contract(guard.organisation)  # fmt: skip
        opened = guard.call(
            "POST", "/v1/partners/audits/open", found.handles["security"],
            json={"organisation": found.office, "due_on": day(60)},
        )  # fmt: skip
        assert opened.status_code < 300, opened.text
        found.audit = opened.json()["audit"]
        found.colleague = other(guard, "Karim Collegue")
        found.suspended = other(guard, "Simon Suspendu")
        guard.run(suspend_account(world.conn, world.keys, POLICY, found.suspended, reason="x", operator="night"))  # type: ignore[arg-type]
        cut = guard.run(
            contain(world.conn, world.keys, POLICY, "line", other(guard, "Lea Ligne"), reason="x", operator="night")
        )
        found.containment = cut.id
        found.probation = _held(guard, other(guard, "Paul Probation"))
        guard.amend("habilitation", found.probation, status="probation", from_at=_ago(guard, 30))
        found.leaver = guard.run(_waiting(guard, other(guard, "Ines Inactive")))
        found.gone = guard.run(_waiting(guard, other(guard, "Pierre Parti")))
        found.admissions = tuple(_asked_for(guard, name) for name in ("anna", "bela"))
        found.person = guard.run(world.person(guard.organisation))
        found.stranger = guard.run(world.person(world.offices["South"]))
        guard.run(open_now(world.conn, world.keys, POLICY, guard.run(world.now()), guard.organisation))
        found.campaign = str(guard.one("SELECT id FROM guard.campaign WHERE organisation = $1", guard.organisation))
        found.review = str(guard.one("SELECT id FROM guard.review WHERE account = $1", found.colleague))
        found.school = guard.run(world.organisation("School", kind="training-organisation"))
        found.elsewhere = world.offices["South"]
        asking_for = {"purpose": "follow-up", "person": found.person, "organisation": found.elsewhere}
        asked = guard.call(
            "POST", "/v1/transfers/ask", found.handles["adviser"],
            json={**asking_for, "side": "giving", "reason": "moved"},
        )  # fmt: skip
        assert asked.status_code == 201, asked.text
        found.transfer = asked.json()["transfer"]
        begun = guard.call("POST", "/v1/awareness/begin", found.handles["newcomer"], json={})
        assert begun.status_code == 200, begun.text
        found.exam = begun.json()
        yield found


def _held(guard: Guard, account: str) -> str:
    return str(guard.one("SELECT id FROM guard.habilitation WHERE account = $1", account))


def _ago(guard: Guard, days: int) -> datetime:
    now: datetime = guard.one("SELECT guard.instant()")
    return now - timedelta(days=days)


def _asked_for(guard: Guard, name: str) -> str:
    """Somebody whom the directory of the thief's own organisation asks for; the console never saw its token."""
    world = guard.world
    code = guard.one("SELECT code FROM guard.organisation WHERE id = $1", guard.organisation)
    _, secret = guard.run(tokens.issue(world.conn, world.keys, code, life=timedelta(days=1), operator="x"))
    body = {"schemas": [USER], "userName": f"{name}@north.example", "name": {"givenName": name, "familyName": "A"}}
    answer = httpx.post(
        f"{guard.url}/scim/v2/Users", json=body,
        headers={"authorization": f"Bearer {secret}", "content-type": "application/scim+json"},
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    return str(guard.one("SELECT id FROM guard.admission ORDER BY created_at DESC, id LIMIT 1"))


async def _waiting(guard: Guard, account: str) -> str:
    world = guard.world
    async with world.conn.transaction():
        await turnstile.take(world.conn)
        work = Work(world.conn, world.keys, POLICY, await world.now())
        id_, _ = await leavers.record(
            work, account, guard.organisation, leavers.Source.IDLE, leavers.Standing.WAITING  # type: ignore[arg-type]
        )  # fmt: skip
    return id_


def scim(door: str) -> bool:
    """Doors of directories: they take a token that the console has never seen."""
    return door.split(" ")[1].startswith("/scim/")


def doors() -> list[str]:
    return sorted({f"{method} {path}" for area in AREAS for method, path in area if method in CHANGING})


def test_every_door_that_changes_anything_is_judged_here() -> None:
    judged = {*DOORS, *HANDING, *TIGHTENING, *ENDING, *PAGES, *filter(scim, doors())}
    assert judged == set(doors()), "classify the door: what could a hijacked console loosen with it?"


def call(loot: Loot, door: str, who: str, body: Any) -> httpx.Response:
    method, path = door.split(" ")
    return loot.guard.call(method, path.replace("{id}", loot.suspended), loot.handles[who], json=body)


def hold(loot: Loot, before: Facts, done: str) -> Facts:
    after = facts(loot.guard)
    assert loosened(before, after) == [], done
    return after


@pytest.mark.slow
@pytest.mark.parametrize("door", [*DOORS, *filter(scim, doors())])
def test_hijacked_console_forges_a_call_for_anybody_and_nothing_that_grants_changes(loot: Loot, door: str) -> None:
    before, answered = facts(loot.guard), []
    for who in loot.handles:
        for body in ({}, *DOORS.get(door, NONE)(loot)):
            answer = call(loot, door, who, body)
            answered.append(answer.status_code)
            assert answer.status_code < 500, (door, who, answer.text)
    assert min(answered) < 400 or scim(door) or door in NOBODY, (
        "a body that nobody's handle passes with proves little"
    )
    after = hold(loot, before, door)
    registered = {"relation"} if door == "POST /v1/create" else set()
    assert set(tightened(before, after)) <= registered, door
    if scim(door):
        assert set(answered) <= {401, 404, 405}, "the console's token is no directory's"


@pytest.mark.parametrize("door", HANDING)
def test_hijacked_console_hands_over_nobody_but_those_its_advisers_office_follows(loot: Loot, door: str) -> None:
    before = facts(loot.guard)
    for who in loot.handles:
        for body in ({}, *HANDING[door](loot)):
            answer = call(loot, door, who, body)
            assert answer.status_code < 500, (door, who, answer.text)
            if who != "adviser":
                assert answer.status_code >= 400, (door, who, answer.text)
    after = facts(loot.guard)
    assert set(tightened(before, after)) <= {"relation", "invitation"}, door
    was, now = before.rows["relation"], after.rows["relation"]
    assert {key[0] for key, row in now.items() if was.get(key) != row} <= {loot.person}
    assert was.keys() <= now.keys()
    assert {str(row["person"]) for row in after.rows["invitation"].values()} <= {loot.person}


@pytest.mark.parametrize("door", PAGES)
def test_hijacked_console_sends_the_guards_own_forms_and_nothing_that_grants_changes(loot: Loot, door: str) -> None:
    guard, path = loot.guard, door.split(" ")[1]
    before = facts(guard)
    for who, handle in loot.handles.items():
        headers = {
            "authorization": f"Bearer {guard.token()}", "beffroi-session": handle,
            "beffroi-client": "client-of-the-browser", "origin": guard.url,
        }  # fmt: skip
        for cookies in ({}, {"beffroi-sign-in": handle, "__Host-beffroi-sign-in": handle}):
            with httpx.Client(cookies=cookies, headers=headers) as thief:
                data = {**PAGES[door], "form_token": handle, "request": loot.request}
                answer = thief.post(guard.url + path, data=data)
        assert answer.status_code in (400, 401, 403, 404, 410, 422), (who, answer.status_code)
        assert 'class="code"' not in answer.text
    assert tightened(before, hold(loot, before, door)) == []


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("approver", "/approvals?request={request}"), ("second approver", "/approvals?request={request}"),
        ("manager", "/proofs?account={untrained}"), ("approver", "/reviews?sitting={sitting}"),
        ("adviser", "/factors/add?x=1"), ("approver", "/factors/add?x=1"), ("approver", "/step-up?level=passkey"),
    ],
)  # fmt: skip
def test_hijacked_console_follows_its_own_links_to_the_guards_pages_and_is_nobody_there(
    loot: Loot, who: str, path: str
) -> None:
    guard, before = loot.guard, facts(loot.guard)
    shown = call(loot, "POST /v1/requests/show", "approver", {"request": loot.request}).json()
    step = shown["decide_url"].partition("step=")[2]
    sitting = ""
    if "sitting" in path:
        body = {"campaign": loot.campaign, "verdicts": [{"review": loot.review, "verdict": "keep"}]}
        prepared = call(loot, "POST /v1/reviews/prepare", who, body)
        assert prepared.status_code == 201, prepared.text
        sitting = prepared.json()["sitting"]
    named = path.format(request=loot.request, untrained=loot.untrained, sitting=sitting)
    query = urlencode({"application": CONSOLE, "return_to": guard.return_to, "state": STATE, "step": step})
    with httpx.Client() as thief:
        answer = thief.get(f"{guard.url}{named}&{query}")
        assert answer.status_code in (403, 410, 401, 400), answer.status_code
        assert not thief.cookies
    assert tightened(before, hold(loot, before, path)) == []


def test_hijacked_console_redeems_no_handle_twice_and_signs_nobody_in(loot: Loot) -> None:
    before = facts(loot.guard)
    for code in ("A" * 43, *[handle for handle in loot.handles.values() if len(handle) == 43]):
        assert loot.guard.redeem(code).status_code in (401, 403, 404)
    assert tightened(before, hold(loot, before, "redeem")) == []


@pytest.mark.parametrize("door", TIGHTENING)
def test_zz_hijacked_console_may_take_away_and_thereby_gives_nothing(loot: Loot, door: str) -> None:
    before = facts(loot.guard)
    answers = [
        call(loot, door, who, body) for who in loot.handles for body in ({}, *TIGHTENING[door](loot))
    ]  # fmt: skip
    assert all(answer.status_code < 500 for answer in answers)
    after = hold(loot, before, door)
    assert any(answer.status_code in (200, 201) for answer in answers), [answer.text for answer in answers]
    assert tightened(before, after), door


@pytest.mark.parametrize("door", sorted(ENDING))
def test_zzz_hijacked_console_ends_sessions_and_thereby_gives_nothing(loot: Loot, door: str) -> None:
    before = facts(loot.guard)
    for who in ("approver", "manager", "adviser"):
        assert call(loot, door, who, {}).status_code < 500
    hold(loot, before, door)
