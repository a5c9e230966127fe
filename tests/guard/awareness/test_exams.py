"""The awareness course over HTTP: who may take the exam, how often, and what follows from passing it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from beffroi.core.awareness import ATTEMPTS, QUESTIONS
from beffroi.core.course_file import load_courses
from tests.guard.signin.serving import Guard, Member

BANK = {question.code: question for course in load_courses().values() for question in course.bank}
HOUR = timedelta(hours=1)


def post(guard: Guard, handle: str, door: str, body: Any = None) -> httpx.Response:
    return guard.call("POST", f"/v1/awareness/{door}", handle, json={} if body is None else body)


def show(guard: Guard, handle: str) -> dict[str, Any]:
    answer = guard.call("GET", "/v1/awareness", handle)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def begin(guard: Guard, handle: str) -> dict[str, Any]:
    answer = post(guard, handle, "begin")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def answers(exam: dict[str, Any], wrong: int = 0) -> dict[str, Any]:
    """The body that answers an exam, with so many wrong answers."""
    given = {}
    for number, question in enumerate(exam["questions"]):
        right = BANK[question["code"]].right
        places = {choice["id"] for choice in question["choices"]}
        given[question["code"]] = sorted(places - right if number < wrong else right)
    return {"exam": exam["exam"], "answers": given}


def newcomer(guard: Guard, name: str, **columns: Any) -> tuple[Member, str]:
    """Somebody whose second factor is enrolled, who has no attestation yet, signed in."""
    now = guard.one("SELECT guard.instant()")
    member = guard.member(name, attested_until=now, **columns)
    row = guard.row("SELECT * FROM guard.habilitation WHERE account = $1", member.account)
    guard.amend("habilitation", row["id"], status="enrolled")
    guard.run(
        guard.world.insert(
            "origin", id=row["id"], request=_request(guard, member), requested_by=member.account,
            approved_by=member.account, enrolled_by=None, proof="passport", trained_at=None, begun_at=None,
            confirmed_by=None, confirmed_at=None,
        )
    )  # fmt: skip
    return member, guard.signed_in(member)[1]


def _request(guard: Guard, member: Member) -> str:
    identifier, now = str(uuid4()), guard.one("SELECT guard.instant()")
    guard.run(
        guard.world.insert(
            "request", id=identifier, kind="access", requester=member.account, beneficiary=None,
            organisation=guard.organisation, digest=b"", needed=1, status="approved", created_at=now, expires_at=now,
            decided_at=now, sealed=b"",
        )
    )  # fmt: skip
    return identifier


def attested_until(guard: Guard, member: Member) -> Any:
    return guard.one("SELECT attested_until FROM guard.account WHERE id = $1", member.account)


def begun_before(guard: Guard, exam: str, age: timedelta) -> None:
    row = guard.row("SELECT * FROM guard.exam WHERE id = $1", exam)
    guard.amend("exam", exam, begun_at=row["begun_at"] - age)


def test_i12_enrolled_newcomer_without_a_membership_passes_and_begins_a_probation(guard: Guard) -> None:
    member, handle = newcomer(guard, "Nora Newcomer")
    told = show(guard, handle)
    assert (told["attested"], told["reminder"], told["course"]["code"]) == (False, 0, "adviser")
    assert [(each["status"], each["here"]) for each in told["habilitations"]] == [("enrolled", True)]
    session = guard.call("GET", "/v1/session", handle).json()
    assert session["memberships"] == []

    exam = begin(guard, handle)
    assert len(exam["questions"]) == QUESTIONS
    assert "right" not in exam["questions"][0]
    assert "explanation" not in exam["questions"][0]
    before = guard.one("SELECT guard.instant()")
    result = post(guard, handle, "answer", answers(exam, wrong=2)).json()
    assert (result["passed"], result["score"], result["of"]) == (True, 8, 10)
    assert [each["correct"] for each in result["questions"]] == [False, False] + [True] * 8
    assert all(each["explanation"] for each in result["questions"])

    assert timedelta(days=183) <= attested_until(guard, member) - before < timedelta(days=183, minutes=5)
    assert guard.one("SELECT status FROM guard.habilitation WHERE account = $1", member.account) == "probation"
    origin = guard.row(
        "SELECT o.* FROM guard.origin o JOIN guard.habilitation h USING (id) WHERE h.account = $1", member.account
    )
    assert origin["trained_at"] == origin["begun_at"] is not None
    assert len(guard.journal("attested", member.account)) == 1
    session = guard.call("GET", "/v1/session", handle).json()
    assert [each["habilitation"] for each in session["memberships"]] == [session["habilitation"]]


def test_i12_newcomer_one_answer_short_is_neither_attested_nor_given_access(guard: Guard) -> None:
    member, handle = newcomer(guard, "Short Newcomer")
    before = attested_until(guard, member)
    result = post(guard, handle, "answer", answers(begin(guard, handle), wrong=3)).json()
    assert (result["passed"], result["score"]) == (False, 7)
    assert attested_until(guard, member) == before
    assert guard.one("SELECT status FROM guard.habilitation WHERE account = $1", member.account) == "enrolled"
    assert guard.journal("attested", member.account) == []
    assert len(guard.journal("exam-failed", member.account)) == 1
    assert show(guard, handle)["attempts_left"] == ATTEMPTS - 1


def test_agent_whose_attestation_ended_renews_it_and_works_again(guard: Guard) -> None:
    member = guard.member("Rene Renewer")
    handle = guard.signed_in(member)[1]
    guard.amend("account", member.account, attested_until=guard.one("SELECT guard.instant()") - HOUR)
    refused = guard.call("POST", "/v1/requests/options", handle, json={})
    assert refused.json()["code"] == "attestation-expired"
    assert post(guard, handle, "answer", answers(begin(guard, handle))).json()["passed"]
    assert guard.call("POST", "/v1/requests/options", handle, json={}).json()["code"] == "action-not-allowed"


@pytest.mark.parametrize("wrong", [0, 10])
def test_exam_answered_twice_is_judged_once(guard: Guard, wrong: int) -> None:
    member, handle = newcomer(guard, f"Twice{wrong} Answered")
    exam = begin(guard, handle)
    assert post(guard, handle, "answer", answers(exam, wrong)).status_code == 200
    again = post(guard, handle, "answer", answers(exam))
    assert (again.status_code, again.json()["code"]) == (409, "exam-over")
    assert len(guard.journal("attested", member.account)) == (wrong == 0)


def test_two_answers_at_once_to_one_exam_are_one_answer(guard: Guard) -> None:
    member, handle = newcomer(guard, "Race Answerer")
    exam = begin(guard, handle)
    with ThreadPoolExecutor(4) as threads:
        sent = threads.map(lambda wrong: post(guard, handle, "answer", answers(exam, wrong)), (10, 0, 10, 0))
        statuses = sorted(each.status_code for each in sent)
    assert statuses == [200, 409, 409, 409]
    assert len(guard.journal("attested", member.account)) + len(guard.journal("exam-failed", member.account)) == 1


def test_exams_begun_at_once_are_one_exam_and_one_attempt(guard: Guard) -> None:
    _, handle = newcomer(guard, "Race Beginner")
    with ThreadPoolExecutor(4) as threads:
        begun = {each["exam"] for each in threads.map(lambda _: begin(guard, handle), range(4))}
    assert len(begun) == 1
    assert show(guard, handle)["attempts_left"] == ATTEMPTS - 1


def test_fourth_exam_of_a_day_is_refused_and_given_again_24_hours_after_the_first(guard: Guard) -> None:
    _, handle = newcomer(guard, "Fourth Attempt")
    exams = []
    for _ in range(ATTEMPTS):
        exams.append(begin(guard, handle))
        post(guard, handle, "answer", answers(exams[-1], wrong=10))
    refused = post(guard, handle, "begin")
    assert (refused.status_code, refused.json()["code"]) == (429, "no-attempt-left")
    told = show(guard, handle)
    assert told["attempts_left"] == 0
    begun_before(guard, exams[0]["exam"], timedelta(hours=24) - timedelta(minutes=5))
    assert post(guard, handle, "begin").status_code == 429
    begun_before(guard, exams[0]["exam"], timedelta(minutes=6))
    assert post(guard, handle, "begin").status_code == 200


def test_exam_of_more_than_24_hours_is_not_judged(guard: Guard) -> None:
    _, handle = newcomer(guard, "Late Answerer")
    exam = begin(guard, handle)
    begun_before(guard, exam["exam"], timedelta(hours=24, minutes=1))
    late = post(guard, handle, "answer", answers(exam))
    assert late.json()["code"] == "exam-over"
    assert begin(guard, handle)["exam"] != exam["exam"]


def test_exam_of_an_earlier_edition_of_the_course_is_not_judged(guard: Guard) -> None:
    _, handle = newcomer(guard, "Edition Answerer")
    exam = begin(guard, handle)
    guard.amend("exam", exam["exam"], edition="0" * 16)
    assert post(guard, handle, "answer", answers(exam)).json()["code"] == "exam-over"


def test_exam_of_a_colleague_is_unknown_to_an_agent_of_the_same_role(guard: Guard) -> None:
    member, handle = newcomer(guard, "Owning Colleague")
    _, other = newcomer(guard, "Curious Colleague")
    exam = begin(guard, handle)
    refused = post(guard, other, "answer", answers(exam))
    assert (refused.status_code, refused.json()["code"]) == (404, "exam-unknown")
    assert post(guard, handle, "answer", answers(exam)).json()["passed"]
    assert len(guard.journal("attested", member.account)) == 1


def test_exam_with_a_question_left_out_or_another_put_in_is_not_judged_and_may_be_answered(guard: Guard) -> None:
    _, handle = newcomer(guard, "Missing Answerer")
    exam = begin(guard, handle)
    whole = answers(exam)
    first, *rest = whole["answers"]
    stranger = next(code for code in BANK if code not in whole["answers"])
    for changed in (
        {code: whole["answers"][code] for code in rest},
        {**whole["answers"], first: []},
        {**{code: whole["answers"][code] for code in rest}, stranger: [0]},
    ):
        refused = post(guard, handle, "answer", {**whole, "answers": changed})
        assert (refused.status_code, refused.json()["code"]) == (422, "exam-incomplete")
    assert post(guard, handle, "answer", whole).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"answers": {f"question-{number}": [0] for number in range(11)}},
        {"answers": {"q": list(range(9))}},
        {"answers": {"q": [-1]}},
        {"answers": {"q": [32]}},
        {"answers": {"q": ["0"]}},
        {"answers": {"x" * 49: [0]}},
        {"answers": [["q", 0]]},
        {"exam": "every"},
        {"passed": True},
    ],
)
def test_malformed_or_oversized_answers_are_refused_before_anything_is_read(
    guard: Guard, change: dict[str, Any]
) -> None:
    handle = _somebody(guard)
    body = {"exam": str(uuid4()), "answers": {"q": [0]}} | change
    refused = post(guard, handle, "answer", body)
    assert (refused.status_code, refused.json()["code"]) == (400, "malformed")
    assert post(guard, handle, "begin", {"course": "adviser"}).status_code == 400
    assert post(guard, handle, "answer", {"exam": "x" * 300_000, "answers": {}}).status_code == 413


def _somebody(guard: Guard) -> str:
    cached: str | None = getattr(guard, "some_handle", None)
    if cached is None:
        cached = guard.signed_in(guard.member("Some Body"))[1]
        guard.some_handle = cached  # type: ignore[attr-defined]
    return cached


@pytest.mark.parametrize("how", ["suspended", "contained"])
def test_i07_agent_suspended_in_the_middle_of_an_exam_is_not_attested(guard: Guard, how: str) -> None:
    member, handle = newcomer(guard, f"{how.title()} Answerer")
    exam = begin(guard, handle)
    if how == "suspended":
        guard.amend("account", member.account, status="suspended")
    else:
        guard.run(guard.world.contain("account", member.account))
    for refused in (
        post(guard, handle, "answer", answers(exam)),
        post(guard, handle, "begin"),
        post(guard, handle, "course"),
        guard.call("GET", "/v1/awareness", handle),
    ):
        assert (refused.status_code, refused.json()["code"]) == (403, "account-suspended")
    assert guard.journal("attested", member.account) == []


def test_agent_whose_roles_all_ended_has_no_course(guard: Guard) -> None:
    member = guard.member("Former Agent")
    handle = guard.signed_in(member)[1]
    guard.amend(
        "habilitation", guard.one("SELECT id FROM guard.habilitation WHERE account = $1", member.account),
        status="closed",
    )  # fmt: skip
    assert show(guard, handle)["course"] is None
    for door in ("course", "begin"):
        assert post(guard, handle, door).json()["code"] == "no-course"


def test_handle_from_another_client_begins_no_exam_and_ends_the_session(guard: Guard) -> None:
    member, handle = newcomer(guard, "Stolen Handle")
    stolen = guard.call("POST", "/v1/awareness/begin", handle, client="another client", json={})
    assert stolen.json()["code"] == "session-other-client"
    assert post(guard, handle, "begin").json()["code"] == "session-ended"
    assert guard.journal("exam-begun", member.account) == []


@pytest.mark.parametrize(
    "change", ["passed = true, ended_at = begun_at, score = 10", "drawn = drawn[1:1]", "begun_at = now()"]
)
def test_i16_exam_rewritten_in_the_database_attests_nobody(guard: Guard, change: str) -> None:
    member, handle = newcomer(guard, f"Forged{len(change)} Exam")
    exam = begin(guard, handle)
    guard.execute(f"UPDATE guard.exam SET {change} WHERE id = $1", exam["exam"])
    body = (
        answers(exam) if "drawn" not in change else {**answers(exam), "answers": {exam["questions"][0]["code"]: [0]}}
    )
    assert post(guard, handle, "answer", body).json()["code"] == "integrity"
    assert guard.journal("attested", member.account) == []


@pytest.mark.parametrize("tongue", ["fr", "en"])
def test_agent_reads_the_course_of_their_job_in_their_language(guard: Guard, tongue: str) -> None:
    manager = guard.member(f"Manager {tongue.title()}", role="account-manager", with_totp=False, with_passkey=True)
    handle = guard.signed_in(manager)[1]
    headers = {
        "authorization": f"Bearer {guard.token()}", "beffroi-session": handle,
        "beffroi-client": "client-of-the-browser", "accept-language": tongue,
    }  # fmt: skip
    read = httpx.post(f"{guard.url}/v1/awareness/course", headers=headers, json={}).json()
    assert read["code"] == "account-manager"
    titles = [chapter["title"] for chapter in read["chapters"]]
    assert ("Décembre 2025, pas à pas" if tongue == "fr" else "December 2025, step by step") in titles
    kinds = {("points" if block["points"] else "text") for chapter in read["chapters"] for block in chapter["blocks"]}
    assert kinds == {"points", "text"}


def test_reading_a_chapter_keeps_the_session_alive(guard: Guard) -> None:
    member, handle = newcomer(guard, "Slow Reader")
    guard.execute(
        "UPDATE guard.session SET seen_at = seen_at - interval '29 minutes' WHERE account = $1", member.account
    )
    assert post(guard, handle, "course").status_code == 200
    idle = guard.one("SELECT guard.instant() - seen_at FROM guard.session WHERE account = $1", member.account)
    assert idle < timedelta(minutes=5)
