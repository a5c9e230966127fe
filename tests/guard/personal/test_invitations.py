"""A code handed over at the office: who may hand one over, what it shows, and how little it lets anybody try."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import uuid4

import httpx
import pytest

from beffroi.core.inviting import LENGTH, MOST_ISSUED, MOST_WRONG, TRIES
from beffroi.core.personal import Objection
from beffroi.core.refusals import Code
from beffroi.guard.containing.cutting import suspend_account
from beffroi.guard.personal.invitations import TABLE
from tests.config.console.stack import guard_served
from tests.databases import FreshDatabase
from tests.guard.approvals.office import Seat, seat
from tests.guard.personal.space import PROOF, REPORT, REPORTS, SELF, Space, space_of
from tests.guard.signin.serving import CONSOLE, STATE, fields_of
from tests.guard.world import POLICY

INVITE = "/v1/invitations/make"


@pytest.fixture(scope="module")
def served(fresh_for_module: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Space]:
    """With the hot path, which decides what an agent may hand over."""
    folder = tmp_path_factory.mktemp("provider")
    with guard_served(fresh_for_module, folder, "http://localhost:1/back") as (guard, _, _):
        yield space_of(guard)


class Office(NamedTuple):
    """Who works where: an adviser and a receptionist of Inès's office, an adviser elsewhere, who manages accounts."""

    adviser: Seat
    reception: Seat
    elsewhere: Seat
    manager: Seat


@pytest.fixture(scope="module")
def office(served: Space) -> Office:
    guard = served.guard
    south = guard.run(guard.world.organisation("South"))
    return Office(
        seat(guard, "Ana Petit", "adviser"),
        seat(guard, "Rose Guichet", "receptionist"),
        seat(guard, "Cleo Garnier", "adviser", organisation=south),
        seat(guard, "Philippe Garnier", "account-manager"),
    )


@pytest.fixture(autouse=True)
def _no_invitation(served: Space) -> Iterator[None]:
    yield
    served.guard.execute("DELETE FROM guard.invitation")


def invite(served: Space, by: Seat, person: str, purpose: str = "follow-up") -> httpx.Response:
    return served.guard.call("POST", INVITE, by.handle, json={"purpose": purpose, "person": person})


def handed(served: Space, by: Seat, person: str | None = None) -> str:
    made = invite(served, by, person or served.ines)
    assert made.status_code == 201, made.text
    return str(made.json()["code"])


def code(answer: httpx.Response) -> str:
    return str(answer.json()["code"])


def form(served: Space, browser: httpx.Client) -> httpx.Response:
    fields = {"application": CONSOLE, "return_to": served.guard.return_to, "state": STATE}
    begun = browser.get(f"{served.guard.url}/person/invitation?{urlencode(fields)}")
    assert begun.status_code == 303, begun.text
    return browser.get(f"{served.guard.url}{begun.headers['location']}")


def _token(page: httpx.Response) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page.text)
    assert found is not None, page.text
    return found[1]


def typed(served: Space, browser: httpx.Client, text: str, page: httpx.Response | None = None) -> httpx.Response:
    page = page or form(served, browser)
    body = {"form_token": _token(page), "code": text}
    return browser.post(f"{served.guard.url}/person/code", data=body)


def entered(served: Space, text: str) -> str:
    """A live handle, by the code."""
    with httpx.Client(timeout=20) as browser:
        left = typed(served, browser, text)
    assert left.status_code == 303, left.text
    answer = served.redeem(fields_of(left)["code"])
    assert answer.status_code == 200, answer.text
    return str(answer.json()["handle"])


def wrong(served: Space, text: str) -> httpx.Response:
    with httpx.Client(timeout=20) as browser:
        return typed(served, browser, text)


