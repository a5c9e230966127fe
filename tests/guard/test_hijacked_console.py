"""A console in a thief's hands forges every call there is, with every handle it was ever given: nothing is loosened.

Every door that takes a POST, PUT, PATCH or DELETE is named below, so that a new one must be judged before it is
merged: which bodies could it be tricked with, and does it take something away?
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx
import pytest

from beffroi.core.awareness import QUESTIONS
from beffroi.guard import turnstile
from beffroi.guard.containing.cutting import contain, suspend_account
from beffroi.guard.duties import Work
from beffroi.guard.process import AREAS
from beffroi.guard.reviewing.opening import open_now
from beffroi.guard.scim import tokens
from beffroi.guard.sweeping import leavers
from tests.config.console.stack import guard_served
from tests.databases import FreshDatabase
from tests.guard.approvals.office import Seat, access, know_domain, make, seat
from tests.guard.awareness.test_exams import answers
from tests.guard.handing_over import HANDING, day
from tests.guard.hijacked import Facts, facts, loosened, tightened
from tests.guard.partners.network import Network
from tests.guard.scim.conftest import USER
from tests.guard.signin.serving import CONSOLE, STATE, Guard
from tests.guard.world import POLICY

CHANGING = ("POST", "PUT", "PATCH", "DELETE")
SIRET = "73282932000074"


@dataclass
class Loot:
    """What the thief knows: handles, and ids of whatever he could want to change."""

    guard: Guard
    handles: dict[str, str] = field(default_factory=dict)
    request: str = ""
    suspended: str = ""
    containment: str = ""
    probation: str = ""
    untrained: str = ""
    colleague: str = ""
    leaver: str = ""
    gone: str = ""
    admissions: tuple[str, ...] = ()
    withdrawn: str = ""
    audit: str = ""
    campaign: str = ""
    review: str = ""
    person: str = ""
    stranger: str = ""
    school: str = ""
    elsewhere: str = ""
    transfer: str = ""
    exam: dict[str, Any] = field(default_factory=dict)
    network: str = ""
    office: str = ""


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


WINDOW = {"from_at": "2026-01-01T00:00:00Z", "until_at": "2099-01-01T00:00:00Z"}


def terms() -> dict[str, Any]:
    return {
        "from_on": day(-1), "until_on": day(365), "clauses": [], "controllers": ["France Travail"], "level": 2,
        "contact": {"name": "Anne Duval", "email": "securite@north.example", "phone": "0320000000"},
    }  # fmt: skip


def asking(kind: str, /, **body: Any) -> dict[str, Any]:
    return {"kind": kind, "body": body}


def fields(person: str) -> dict[str, Any]:
    return {"person": person, "purpose": "follow-up", "fields": {"contact": {"email": "a@b.example"}}}


def question(loot: Loot) -> dict[str, Any]:
    return {
        "subject": {"type": "account", "id": loot.colleague}, "action": {"name": "open"},
        "resource": {"type": "person", "id": loot.person},
        "context": {"purpose": "follow-up", "groups": ["identity"]},
    }  # fmt: skip


Bodies = Callable[[Loot], list[Any]]
NONE: Bodies = lambda _: []  # noqa: E731
# Doors that change nothing that grants, each with bodies that could be meant for more. `NONE`: only empty ones.
DOORS: dict[str, Bodies] = {
    "POST /v1/open": lambda s: [
        {"person": s.person, "purpose": "follow-up", "groups": ["identity"]},
        {"person": s.stranger, "purpose": "follow-up", "groups": ["identity"],
         "break_glass": {"reason": "emergency", "text": "Une urgence, dit le voleur"}},
    ],
    "POST /v1/release": lambda s: [{"person": s.person, "purpose": "follow-up", "groups": ["identity", "nir"]}],
    "POST /v1/releases": lambda s: [
        {"items": [{"person": one, "purpose": "follow-up", "groups": ["identity"]} for one in (s.person, s.stranger)]}
    ],
    "POST /v1/list": lambda s: [
        {"purpose": "follow-up", "scope": "organisation"},
        {"purpose": "follow-up", "scope": "given", "people": [s.person, s.stranger]},
    ],
    "POST /v1/list/ids": lambda _: [{"purpose": "follow-up", "scope": "organisation"}],
    "POST /v1/find": lambda _: [{"purpose": "follow-up", "by": "email", "value": "nobody@example.org"}],
    "POST /v1/create": lambda _: [
        {"purpose": "follow-up",
         "fields": {"identity": {"last_name": "Neuf", "first_names": "Zoe", "birth_date": "2006-01-02"}}}
    ],
    "POST /v1/update": lambda s: [fields(s.person), fields(s.stranger)],
    "POST /v1/erase": lambda s: [{"person": s.stranger, "purpose": "follow-up"}],
    "POST /v1/agents": lambda s: [{"accounts": [s.colleague]}],
    "POST /access/v1/evaluation": lambda s: [question(s)],
    "POST /access/v1/evaluations": lambda s: [{"evaluations": [question(s)]}],
    "POST /v1/token": NONE,
    "POST /v1/sessions": lambda _: [{"code": "A" * 43, "client": "client-of-the-browser", "state": STATE}],
    "PUT /v1/session": lambda s: [{"habilitation": s.probation}],
    "POST /v1/requests/options": lambda _: [{}],
    "POST /v1/requests/make": lambda s: [
        access(email="accomplice@north.example"), access(email="other@elsewhere.example", roles=["account-manager"]),
        access(email="third@north.example", roles=["approver"], organisation=s.network),
        asking("confirmation", habilitation=s.probation), asking("lift", containment=s.containment),
        asking("restore", account=s.suspended), asking("contract", organisation=s.office, terms=terms()),
        asking("roster", domain="evil.example"), asking("opening", organisation=s.office),
        asking("partner", code="OF-X", name="X", kind="training-organisation", siret=SIRET, terms=terms()),
        asking("founder", account=s.colleague), asking("budget", account=s.colleague, day=10_000),
        asking("factor", account=s.colleague), asking("provider", provider="evil-idp", name="X"),
        asking("provider", provider="evil-idp", name="Y", organisation=s.network),
    ],
    "POST /v1/requests/list": lambda _: [{"scope": scope} for scope in ("mine", "to-decide", "organisation")],
    "POST /v1/requests/show": lambda s: [{"request": s.request}],
    "POST /v1/requests/withdraw": lambda s: [{"request": s.withdrawn}, {"request": str(uuid4())}],
    "POST /v1/enrolments/list": lambda _: [{}],
    "POST /v1/enrolments/quarantined": lambda _: [{}],
    "POST /v1/admissions/list": lambda _: [{}],
    "POST /v1/admissions/show": lambda s: [{"admission": s.admissions[0]}],
    "POST /v1/admissions/take-up": lambda s: [  # a request like any other: approvers must still agree
        {
            "admission": s.admissions[0], "roles": ["adviser"], "applications": [CONSOLE], "job": "X",
            "from_on": day(0), "until_on": day(30),
        }
    ],
    "POST /v1/admissions/dismiss": lambda s: [{"admission": s.admissions[1], "reason": "not-known"}],
    "POST /v1/leavers/accounts": lambda _: [{}],
    "POST /v1/leavers/list": lambda _: [{}],
    "POST /v1/leavers/dismiss": lambda s: [{"leaver": s.leaver}],  # it keeps what was there; it gives nothing back
    "POST /v1/inventory": lambda _: [{}],
    "POST /v1/inventory/account": lambda s: [{"account": s.colleague}],
    "POST /v1/consultations": lambda _: [{"by": by} for by in ("organisation", "account", "application")],
    "POST /v1/journal/entries": lambda s: [{}, {"account": s.colleague, "kind": "released"}],
    "POST /v1/journal/entry": lambda _: [{"entry": 1}, {"entry": 1 << 40}],
    "POST /v1/journal/proof": lambda _: [{"entry": 1}, {"entry": 1 << 40}],
    "POST /v1/awareness/course": lambda _: [{}],
    "POST /v1/awareness/begin": lambda _: [{}],
    "POST /v1/awareness/answer": lambda s: [
        {"exam": s.exam["exam"], "answers": {}}, {"exam": str(uuid4()), "answers": {}},
        {"exam": s.exam["exam"], "answers": {}, "passed": True, "score": 10},
        answers(s.exam, wrong=QUESTIONS), answers(s.exam),  # the right ones come too late
    ],
    "POST /v1/reviews/campaigns": lambda _: [{}, {"closed": True}],
    "POST /v1/reviews/sheet": lambda s: [{"campaign": s.campaign}],
    "POST /v1/reviews/prepare": lambda s: [
        {"campaign": s.campaign, "verdicts": [{"review": s.review, "verdict": "keep"}], "together": True},
        {"campaign": s.campaign, "verdicts": [{"review": s.review, "verdict": "remove"}]},
    ],
    "POST /v1/reviews/evidence": lambda s: [{"campaign": s.campaign}],
    "POST /v1/containments/options": lambda _: [{}],
    "POST /v1/containments/preview": lambda s: [{"kind": "account", "scope": s.colleague}],
    "POST /v1/containments/list": lambda _: [{}],
    "POST /v1/partners/list": lambda _: [{}],
    "POST /v1/partners/show": lambda s: [{"organisation": s.office}],
    "POST /v1/partners/checklist": lambda s: [
        {"organisation": s.office, "list": "onboarding", "item": "contract-signed", "proof": "GED 1"}
    ],
    "POST /v1/partners/audits/open": lambda s: [{"organisation": s.office, "due_on": day(60)}],
    "POST /v1/partners/audits/show": lambda s: [{"audit": s.audit}],
    "POST /v1/partners/audits/answer": lambda s: [{"audit": s.audit, "question": "second-factor", "answer": "yes"}],
    "POST /v1/partners/audits/correct": lambda s: [{"audit": s.audit, "question": "second-factor"}],
    "POST /v1/partners/audits/close": lambda s: [{"audit": s.audit}],
    "POST /v1/roster/list": lambda _: [{}],
    "POST /v1/providers/list": lambda s: [{}, {"organisation": s.office}],
    "POST /v1/relations/colleagues": lambda _: [{"purpose": "follow-up"}],
    "POST /v1/relations/preview": lambda s: [{"purpose": "follow-up", "to": s.colleague, "people": [s.stranger]}],
    "POST /v1/relations/covers/list": lambda _: [{"purpose": "follow-up"}],
    "POST /v1/relations/organisations": lambda _: [{"purpose": "follow-up", "which": "training"}],
    "POST /v1/transfers/list": lambda _: [{"purpose": "follow-up"}],
    "POST /v1/forensics/options": lambda _: [{}],
    "POST /v1/forensics/readers": lambda s: [{"by": "account", "ids": [s.colleague], **WINDOW}],
    "POST /v1/forensics/read-by": lambda s: [{"person": s.colleague, **WINDOW}],
    "POST /v1/person/sessions": lambda _: [{"code": "A" * 43, "client": "client-of-the-browser", "state": STATE}],
    "POST /v1/person/end": lambda _: [{}],
    "POST /v1/person/consultations": lambda s: [WINDOW, {"person": s.person, **WINDOW}],
    "POST /v1/person/proof": lambda _: [{"entry": 1, "at": WINDOW["from_at"]}],
    "POST /v1/person/report": lambda _: [{"entry": 1, "at": WINDOW["from_at"]}],
    "POST /v1/person/reports": lambda _: [{}],
    "POST /v1/reports/list": lambda _: [{}],
    "POST /v1/reports/examine": lambda _: [{"report": str(uuid4())}],
    "POST /v1/reports/answer": lambda _: [{"report": str(uuid4()), "answer": "justified"}],
}  # fmt: skip
# Of these, doors that refuse whatever it says: codes and keys it has not, a role nobody has, an audit not so far, a
# person's session, a report that nobody made.
NOBODY = {
    "POST /v1/person/sessions", "POST /v1/person/end", "POST /v1/person/consultations", "POST /v1/person/proof",
    "POST /v1/person/report", "POST /v1/person/reports", "POST /v1/reports/examine", "POST /v1/reports/answer",
    "POST /v1/sessions", "POST /v1/token", "PUT /v1/session", "POST /v1/erase", "POST /v1/partners/audits/open",
    "POST /v1/partners/audits/correct", "POST /v1/partners/audits/close",
}  # fmt: skip
# Doors that take something away, alone and at once; each is used last, and takes it away indeed.
TIGHTENING: dict[str, Bodies] = {
    "POST /v1/containments/suspend": lambda s: [{"account": s.colleague, "reason": "exercise"}],
    "POST /v1/containments/make": lambda s: [{"kind": "account", "scope": s.colleague, "reason": "exercise"}],
    "POST /v1/leavers/confirm": lambda s: [{"leaver": s.gone}],
    "POST /v1/leavers/import": lambda _: [
        {"people": [{"address": "karim.collegue@north.example", "last_day": day(-1)}], "apply": True}
    ],
    "POST /v1/leave/application": lambda s: [{"habilitation": s.probation, "application": CONSOLE}],
    "POST /v1/leave": lambda s: [{"account": s.untrained}],
    "POST /v1/roster/remove": lambda _: [{"domain": "north.example"}],
    "POST /v1/providers/withdraw": lambda s: [{"organisation": s.office, "provider": "idp"}],
    "POST /v1/partners/end": lambda s: [{"organisation": s.office, "reason": "incident"}],
}
# Doors that end the very session they are called with.
ENDING = {"DELETE /v1/session", "POST /v1/session/end-all"}
# Forms of the guard's own origin: they take a cookie that only a browser has, then a passkey.
PAGES: dict[str, dict[str, str]] = {
    "POST /sign-in/factor": {"kind": "totp", "code": "000000"},
    "POST /sign-in/enrol": {"kind": "passkey", "answer": "{}", "code": "AAAA-AAAA-AAAA-AAAA"},
    "POST /approvals/decide": {"verdict": "approve", "answer": "{}"},
    "POST /proofs/hand-over": {"proof": "passport"},
    "POST /reviews/decide": {"answer": "{}"},
}


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
    assert set(tightened(before, after)) <= {"relation"}, door
    was, now = before.rows["relation"], after.rows["relation"]
    assert {key[0] for key, row in now.items() if was.get(key) != row} <= {loot.person}
    assert was.keys() <= now.keys()


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
