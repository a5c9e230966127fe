"""Containment through the doors: who may cut what, what it costs, and giving back with four eyes, over HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from beffroi.core.approvals import Objection
from beffroi.core.ids import OrganisationId
from beffroi.core.refusals import Code
from tests.databases import FreshDatabase
from tests.guard.approvals.office import Seat, access, approve, decide, know_domain, seat, show
from tests.guard.signin.serving import Guard, serve, text_of


@dataclass
class Network:
    """A network with those who watch it, and one office with a manager."""

    guard: Guard
    id: OrganisationId
    security: Seat
    approvers: tuple[Seat, Seat, Seat]
    manager: Seat

    def post(self, who: Seat, door: str, **body: Any) -> httpx.Response:
        """POST one of the doors of containment."""
        return self.guard.call("POST", f"/v1/containments/{door}", who.handle, json=body)

    def lift(self, containment: str, who: Seat | None = None) -> httpx.Response:
        """Ask for the lifting of a containment."""
        asked = {"kind": "lift", "body": {"containment": containment}}
        return self.guard.call("POST", "/v1/requests/make", (who or self.security).handle, json=asked)

    def agreed(self, request: str, *people: Seat) -> None:
        """Let these people sign a request, one after another."""
        for one in people:
            answer = approve(self.guard, one, request)
            assert answer.status_code == 303, text_of(answer)


def network_of(guard: Guard) -> Network:
    know_domain(guard)
    network = guard.run(guard.world.organisation("Network", kind="network"))
    watch = [
        seat(guard, name, role, organisation=network)
        for name, role in (("Claire Fontaine", "security-officer"), ("Helene Marchand", "approver"),
                           ("Thomas Leroux", "approver"), ("Ines Perrin", "approver"))
    ]  # fmt: skip
    manager = seat(guard, "Philippe Garnier", "account-manager")
    return Network(guard, network, watch[0], (watch[1], watch[2], watch[3]), manager)


@pytest.fixture(scope="module")
def network(fresh_for_module: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with serve(fresh_for_module.guard, tmp_path_factory.mktemp("provider")) as guard:
        yield network_of(guard)


@pytest.fixture
def own(fresh: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """A network that the test may cut up."""
    with serve(fresh.guard, tmp_path_factory.mktemp("provider")) as guard:
        yield network_of(guard)


def code(answer: httpx.Response) -> str:
    return str(answer.json()["code"])


BODIES: dict[str, dict[str, Any]] = {
    "options": {}, "preview": {"kind": "everything"}, "list": {}, "make": {"kind": "everything", "reason": "exercise"}
}  # fmt: skip


@pytest.mark.parametrize("door", BODIES)
def test_manager_and_approver_are_refused_where_security_is_answered(network: Network, door: str) -> None:
    for who in (network.manager, network.approvers[0]):
        answer = network.post(who, door, **BODIES[door])
        assert (answer.status_code, code(answer)) == (403, Code.ACTION_NOT_ALLOWED), answer.text
    if door != "make":
        assert network.post(network.security, door, **BODIES[door]).status_code == 200


@pytest.mark.parametrize(
    "body",
    [{"kind": "planet"}, {"kind": "groups"}, {"kind": "account", "scope": "x"}, {"kind": "everything", "more": 1},
     {"kind": "groups", "groups": ["secrets"]}, {"kind": "line", "scope": "a" * 65}, {}],
)  # fmt: skip
def test_security_who_names_nothing_that_can_be_cut_is_told_which_field(
    network: Network, body: dict[str, Any]
) -> None:
    for door, more in (("preview", {}), ("make", {"reason": "exercise"})):
        answer = network.post(network.security, door, **body, **more)
        assert answer.status_code == 400, answer.text
        assert answer.json()["errors"]


def test_security_who_gives_a_reason_of_no_list_cuts_nothing(network: Network) -> None:
    for reason in ("because", "Mr Martin"):
        answer = network.post(network.security, "make", kind="everything", reason=reason)
        assert answer.status_code == 400
    assert network.guard.one("SELECT count(*) FROM guard.containment") == 0


def test_security_finds_a_line_by_its_address_and_is_told_what_it_costs_and_nothing_changes(network: Network) -> None:
    guard = network.guard
    child = seat(guard, "Nora Petit", "adviser", requested_by=network.manager.member.account)
    address = network.manager.member.persona.email
    before = guard.one("SELECT number FROM guard.turnstile")
    shown = network.post(network.security, "preview", kind="line", email=address)
    assert shown.status_code == 200, shown.text
    told = shown.json()
    assert told["scope"] == network.manager.member.account
    assert (told["name"], told["people"], told["objection"]) == ("Philippe Garnier", 2, None)
    assert (told["cost"]["stopped"], told["cost"]["sessions"], told["cost"]["watchers"]) == (2, 2, 4)
    assert guard.one("SELECT number FROM guard.turnstile") == before
    assert guard.call("GET", "/v1/session", child.handle).status_code == 200
    unknown = network.post(network.security, "preview", kind="line", email="nobody@north.example")
    assert (unknown.status_code, code(unknown)) == (404, Objection.NOTHING_TO_CUT)


def test_i07_line_cut_by_security_dies_at_once_and_its_waiting_request_brings_nobody_into_being(own: Network) -> None:
    guard, manager = own.guard, own.manager
    made = guard.call("POST", "/v1/requests/make", manager.handle, json=access())
    assert made.status_code == 201, made.text
    done = own.post(own.security, "make", kind="line", scope=manager.member.account, reason="stolen-account")
    assert done.status_code == 201, done.text
    assert (done.json()["accounts"], done.json()["sessions"]) == (1, 1)
    refused = guard.call("POST", "/v1/requests/make", manager.handle, json=access(email="b@north.example"))
    assert (refused.status_code, code(refused)) == (401, Code.SESSION_ENDED)
    page = decide(guard, own.approvers[0], made.json()["request"]) if _decidable(own, made) else None
    assert page is None, "what the line had asked for was withdrawn"
    assert guard.one("SELECT status FROM guard.request") == "withdrawn"
    browser = guard.browser()
    entering = browser.identify(manager.member)
    left = browser.http.get(guard.url + "/sign-in/factor")
    assert "passkey" not in entering.text
    assert left.status_code != 303
    again = own.post(own.security, "make", kind="line", scope=manager.member.account, reason="stolen-account")
    assert (again.status_code, code(again)) == (409, Objection.ALREADY_CUT)
    [cut] = own.post(own.security, "list").json()["cuts"]
    assert (cut["kind"], cut["name"], cut["made_by"]) == ("line", "Philippe Garnier", "Claire Fontaine")
    assert (cut["reason"]["code"], cut["sessions"], cut["ended_at"]) == ("stolen-account", 1, None)


def _decidable(own: Network, made: httpx.Response) -> bool:
    request = {"request": made.json()["request"]}
    shown = own.guard.call("POST", "/v1/requests/show", own.approvers[0].handle, json=request).json()
    return "decide_url" in shown


def test_everything_cut_stops_no_watcher_and_two_of_them_give_it_back(own: Network) -> None:
    guard = own.guard
    done = own.post(own.security, "make", kind="everything", reason="intrusion")
    assert done.status_code == 201, done.text
    assert guard.call("GET", "/v1/session", own.manager.handle).status_code == 401
    browser, handle = guard.signed_in(own.manager.member)
    stopped = guard.call("POST", "/v1/requests/list", handle, json={"scope": "mine"})
    assert (stopped.status_code, code(stopped)) == (503, Code.EVERYTHING_CONTAINED)
    asked = own.lift(done.json()["containment"])
    assert asked.status_code == 201, asked.text
    assert asked.json()["needed"] == 2
    request = asked.json()["request"]
    page = decide(guard, own.approvers[0], request)
    assert "Tout le réseau" in text_of(page)
    own.agreed(request, own.approvers[0])
    assert guard.one("SELECT lifted_at FROM guard.containment") is None, "one approval lifts nothing"
    twice = decide(guard, own.approvers[1], request)
    own.agreed(request, own.approvers[1])
    assert guard.one("SELECT lifted_at FROM guard.containment") is not None
    late = approve(guard, own.approvers[1], request, page=twice)
    assert late.status_code != 303
    assert guard.call("POST", "/v1/requests/list", handle, json={"scope": "mine"}).status_code == 200
    [entry] = guard.journal("lifted")
    assert all(one.member.account in entry["detail"] for one in own.approvers[:2])
    assert own.post(own.security, "list").json()["cuts"] == []
    [over] = own.post(own.security, "list", over=True).json()["cuts"]
    assert over["ended_at"] is not None
    browser.http.close()


def test_i04_approver_of_the_line_that_was_cut_may_not_give_it_back(own: Network) -> None:
    guard = own.guard
    kin = seat(guard, "Yves Blanc", "approver", organisation=own.id, requested_by=own.approvers[2].member.account)
    cut = own.post(own.security, "make", kind="account", scope=own.approvers[2].member.account, reason="exercise")
    assert cut.status_code == 201, cut.text
    request = own.lift(cut.json()["containment"]).json()["request"]
    shown = guard.call("POST", "/v1/requests/show", kin.handle, json={"request": request}).json()
    assert shown["objection"] == Objection.WITHIN_LINE
    own.agreed(request, *own.approvers[:2])
    assert guard.one("SELECT lifted_at FROM guard.containment") is not None


@pytest.mark.parametrize("kind", ["lift", "restore"])
def test_i04_second_approver_of_the_first_one_s_line_may_not_give_back_with_him_and_a_third_may(
    own: Network, kind: str
) -> None:
    guard, (first, second, _) = own.guard, own.approvers
    kin = seat(guard, "Kin Of First", "approver", organisation=own.id, requested_by=first.member.account)
    if kind == "lift":
        done = own.post(own.security, "make", kind="everything", reason="exercise")
        asked = own.lift(done.json()["containment"])
    else:
        account = seat(guard, "Nora Petit", "adviser").member.account
        own.post(own.security, "suspend", account=account, reason="exercise")
        body = {"kind": "restore", "body": {"account": account}}
        asked = guard.call("POST", "/v1/requests/make", own.security.handle, json=body)
    request = asked.json()["request"]
    assert show(guard, kin, request).json()["objection"] is None
    own.agreed(request, first)
    told = show(guard, kin, request).json()
    assert told["objection"] == Objection.WITHIN_LINE
    assert "decide_url" not in told, "no button that is refused"
    assert show(guard, second, request).json()["objection"] is None
    own.agreed(request, second)
    assert show(guard, own.security, request).json()["status"] == "approved"


@pytest.mark.parametrize("tied", [True, False])
def test_i04_lifting_that_only_kin_could_agree_to_is_not_asked_for(own: Network, *, tied: bool) -> None:
    guard, (first, second, third) = own.guard, own.approvers
    guard.amend("account", third.member.account, status="suspended")
    if tied:
        guard.amend("account", second.member.account, requested_by=first.member.account)
    done = own.post(own.security, "make", kind="groups", groups=["nir"], reason="exercise")
    assert done.status_code == 201, done.text
    asked = own.lift(done.json()["containment"])
    if tied:
        assert (asked.status_code, code(asked)) == (409, Objection.TOO_FEW_APPROVERS), asked.text
    else:
        assert asked.status_code == 201, asked.text


def test_security_may_not_cut_off_those_without_whom_nothing_is_given_back(own: Network) -> None:
    first, second, third = [one.member.account for one in own.approvers]
    assert own.post(own.security, "make", kind="account", scope=first, reason="exercise").status_code == 201
    last = own.post(own.security, "make", kind="account", scope=second, reason="exercise")
    assert (last.status_code, code(last)) == (409, Objection.LAST_TO_LIFT)
    alone = own.post(own.security, "make", kind="line", scope=own.security.member.account, reason="exercise")
    assert (alone.status_code, code(alone)) == (409, Objection.LAST_TO_LIFT)
    suspended = own.post(own.security, "suspend", account=third, reason="exercise")
    assert (suspended.status_code, code(suspended)) == (409, Objection.LAST_TO_LIFT)
    shown = own.post(own.security, "preview", kind="account", scope=second)
    assert shown.json()["objection"] == Objection.LAST_TO_LIFT


def test_manager_suspends_a_colleague_and_not_the_same_role_of_another_office_nor_who_watches(own: Network) -> None:
    guard = own.guard
    elsewhere = guard.run(guard.world.organisation("East"))
    here, there = seat(guard, "Nora Petit", "adviser"), seat(guard, "Omar Roy", "adviser", organisation=elsewhere)
    watcher = seat(guard, "Lea Noir", "approver")
    for who, expected in ((there, Objection.NOTHING_TO_CUT), (watcher, Objection.OUT_OF_REACH),
                          (own.manager, Objection.SAME_PERSON)):  # fmt: skip
        answer = own.post(own.manager, "suspend", account=who.member.account, reason="departure")
        assert code(answer) == expected
        assert guard.call("GET", "/v1/session", who.handle).status_code == 200
    done = own.post(own.manager, "suspend", account=here.member.account, reason="departure")
    assert (done.status_code, done.json()) == (200, {"sessions": 1})
    assert guard.call("GET", "/v1/session", here.handle).status_code == 401
    [entry] = guard.journal("suspended")
    assert own.manager.member.account in entry["detail"]
    again = own.post(own.manager, "suspend", account=here.member.account, reason="departure")
    assert code(again) == Objection.ALREADY_CUT
    refused = own.post(there, "suspend", account=here.member.account, reason="departure")
    assert code(refused) == Code.ACTION_NOT_ALLOWED


def test_hijacked_manager_suspends_three_of_a_small_office_and_no_more_in_a_day(own: Network) -> None:
    colleagues = [own.guard.member(f"Agent Numero-{n}") for n in range(5)]
    answers = [own.post(own.manager, "suspend", account=one.account, reason="departure") for one in colleagues]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert code(answers[3]) == Objection.TOO_MANY_SUSPENSIONS
    security = own.post(own.security, "suspend", account=colleagues[3].account, reason="departure")
    assert security.status_code == 200


def test_suspended_account_is_restored_by_two_and_its_session_stays_ended(own: Network) -> None:
    guard, colleague = own.guard, seat(own.guard, "Nora Petit", "adviser")
    account = colleague.member.account
    asked = {"kind": "restore", "body": {"account": account}}
    early = guard.call("POST", "/v1/requests/make", own.manager.handle, json=asked)
    assert code(early) == Objection.NOT_IN_THAT_STATE
    own.post(own.manager, "suspend", account=account, reason="departure")
    made = guard.call("POST", "/v1/requests/make", own.manager.handle, json=asked)
    assert made.status_code == 201, made.text
    own.agreed(made.json()["request"], own.approvers[0])
    assert guard.one("SELECT status FROM guard.account WHERE id = $1", account) == "suspended"
    own.agreed(made.json()["request"], own.approvers[1])
    assert guard.one("SELECT status FROM guard.account WHERE id = $1", account) == "active"
    assert guard.call("GET", "/v1/session", colleague.handle).status_code == 401
    guard.signed_in(colleague.member)


def test_security_of_one_office_cuts_and_sees_that_office_alone(own: Network) -> None:
    guard = own.guard
    elsewhere = guard.run(guard.world.organisation("East"))
    local = seat(guard, "Rita Vert", "security-officer")
    there = seat(guard, "Omar Roy", "adviser", organisation=elsewhere)
    here = seat(guard, "Nora Petit", "adviser")
    refused: list[dict[str, Any]] = [
        {"kind": "everything"}, {"kind": "organisation", "scope": elsewhere},
        {"kind": "account", "scope": there.member.account}, {"kind": "groups", "groups": ["nir"]},
    ]  # fmt: skip
    for body in refused:
        assert own.post(local, "preview", **body).status_code in (403, 404)
        assert own.post(local, "make", **body, reason="exercise").status_code in (403, 404)
    assert guard.one("SELECT count(*) FROM guard.containment") == 0
    distant = own.post(own.security, "make", kind="account", scope=there.member.account, reason="exercise")
    mine = own.post(local, "make", kind="account", scope=here.member.account, reason="exercise")
    assert mine.status_code == 201, mine.text
    assert [cut["name"] for cut in own.post(local, "list").json()["cuts"]] == ["Nora Petit"]
    assert len(own.post(own.security, "list").json()["cuts"]) == 2
    assert code(own.lift(distant.json()["containment"], local)) == Objection.NOT_IN_THAT_STATE


def test_two_officers_who_cut_the_same_thing_at_once_cut_it_once(own: Network) -> None:
    from concurrent.futures import ThreadPoolExecutor

    second = seat(own.guard, "Sami Gris", "security-officer", organisation=own.id)

    def cut(who: Seat) -> int:
        return own.post(who, "make", kind="everything", reason="intrusion").status_code

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(cut, [own.security, second]))
    assert sorted(answers) == [201, 409]
    assert own.guard.one("SELECT count(*) FROM guard.containment") == 1