def test_person_with_a_code_of_the_office_sees_who_consulted_and_nothing_else(served: Space, office: Office) -> None:
    entry = served.consulted(served.ines)
    text = handed(served, office.adviser)
    assert len(text.replace("-", "")) == LENGTH
    handle = entered(served, text.lower().replace("-", " "))
    rows = {row["entry"]: row for row in served.ask(handle).json()["rows"]}
    assert entry in rows
    for kind in ("released", "invited"):
        said = served.guard.journal(kind)[-1]
        assert (str(said["person"]), str(said["account"])) == (served.ines, office.adviser.member.account)
    opening = served.guard.journal("released")[-1]
    assert (rows[opening["entry"]]["kind"], rows[opening["entry"]]["groups"]) == ("released", []), "she sees it too"
    assert served.guard.journal("person-signed-in")[-1]["explanation"] == "invitation"
    assert code(served.ask(handle, PROOF, entry=entry, at=served.at(entry))) == Objection.IDENTITY_NEEDED
    assert code(served.ask(handle, SELF)) == Objection.IDENTITY_NEEDED, "her appointments would follow"
    for door, body in (("list", {}), ("open", {"id": str(uuid4())})):
        assert code(served.ask(handle, f"/v1/person/attachments/{door}", **body)) == Objection.IDENTITY_NEEDED
    assert served.ask(handle, REPORT, entry=entry, at=served.at(entry)).status_code == 201
    assert len(served.ask(handle, REPORTS).json()["rows"]) == 1
    served.guard.execute("DELETE FROM guard.report")


def test_code_is_nowhere_in_the_database(served: Space, office: Office) -> None:
    text = handed(served, office.adviser).replace("-", "")
    for table in ("invitation", "journal"):
        rows = served.guard.run(served.guard.world.conn.fetch(f"SELECT t::text AS line FROM guard.{table} t"))
        assert not [row for row in rows if text[4:] in row["line"]]


def test_receptionist_hands_a_code_over_as_an_adviser_does(served: Space, office: Office) -> None:
    assert invite(served, office.reception, served.ines, "reception").status_code == 201
    assert code(invite(served, office.reception, served.ines, "follow-up")) == Code.PURPOSE_NOT_ALLOWED
    assert code(invite(served, office.manager, served.ines)) == Code.PURPOSE_NOT_ALLOWED


def test_adviser_of_another_office_invites_nobody_and_learns_nothing(served: Space, office: Office) -> None:
    known = invite(served, office.elsewhere, served.ines)
    unknown = invite(served, office.elsewhere, str(uuid4()))
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    assert code(known) == Code.PERSON_UNKNOWN
    assert served.guard.one("SELECT count(*) FROM guard.invitation") == 0


def test_code_serves_once_and_the_second_use_is_refused_whatever_the_race(served: Space, office: Office) -> None:
    text = handed(served, office.adviser)
    browsers = [httpx.Client(timeout=20) for _ in range(4)]
    pages = [form(served, browser) for browser in browsers]
    with ThreadPoolExecutor(4) as pool:
        came = list(pool.map(lambda pair: typed(served, pair[0], text, pair[1]), zip(browsers, pages, strict=True)))
    for browser in browsers:
        browser.close()
    assert sorted(one.status_code for one in came) == [303, 403, 403, 403]
    assert wrong(served, text).status_code == 403


def test_form_sent_again_or_from_elsewhere_does_nothing(served: Space, office: Office) -> None:
    text = handed(served, office.adviser)
    with httpx.Client(timeout=20) as browser:
        page = form(served, browser)
        body = {"form_token": "x" * 43, "code": text}
        assert browser.post(f"{served.guard.url}/person/code", data=body).status_code == 403
        assert typed(served, browser, text, page).status_code == 303
        again = typed(served, browser, text, page)
    assert again.status_code == 400, "this sign-in is over"


def test_fresh_code_ends_the_one_before_and_the_session_it_began(served: Space, office: Office) -> None:
    first = handed(served, office.adviser)
    handle = entered(served, first)
    second = handed(served, office.adviser)
    assert code(served.ask(handle)) == Code.SESSION_ENDED
    third = handed(served, office.adviser)
    assert wrong(served, second).status_code == 403
    assert entered(served, third)


def test_proven_identity_ends_codes_and_their_sessions_and_sees_the_rest(served: Space, office: Office) -> None:
    waiting = entered(served, handed(served, office.adviser))
    entry = served.consulted(served.ines)
    proven = served.signed_in()
    assert code(served.ask(waiting)) == Code.SESSION_ENDED
    assert code(served.ask(proven, PROOF, entry=entry, at=served.at(entry))) == Objection.PROOF_NOT_YET
    later = handed(served, office.adviser)
    served.signed_in()
    assert wrong(served, later).status_code == 403


