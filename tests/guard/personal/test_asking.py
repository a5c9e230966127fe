"""What a person asks from their own space: of who follows them, once, in few words, read by who answers alone; and
what they are answered, which they read alone.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from random import choices
from string import ascii_lowercase
from typing import Any
from uuid import uuid4

import httpx
import pytest

from beffroi.core.answering import KEPT
from beffroi.core.asking import LONGEST, MOST_OPEN
from beffroi.core.personal import Objection as Missing
from tests.config.console.stack import guard_served
from tests.databases import FreshDatabase
from tests.guard.approvals.office import Seat, seat
from tests.guard.personal.space import Space, ines, other, space_of
from tests.guard.personal.test_invitations import entered, handed

MAKE, LIST, WORDS = "/v1/person/requests/make", "/v1/person/requests/list", "/v1/person-requests/words"
ANSWER = "C'est corrigé : votre adresse est à Hellemmes, rue des Écoles."
TEXT = "Mon adresse est fausse : j'habite à Hellemmes."
ROLE = "data-protection-correspondent"


@pytest.fixture(scope="module")
def served(fresh_for_module: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Space]:
    """With the hot path, which decides who reads what was written."""
    folder = tmp_path_factory.mktemp("provider")
    with guard_served(fresh_for_module, folder, "http://localhost:1/back") as (guard, _, _):
        yield space_of(guard)


@pytest.fixture
def nora(served: Space) -> Seat:
    """One for each test: the caps of these tests are met in four people."""
    return seat(served.guard, f"Nora {drawn()}", ROLE)


def drawn() -> str:
    return "".join(choices(ascii_lowercase, k=10))


class Someone:
    """A person of the office with a proven identity, signed in; new for each test."""

    def __init__(self, served: Space) -> None:
        name = drawn()
        identity = ines(last_name=name.title(), birth_date="2001-05-05")
        self.id = served.file(last_name=name.title(), first_names="Inès", birth_date="2001-05-05", identity=identity)
        served.know(other(name, family_name=name.upper(), birthdate="2001-05-05"))
        self.served, self.handle = served, served.signed_in(name)

    def ask(self, article: str = "rectification", text: str | None = TEXT, **changes: Any) -> httpx.Response:
        body = {"organisation": self.served.guard.organisation, "article": article, "text": text, **changes}
        return self.served.ask(self.handle, MAKE, **body)

    def asked(self, article: str = "rectification", text: str | None = TEXT) -> str:
        made = self.ask(article, text)
        assert made.status_code == 201, made.text
        return str(made.json()["request"])

    def own(self) -> dict[str, Any]:
        answer = self.served.ask(self.handle, LIST)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@pytest.fixture
def someone(served: Space) -> Someone:
    return Someone(served)


def code(answer: httpx.Response) -> str:
    return str(answer.json()["code"])


def count(served: Space, person: str) -> int:
    return int(served.guard.one("SELECT count(*) FROM guard.person_request WHERE person = $1", person))


def answers(served: Space, by: Seat, verb: str, **body: Any) -> httpx.Response:
    return served.guard.call("POST", f"/v1/person-requests/{verb}", by.handle, json=body)


def close(served: Space, by: Seat, request: str, to: str = "answered", text: str | None = ANSWER) -> None:
    """Answer or refuse a request, whatever step it has come to."""
    [row] = [one for one in answers(served, by, "list").json()["rows"] if one["request"] == request]
    way = {"received": ("identified", "in-progress"), "identified": ("in-progress",)}.get(row["state"], ())
    for step in way if to == "answered" else ():
        assert answers(served, by, "move", request=request, to=step).status_code == 200
    reason = "unfounded" if to == "refused" else None
    closed = answers(served, by, "move", request=request, to=to, reason=reason, text=text)
    assert closed.status_code == 200, closed.text


def registered(served: Space, by: Seat, person: str, article: str = "access") -> str:
    """A request that came on paper today."""
    today = str(served.guard.one("SELECT (guard.instant() AT TIME ZONE 'Europe/Paris')::date::text"))
    made = answers(served, by, "register", person=person, article=article, received_on=today)
    assert made.status_code == 201, made.text
    return str(made.json()["request"])


def read_by(served: Space, person: str) -> int:
    """How often the person read words of their requests."""
    return sum(str(one["person"]) == person for one in served.guard.journal("own-file-read"))


def test_session_of_a_code_asks_nothing_and_a_proven_identity_does(served: Space, someone: Someone) -> None:
    adviser = seat(served.guard, f"Ana {drawn()}", "adviser")
    handle = entered(served, handed(served, adviser, someone.id))
    for path, body in ((MAKE, {"organisation": served.guard.organisation, "article": "access"}), (LIST, {})):
        assert code(served.ask(handle, path, **body)) == Missing.IDENTITY_NEEDED
    assert count(served, someone.id) == 0
    assert someone.ask("access", None).status_code == 201


def test_request_is_in_the_register_identified_and_in_the_journal_without_its_words(
    served: Space, someone: Someone, nora: Seat
) -> None:
    request = someone.asked()
    [row] = [one for one in answers(served, nora, "list").json()["rows"] if one["request"] == request]
    assert (row["state"], row["online"], row["article"], row["person"]) == (
        "identified", True, "rectification", someone.id,
    )  # fmt: skip
    entry = served.guard.journal("person-request-registered")[-1]
    assert (str(entry["person"]), entry["account"], entry["explanation"]) == (someone.id, None, "rectification")
    sealed = bytes(served.guard.one("SELECT sealed FROM guard.person_request_text WHERE id = $1", request))
    assert b"Hellemmes" not in sealed
    assert "Hellemmes" not in str(entry)
    message = served.guard.row("SELECT * FROM guard.message WHERE about = $1 LIMIT 1", request)
    assert (message["template"], message["refs"]) == ("person-request-made", "{}")


def test_person_follows_the_own_requests_and_nobody_else_s(served: Space, someone: Someone, nora: Seat) -> None:
    request, neighbour = someone.asked(), Someone(served)
    assert neighbour.own()["rows"] == []
    [row] = someone.own()["rows"]
    assert (row["request"], row["state"], row["organisation_name"]) == (request, "identified", "North")
    assert someone.own()["left"] == MOST_OPEN - 1
    assert answers(served, nora, "move", request=request, to="in-progress").status_code == 200
    assert someone.own()["rows"][0]["state"] == "in-progress"


def test_words_are_read_by_who_answers_there_and_each_reading_is_the_person_s_to_see(
    served: Space, someone: Someone, nora: Seat
) -> None:
    request = someone.asked()
    south = served.guard.run(served.guard.world.organisation(f"South {drawn()}"))
    sami = seat(served.guard, f"Sami {drawn()}", ROLE, organisation=south)
    adviser = seat(served.guard, f"Ana {drawn()}", "adviser")
    body = {"request": request, "person": someone.id}
    assert code(answers(served, adviser, "words", **body)) == "purpose-not-allowed"
    theirs, nobody = [answers(served, sami, "words", **{**body, "person": one}) for one in (someone.id, str(uuid4()))]
    assert theirs.status_code == nobody.status_code == 404
    assert theirs.content == nobody.content
    assert served.ask(someone.handle).json()["total"] == 0
    read = answers(served, nora, "words", **body)
    assert read.json()["text"] == TEXT, read.text
    [seen] = served.ask(someone.handle).json()["rows"]
    assert (seen["entry"], seen["kind"], seen["groups"]) == (read.json()["entry"], "answering", [])


def test_words_of_a_request_that_is_closed_are_read_no_more(served: Space, someone: Someone, nora: Seat) -> None:
    request = someone.asked()
    body = {"request": request, "person": someone.id}
    assert answers(served, nora, "words", **body).status_code == 200
    refused = answers(served, nora, "move", request=request, to="refused", reason="unfounded")
    assert refused.status_code == 200
    assert code(answers(served, nora, "words", **body)) == "person-request-state"
    assert someone.own()["rows"][0]["reason"] == "unfounded"


@pytest.mark.parametrize("to", ["answered", "refused"])
def test_answer_is_the_person_s_to_read_and_nobody_else_s_and_each_reading_is_journaled(
    served: Space, someone: Someone, nora: Seat, to: str
) -> None:
    request, neighbour = someone.asked(), Someone(served)
    close(served, nora, request, to)
    before = read_by(served, someone.id)
    [row] = someone.own()["rows"]
    assert (row["state"], row["text"], row["answer"]) == (to, None, ANSWER)
    closed_at, until = (datetime.fromisoformat(row[name]) for name in ("closed_at", "answer_until"))
    assert until - closed_at == KEPT
    entry = served.guard.journal("own-file-read")[-1]
    assert (str(entry["person"]), entry["groups"], entry["explanation"]) == (someone.id, 0, "requests")
    assert "Hellemmes" not in str(entry)
    assert read_by(served, someone.id) == before + 1
    assert neighbour.own()["rows"] == []
    assert code(answers(served, nora, "words", request=request, person=someone.id)) == "person-request-state"


def test_session_of_a_code_reads_no_answer_and_a_proven_identity_does(
    served: Space, someone: Someone, nora: Seat
) -> None:
    close(served, nora, someone.asked("access", None))
    assert someone.own()["rows"][0]["answer"] == ANSWER
    adviser = seat(served.guard, f"Ana {drawn()}", "adviser")
    handle = entered(served, handed(served, adviser, someone.id))
    before = read_by(served, someone.id)
    assert code(served.ask(handle, LIST)) == Missing.IDENTITY_NEEDED
    assert read_by(served, someone.id) == before


def test_who_asked_on_paper_reads_the_answer_in_the_own_space(served: Space, someone: Someone, nora: Seat) -> None:
    close(served, nora, registered(served, nora, someone.id, "erasure"))
    [row] = someone.own()["rows"]
    assert (row["online"], row["article"], row["answer"]) == (False, "erasure", ANSWER)


@pytest.mark.parametrize(("back", "expected"), [(KEPT, None), (KEPT - timedelta(minutes=5), ANSWER)])
def test_answer_is_read_for_its_days_and_then_no_more_though_nobody_deleted_it(
    served: Space, someone: Someone, nora: Seat, back: timedelta, expected: str | None
) -> None:
    request = someone.asked("access", None)
    close(served, nora, request)
    moved_at = served.guard.one("SELECT moved_at FROM guard.person_request WHERE id = $1", request)
    served.guard.amend("person_request", request, moved_at=moved_at - back)
    before = read_by(served, someone.id)
    [row] = someone.own()["rows"]
    assert (row["answer"], row["answer_until"] is None) == (expected, expected is None)
    assert read_by(served, someone.id) - before == (expected is not None)


def test_closed_request_without_words_is_no_reading(served: Space, someone: Someone, nora: Seat) -> None:
    close(served, nora, someone.asked("access", None), text=None)
    [row] = someone.own()["rows"]
    assert (row["answer"], row["answer_until"]) == (None, None)
    assert row["closed_at"] is not None
    assert read_by(served, someone.id) == 0


def test_words_put_in_the_place_of_an_answer_do_not_open(served: Space, someone: Someone, nora: Seat) -> None:
    first, second = someone.asked(), someone.asked("restriction")
    kept = served.guard.one("SELECT sealed FROM guard.person_request_text WHERE id = $1", second)
    close(served, nora, first)
    close(served, nora, second, text=None)
    put = "INSERT INTO guard.person_request_answer SELECT $2, person, coalesce($3, sealed), made_at"
    for sealed in (kept, None):
        served.guard.execute(f"{put} FROM guard.person_request_answer WHERE id = $1", first, second, sealed)
        told, before = someone.own()["rows"], len(served.guard.journal("integrity"))
        assert {(row["request"], row["answer"], row["altered"]) for row in told} == {
            (first, ANSWER, False), (second, None, True),
        }  # fmt: skip
        assert [row["answer_until"] is None for row in told] == [row["altered"] for row in told]
        served.guard.execute("DELETE FROM guard.person_request_answer WHERE id = $1", second)
        assert {(row["answer"], row["altered"]) for row in someone.own()["rows"]} == {(ANSWER, False), (None, False)}
        assert len(served.guard.journal("integrity")) == before
    assert before == 2


@pytest.mark.parametrize("table", ["person_request_text", "person_request_answer"])
def test_words_that_were_altered_are_said_to_be_and_reported_and_the_others_still_read(
    served: Space, someone: Someone, nora: Seat, table: str
) -> None:
    requests, asked = [someone.asked(), someone.asked("restriction")], table == "person_request_text"
    for request in () if asked else requests:
        close(served, nora, request)
    before = len(served.guard.journal("integrity"))
    row = served.guard.row(f"SELECT * FROM guard.{table} WHERE id = $1", requests[0])
    changed = bytes([*row["sealed"][:-1], row["sealed"][-1] ^ 1])
    served.guard.execute(f"DELETE FROM guard.{table} WHERE id = $1", requests[0])
    served.guard.execute(
        f"INSERT INTO guard.{table} VALUES ($1, $2, $3, $4)", row["id"], row["person"], changed, row["made_at"]
    )
    told = {row["request"]: row for row in someone.own()["rows"]}
    member, whole = ("text", TEXT) if asked else ("answer", ANSWER)
    assert [(told[one][member], told[one]["altered"]) for one in requests] == [(None, True), (whole, False)]
    assert len(served.guard.journal("integrity")) == before + 1


@pytest.mark.parametrize("first", ["answered", "merged"])
def test_answer_to_a_file_that_became_one_with_the_own_is_read_with_it(
    served: Space, someone: Someone, nora: Seat, first: str
) -> None:
    guard, gone, alias = served.guard, served.file(), str(uuid4())
    request, now = registered(served, nora, gone), guard.run(guard.world.now())
    if first == "answered":
        close(served, nora, request)
        assert someone.own()["rows"] == []
    guard.run(
        guard.world.insert(
            "person_alias", id=alias, person=gone, survivor=someone.id, organisation=guard.organisation,
            merged_by=str(uuid4()), merged_at=now, undo_until=now, ended_at=None, ended_by=None,
        )
    )  # fmt: skip
    if first == "merged":
        close(served, nora, request)
    assert [row["answer"] for row in someone.own()["rows"]] == [ANSWER]


@pytest.mark.parametrize("to", ["in-progress", "answered", "refused"])
def test_words_are_the_person_s_to_read_while_the_request_is_open_and_then_deleted(
    served: Space, someone: Someone, nora: Seat, to: str
) -> None:
    request, neighbour = someone.asked(), Someone(served)
    assert neighbour.own()["rows"] == []
    assert someone.own()["rows"][0]["text"] == TEXT
    entry = served.guard.journal("own-file-read")[-1]
    assert (str(entry["person"]), entry["groups"], entry["explanation"]) == (someone.id, 0, "requests")
    assert TEXT not in str(entry)
    for step in {"answered": ("in-progress", "answered")}.get(to, (to,)):
        reason = "unfounded" if step == "refused" else None
        assert answers(served, nora, "move", request=request, to=step, reason=reason).status_code == 200
    left = served.guard.one("SELECT count(*) FROM guard.person_request_text WHERE id = $1", request)
    assert (left, someone.own()["rows"][0]["text"]) == ((1, TEXT) if to == "in-progress" else (0, None))


def test_list_without_words_is_no_reading(served: Space, someone: Someone) -> None:
    someone.asked("access", None)
    before = len(served.guard.journal("own-file-read"))
    assert someone.own()["rows"][0]["text"] is None
    assert len(served.guard.journal("own-file-read")) == before


def test_words_moved_to_another_request_do_not_open(served: Space, someone: Someone, nora: Seat) -> None:
    first = someone.asked()
    second = someone.asked("restriction")
    served.guard.execute("DELETE FROM guard.person_request_text WHERE id = $1", second)
    served.guard.execute(
        "INSERT INTO guard.person_request_text SELECT $2, person, sealed, made_at FROM guard.person_request_text"
        " WHERE id = $1", first, second,
    )  # fmt: skip
    assert code(answers(served, nora, "words", request=second, person=someone.id)) == "integrity"
    assert answers(served, nora, "words", request=first, person=someone.id).json()["text"] == TEXT


def test_organisation_that_does_not_follow_the_person_is_as_one_that_does_not_exist(
    served: Space, someone: Someone
) -> None:
    elsewhere = served.guard.run(served.guard.world.organisation(f"South {drawn()}"))
    theirs, none = [someone.ask("access", None, organisation=one) for one in (elsewhere, str(uuid4()))]
    assert theirs.status_code == 404
    assert theirs.content == none.content
    assert [one["id"] for one in someone.own()["places"]] == [served.guard.organisation]


def test_same_request_is_made_once_whoever_registered_it(served: Space, someone: Someone, nora: Seat) -> None:
    with ThreadPoolExecutor(3) as crowd:
        made = list(crowd.map(lambda _: someone.ask("access", None), range(3)))
    assert sorted(one.status_code for one in made) == [201, 409, 409]
    assert count(served, someone.id) == 1
    today = str(served.guard.one("SELECT (guard.instant() AT TIME ZONE 'Europe/Paris')::date::text"))
    other_way = answers(served, nora, "register", person=someone.id, article="portability", received_on=today)
    assert other_way.status_code == 201, other_way.text
    assert code(someone.ask("portability", None)) == "person-request-exists"


def test_requests_that_wait_are_few(served: Space, someone: Someone) -> None:
    for article, text in (("access", None), ("portability", None), ("rectification", TEXT)):
        someone.asked(article, text)
    assert code(someone.ask("restriction")) == "person-request-too-many"
    assert someone.own()["left"] == 0
    assert count(served, someone.id) == MOST_OPEN


def backdated(served: Space, person: str, days: int) -> None:
    """Every request of this person came so many days before."""
    conn, run = served.guard.world.conn, served.guard.run
    for row in run(conn.fetch("SELECT * FROM guard.person_request WHERE person = $1", person)):
        back = timedelta(days=days)
        changes = {"received_at": row["received_at"] - back, "registered_at": row["registered_at"] - back}
        run(served.guard.world.amend("person_request", str(row["id"]), **changes))


@pytest.mark.parametrize(("days", "expected"), [(20, 429), (40, 201)])
def test_office_that_never_answers_takes_nobody_s_right_away_elsewhere(
    served: Space, someone: Someone, days: int, expected: int
) -> None:
    for article, text in (("access", None), ("portability", None), ("rectification", TEXT)):
        someone.asked(article, text)
    backdated(served, someone.id, days)
    assert someone.own()["left"] == (0 if expected == 429 else MOST_OPEN)
    assert someone.ask("restriction").status_code == expected


@pytest.mark.parametrize("changes", [{}, {"active": False}, {"contract_until": None}])
def test_office_that_is_closed_or_out_of_contract_is_asked_nothing(
    served: Space, someone: Someone, changes: dict[str, Any]
) -> None:
    guard, world = served.guard, served.guard.world
    now = guard.run(world.now())
    place = guard.run(world.organisation(f"East {drawn()}"))
    related = {"person": someone.id, "organisation": place, "kind": "followed", "referent": None}
    guard.run(world.insert("relation", **related, since_at=now - timedelta(days=1), until_at=None))
    if changes:
        guard.run(
            world.amend("organisation", place, **{name: now if one is None else one for name, one in changes.items()})
        )
    answer = someone.ask("access", None, organisation=place)
    assert answer.status_code == (404 if changes else 201), answer.text
    assert (place in {one["id"] for one in someone.own()["places"]}) == (not changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"article": "erasure"}, {"article": "marriage"}, {"organisation": "north"}, {"text": "x" * (LONGEST + 1)},
        {"person": str(uuid4())}, {"text": 3},
    ],
)  # fmt: skip
def test_malformed_oversized_or_another_s_request_is_refused(
    served: Space, someone: Someone, changes: dict[str, Any]
) -> None:
    assert someone.ask(**changes).status_code == 400
    assert count(served, someone.id) == 0


@pytest.mark.parametrize(("article", "text"), [("rectification", None), ("rectification", "court"), ("access", TEXT)])
def test_words_are_there_where_they_are_needed_alone(someone: Someone, article: str, text: str | None) -> None:
    assert code(someone.ask(article, text)) == "person-request-text"


def test_i13_erased_person_leaves_no_word(served: Space, someone: Someone, nora: Seat) -> None:
    answered, request = someone.asked("access", None), someone.asked()
    close(served, nora, answered)
    assert served.guard.one("SELECT count(*) FROM guard.person_request_answer WHERE id = $1", answered) == 1
    body = {"person": someone.id, "purpose": "person-rights"}
    assert served.guard.call("POST", "/v1/erase", nora.handle, json=body).status_code == 200
    assert served.guard.one("SELECT count(*) FROM guard.person_request_text WHERE id = $1", request) == 0
    assert served.guard.one("SELECT count(*) FROM guard.person_request_answer WHERE id = $1", answered) == 0
    assert count(served, someone.id) == 2, "that it was asked stays"
