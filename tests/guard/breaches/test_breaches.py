"""Breaches: declared by two people within their reach, shown to exactly those whom the journal names in it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beffroi.core.approvals import Objection
from beffroi.core.breaches import CAUSES, WIDEST, Breach, Cause, Scope
from beffroi.core.fields import names
from beffroi.core.refusals import Code
from beffroi.guard.folding import recording
from spec.readings import readers
from tests.guard.approvals.office import Seat, approve, decide, show
from tests.guard.personal.space import CONSOLE, Space
from tests.guard.personal.test_consultations import journal_of
from tests.guard.personal.test_delays import Watch, code

OWN, LIST = "/v1/person/breaches", "/v1/breaches/list"
ACCOUNTS = [str(uuid4()) for _ in range(3)]
_NUMBER = count()


@pytest.fixture(autouse=True)
def _none_declared(served: Space, watch: Watch) -> Iterator[None]:
    watch.watched = served.guard.member(f"Victor Vole{chr(97 + next(_NUMBER))}").account
    yield
    served.guard.execute("DELETE FROM guard.breach")


def scope(watch: Watch, **changes: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    body = {
        "by": "account", "ids": [watch.watched], "cause": "hijacked-account",
        "from_at": (now - timedelta(days=2)).isoformat(), "until_at": (now + timedelta(hours=1)).isoformat(),
    }  # fmt: skip
    return body | changes


def asked(served: Space, by: Seat, body: dict[str, Any], kind: str = "breach") -> httpx.Response:
    return served.guard.call("POST", "/v1/requests/make", by.handle, json={"kind": kind, "body": body})


def agreed(served: Space, watch: Watch, body: dict[str, Any], kind: str = "breach") -> str:
    made = asked(served, watch.asker, body, kind)
    assert made.status_code == 201, made.text
    request = str(made.json()["request"])
    answer = approve(served.guard, watch.second, request)
    assert answer.status_code == 303, answer.text
    return request


def declared(served: Space, watch: Watch, **changes: Any) -> str:
    request = agreed(served, watch, scope(watch, **changes))
    return str(served.guard.one("SELECT id FROM guard.breach WHERE request = $1", request))


def own(served: Space, handle: str) -> list[dict[str, Any]]:
    answer = served.ask(handle, OWN)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return rows


def test_person_read_by_a_hijacked_account_is_told_what_was_read_and_another_nothing(
    served: Space, watch: Watch
) -> None:
    first = served.consulted(served.ines, account=watch.watched, groups=1)
    last = served.consulted(served.ines, account=watch.watched, groups=2)
    served.consulted(served.ines, account=ACCOUNTS[0], groups=4)
    handle = served.signed_in()
    assert own(served, handle) == []
    breach = declared(served, watch)
    [row] = own(served, handle)
    assert row == {
        "breach": breach, "cause": "hijacked-account", "declared_at": row["declared_at"], "withdrawn_at": None,
        "sentence": {"fr": CAUSES[Cause.HIJACKED_ACCOUNT].fr, "en": CAUSES[Cause.HIJACKED_ACCOUNT].en},
        "groups": list(names(3)), "answering": False, "consultations": 2,
        "first_at": row["first_at"], "last_at": row["last_at"],
        "organisations": ["North"],
    }  # fmt: skip
    for told, entry in (("first_at", first), ("last_at", last)):
        assert datetime.fromisoformat(row[told]) == datetime.fromisoformat(served.at(entry))
    served.guard.execute("DELETE FROM guard.breach")
    elsewhere = declared(served, watch, ids=[watch.third.member.account])
    assert own(served, handle) == [], "another account's openings are no breach of this person"
    entry = served.guard.journal("breach-declared")[-1]
    assert (entry["person"], str(entry["account"])) == (None, watch.second.member.account)
    assert elsewhere in entry["detail"]


def test_breach_over_who_answered_requests_says_that_the_persons_words_were_read(served: Space, watch: Watch) -> None:
    served.consulted(served.ines, account=watch.watched, groups=0, purpose="person-rights")
    declared(served, watch)
    [row] = own(served, served.signed_in())
    assert (row["groups"], row["answering"]) == ([], True)


def test_breach_of_days_that_are_kept_no_longer_makes_nobodys_list_partial(served: Space, watch: Watch) -> None:
    served.consulted(served.ines, account=watch.watched)
    declared(served, watch)
    now = served.guard.run(served.guard.world.now())
    row = {
        "id": str(uuid4()), "request": str(uuid4()), "organisation": served.guard.organisation, "scope": "account",
        "ids": watch.watched, "from_at": now - timedelta(days=4_000), "until_at": now - timedelta(days=3_990),
        "cause": "misuse", "declared_at": now, "withdrawn_at": None,
    }  # fmt: skip
    served.guard.run(served.guard.world.insert("breach", **row))
    answer = served.ask(served.signed_in(), OWN).json()
    assert (answer["lost_until"], len(answer["rows"])) == (None, 1)


def test_breach_is_told_to_nobody_before_a_second_person_agreed(served: Space, watch: Watch) -> None:
    served.consulted(served.ines, account=watch.watched)
    assert asked(served, watch.asker, scope(watch)).status_code == 201
    assert own(served, served.signed_in()) == []


def test_opening_after_the_request_is_of_no_breach_whatever_window_was_asked_for(served: Space, watch: Watch) -> None:
    declared(served, watch)
    served.consulted(served.ines, account=watch.watched)
    assert own(served, served.signed_in()) == []


def test_breach_declared_by_mistake_is_withdrawn_by_two_people_and_says_so(served: Space, watch: Watch) -> None:
    served.consulted(served.ines, account=watch.watched)
    breach = declared(served, watch)
    assert code(asked(served, watch.elsewhere, {"breach": breach}, "breach-withdrawal")) == Objection.OUT_OF_REACH
    agreed(served, watch, {"breach": breach}, "breach-withdrawal")
    [row] = own(served, served.signed_in())
    assert (row["breach"], row["withdrawn_at"] is not None) == (breach, True)
    again = asked(served, watch.asker, {"breach": breach}, "breach-withdrawal")
    assert code(again) == Objection.BREACH_WITHDRAWN
    unknown = asked(served, watch.asker, {"breach": str(uuid4())}, "breach-withdrawal")
    assert code(unknown) == Objection.OUT_OF_REACH
    [shown] = served.guard.call("POST", LIST, watch.asker.handle, json={}).json()["rows"]
    assert shown["withdrawn_at"] == row["withdrawn_at"]


def test_who_a_breach_is_about_neither_decides_it_nor_is_mailed_of_it_nor_takes_it_back(
    served: Space, watch: Watch
) -> None:
    suspect = watch.second.member.account
    body = scope(watch, ids=sorted([suspect, watch.watched]))
    waiting = str(asked(served, watch.asker, body).json()["request"])
    rows = served.guard.run(
        served.guard.world.conn.fetch("SELECT recipient FROM guard.message WHERE about = $1", waiting)
    )
    mailed = {str(row["recipient"]) for row in rows}
    assert watch.third.member.account in mailed
    assert suspect not in mailed
    assert "decide_url" in show(served.guard, watch.third, waiting).json()
    assert "decide_url" not in show(served.guard, watch.second, waiting).json()
    assert approve(served.guard, watch.third, waiting).status_code == 303
    breach = str(served.guard.one("SELECT id FROM guard.breach WHERE request = $1", waiting))
    undo = str(asked(served, watch.asker, {"breach": breach}, "breach-withdrawal").json()["request"])
    assert "decide_url" not in show(served.guard, watch.second, undo).json()
    assert served.guard.one("SELECT withdrawn_at FROM guard.breach WHERE id = $1", breach) is None
    own_scope = scope(watch, ids=[watch.asker.member.account])
    assert code(asked(served, watch.asker, own_scope)) == Objection.WITHIN_LINE


def test_same_scope_is_declared_once_a_day_though_its_window_ends_now(served: Space, watch: Watch) -> None:
    served.consulted(served.ines, account=watch.watched)
    agreed(served, watch, scope(watch))
    assert code(asked(served, watch.asker, scope(watch))) == Objection.ALREADY_DECLARED
    assert len(own(served, served.signed_in())) == 1


def test_same_scope_and_days_are_declared_once(served: Space, watch: Watch) -> None:
    until = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    body = scope(watch, until_at=until)
    waiting = str(asked(served, watch.asker, body | {"cause": "misuse"}).json()["request"])
    agreed(served, watch, body)
    assert code(asked(served, watch.asker, body)) == Objection.ALREADY_DECLARED
    page = decide(served.guard, watch.third, waiting)
    assert "Une violation est déjà déclarée" in page.text
    assert "Refuser la demande" in page.text
    assert "Approuver" not in page.text
    assert served.guard.one("SELECT count(*) FROM guard.breach") == 1


def test_officer_of_another_office_declares_only_what_was_done_in_its_name(served: Space, watch: Watch) -> None:
    assert code(asked(served, watch.elsewhere, scope(watch))) == Objection.OUT_OF_REACH
    north = scope(watch, by="organisation", ids=[served.guard.organisation])
    assert code(asked(served, watch.elsewhere, north)) == Objection.OUT_OF_REACH
    assert asked(served, watch.asker, north).status_code == 201
    assert code(asked(served, watch.manager, scope(watch))) == Code.ACTION_NOT_ALLOWED
    assert code(served.guard.call("POST", LIST, watch.manager.handle, json={})) == Code.ACTION_NOT_ALLOWED
    declared(served, watch)
    assert served.guard.call("POST", LIST, watch.elsewhere.handle, json={}).json() == {"rows": []}


def test_line_of_an_account_is_declared_as_the_accounts_it_has_that_day(served: Space, watch: Watch) -> None:
    declared(served, watch, by="line")
    [row] = served.guard.call("POST", LIST, watch.asker.handle, json={}).json()["rows"]
    assert (row["scope"], row["ids"]) == ("account", [watch.watched])


@pytest.mark.parametrize(
    ("changes", "objection"),
    [
        ({"ids": [str(uuid4())]}, Objection.OUT_OF_REACH),
        ({"by": "application", "ids": ["no-such-application"]}, Objection.OUT_OF_REACH),
        ({"by": "organisation", "ids": [str(uuid4())]}, Objection.OUT_OF_REACH),
        ({"ids": [], "email": "nobody@north.example"}, Objection.UNKNOWN_COLLEAGUE),
        ({"from_at": (datetime.now(UTC) - WIDEST - timedelta(days=1)).isoformat()}, Objection.BREACH_PERIOD),
        (
            {"from_at": (datetime.now(UTC) + timedelta(hours=2)).isoformat(),
             "until_at": (datetime.now(UTC) + timedelta(hours=3)).isoformat()},
            Objection.BREACH_PERIOD,
        ),
    ],
)  # fmt: skip
def test_scope_that_is_nobody_or_a_window_too_wide_or_to_come_is_refused(
    served: Space, watch: Watch, changes: dict[str, Any], objection: Objection
) -> None:
    assert code(asked(served, watch.asker, scope(watch, **changes))) == objection


@pytest.mark.parametrize(
    "changes",
    [
        {"by": "session"}, {"ids": ["x"]}, {"ids": []}, {"ids": [str(uuid4())] * 101}, {"cause": "other"},
        {"more": 1}, {"from_at": "2026-01-01T00:00:00"}, {"until_at": "2001-01-01T00:00:00Z"},
    ],
)  # fmt: skip
def test_declaration_that_is_malformed_is_refused(served: Space, watch: Watch, changes: dict[str, Any]) -> None:
    assert asked(served, watch.asker, scope(watch, **changes)).status_code in (400, 422)


def test_session_of_a_code_sees_the_breaches_and_an_agents_handle_does_not(served: Space, watch: Watch) -> None:
    assert code(served.guard.call("POST", OWN, watch.asker.handle, json={})) == Code.SESSION_UNKNOWN
    assert code(served.guard.call("POST", LIST, served.signed_in(), json={})) == Code.SESSION_UNKNOWN
    assert served.ask(served.signed_in(), OWN, person=str(uuid4())).status_code == 400


def test_i16_forged_breach_is_shown_to_nobody(served: Space, watch: Watch) -> None:
    served.consulted(served.ines, account=watch.watched)
    handle = served.signed_in()
    declared(served, watch)
    served.guard.execute("UPDATE guard.breach SET ids = $1", ACCOUNTS[0])
    answer = served.ask(handle, OWN)
    assert (answer.status_code, code(answer)) == (503, Code.INTEGRITY)
    assert "breach" in recording.FOLDED


def test_openings_that_a_delay_hides_appear_in_the_breach_with_the_list(served: Space, watch: Watch) -> None:
    served.consulted(served.ines, account=watch.watched)
    declared(served, watch)
    guard, now = served.guard, datetime.now(UTC)
    guard.run(
        guard.world.insert(
            "delay", id=str(uuid4()), request=str(uuid4()), account=watch.watched, from_at=now - timedelta(days=2),
            until_at=now + timedelta(days=1), shown_at=now + timedelta(days=3), renews=None, decided_at=now,
        )
    )  # fmt: skip
    handle = served.signed_in()
    assert own(served, handle) == []
    guard.execute("DELETE FROM guard.delay")
    assert len(own(served, handle)) == 1


INSTANT = datetime(2026, 1, 1, tzinfo=UTC)
HOURS = st.integers(0, 9).map(lambda hours: INSTANT + timedelta(hours=hours))
NAMED = st.sampled_from(["a", "b", None])


@given(
    scope=st.sampled_from(Scope), ids=st.frozensets(st.sampled_from(["a", "b"])), begins=HOURS, ends=HOURS, at=HOURS,
    account=NAMED, organisation=NAMED, application=NAMED,
)  # fmt: skip
def test_i11_breach_covers_an_opening_exactly_where_the_oracle_counts_its_person(
    scope: Scope, ids: frozenset[str], begins: datetime, ends: datetime, at: datetime,
    account: str | None, organisation: str | None, application: str | None,
) -> None:  # fmt: skip
    entry = {
        "kind": "released", "person": "somebody", "groups": 1, "at": at, "account": account,
        "organisation": organisation, "application": application,
    }  # fmt: skip
    covered = Breach(scope, ids, begins, ends).covers(
        at, account=account, organisation=organisation, application=application
    )
    assert covered == bool(readers([entry], scope.value, sorted(ids), begins, ends))


HISTORY = st.lists(
    st.tuples(
        st.sampled_from(["released", "found", "refused", "updated"]), st.sampled_from([*ACCOUNTS, None]),
        st.booleans(), st.integers(0, 255), st.booleans(),
    ),
    max_size=15,
)  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=HISTORY, by=st.sampled_from(Scope), named=st.sets(st.sampled_from(ACCOUNTS), min_size=1))
def test_i11_person_sees_a_breach_exactly_where_officers_count_that_person_in_its_scope(
    served: Space, history: list[Any], by: Scope, named: set[str]
) -> None:
    guard, somebody = served.guard, served.file()
    guard.execute("DELETE FROM guard.breach")
    began = guard.run(guard.world.now())
    for kind, account, is_own, groups, here in history:
        served.consulted(
            served.ines if is_own else somebody, kind, groups, account=account,
            application=CONSOLE if here else "elsewhere",
        )  # fmt: skip
    ended = guard.run(guard.world.now())
    ids = {Scope.ACCOUNT: sorted(named), Scope.ORGANISATION: [guard.organisation], Scope.APPLICATION: [CONSOLE]}[by]
    guard.run(
        guard.world.insert(
            "breach", id=str(uuid4()), request=str(uuid4()), organisation=guard.organisation, scope=by.value,
            ids=" ".join(ids), from_at=began, until_at=ended, cause="misuse", declared_at=ended, withdrawn_at=None,
        )
    )  # fmt: skip
    served.forget_limits()
    scoped: list[Any] = ids if by is Scope.APPLICATION else [UUID(one) for one in ids]
    oracle = readers(journal_of(served, served.ines), by.value, scoped, began, ended)
    found = own(served, served.signed_in())
    told = {UUID(served.ines): (tuple(one["groups"]), one["consultations"]) for one in found}
    assert told == {person: (names(read.groups), read.openings) for person, read in oracle.items()}
    guard.execute("DELETE FROM guard.breach")