def test_five_wrong_codes_close_an_invitation_and_the_right_one_no_longer_serves(
    served: Space, office: Office
) -> None:
    text = handed(served, office.adviser)
    guess = text[:-1] + ("0" if text[-1] != "0" else "1")
    for _ in range(TRIES):
        assert wrong(served, guess).status_code == 403
    assert wrong(served, text).status_code == 403
    closed = served.guard.journal("invitation-closed")[-1]
    assert (str(closed["person"]), closed["explanation"]) == (served.ines, "too-many-tries")


@pytest.mark.parametrize("text", ["\x00ABC", "AB\x00C" + "0" * 12, "\U0010ffff" * 16, "ß" * 200, ""])
def test_text_that_is_no_code_is_wrong_and_counts_like_another(served: Space, office: Office, text: str) -> None:
    before = len(served.guard.journal("person-sign-in-refused"))
    assert wrong(served, text).status_code == 403
    assert len(served.guard.journal("person-sign-in-refused")) == before + 1


def test_who_enumerates_codes_is_stopped_by_address_and_in_all(served: Space, office: Office) -> None:
    text = handed(served, office.adviser)
    key = "UPDATE guard.attempt SET times = $1"
    assert wrong(served, "AAAA-AAAA-AAAA-AAAA").status_code == 403
    served.guard.execute(key, MOST_WRONG)
    assert wrong(served, text).status_code == 429
    served.forget_limits()
    assert entered(served, text)


def test_twenty_first_code_of_the_day_is_refused_to_that_account_alone(served: Space, office: Office) -> None:
    guard = served.guard
    busy = seat(guard, "Nina Presse", "adviser")
    for _ in range(MOST_ISSUED):
        handed(served, busy)
    more = invite(served, busy, served.ines)
    assert (more.status_code, code(more)) == (429, Objection.TOO_MANY_INVITATIONS)
    issued = [one for one in guard.journal("invited") if str(one["account"]) == busy.member.account]
    assert len(issued) == MOST_ISSUED
    assert invite(served, office.reception, served.ines, "reception").status_code == 201


def test_i07_code_and_its_session_end_with_the_account_that_issued_it(served: Space) -> None:
    thief, guard = seat(served.guard, "Tom Voleur", "adviser"), served.guard
    inside, outside = handed(served, thief), served.file()
    handle = entered(served, inside)
    text = handed(served, thief, outside)
    assert served.ask(handle).status_code == 200
    world = guard.world
    guard.run(suspend_account(world.conn, world.keys, POLICY, thief.member.account, reason="x", operator="night"))  # type: ignore[arg-type]
    assert code(served.ask(handle)) == Code.SESSION_ENDED
    assert wrong(served, text).status_code == 403


def test_i16_forged_invitation_opens_nothing_and_alerts(served: Space, office: Office) -> None:
    other = served.file()
    text = handed(served, office.adviser)
    served.guard.execute("UPDATE guard.invitation SET person = $1", other)
    assert wrong(served, text).status_code == 503
    served.guard.execute("DELETE FROM guard.invitation")
    handle = entered(served, handed(served, office.adviser))
    served.guard.execute("UPDATE guard.person_session SET logout_hint = $1", b"forged hint of a proven identity")
    assert code(served.ask(handle, REPORTS)) == Code.INTEGRITY
    served.guard.execute("DELETE FROM guard.person_session")


def test_code_ends_after_its_hours(served: Space, office: Office) -> None:
    text = handed(served, office.adviser)
    row = served.guard.row(f"SELECT * FROM guard.{TABLE}")
    served.guard.amend(TABLE, str(row["id"]), expires_at=row["issued_at"])
    assert wrong(served, text).status_code == 403


@pytest.mark.parametrize("body", [{}, {"purpose": "follow-up"}, {"purpose": "follow-up", "person": "x"}])
def test_invitation_that_is_malformed_is_refused(served: Space, office: Office, body: dict[str, str]) -> None:
    assert served.guard.call("POST", INVITE, office.adviser.handle, json=body).status_code == 400
