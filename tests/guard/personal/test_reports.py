"""A consultation that its person does not recognise: reported once, looked into, answered; and nobody else's."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import NamedTuple
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from beffroi.core.personal import MOST_REPORTS, Objection
from beffroi.core.refusals import Code
from tests.guard.approvals.office import Seat, seat
from tests.guard.personal.space import REPORT, REPORTS, Space, other

LIST, EXAMINE, ANSWER = "/v1/reports/list", "/v1/reports/examine", "/v1/reports/answer"


class Watch(NamedTuple):
    """Who looks into reports: the network's officer, the office's, another office's; and a manager, who does not."""

    network: Seat
    office: Seat
    elsewhere: Seat
    manager: Seat


@pytest.fixture(scope="module")
def watch(served: Space) -> Watch:
    guard = served.guard
    network = guard.run(guard.world.organisation("Network", kind="network"))
    south = guard.run(guard.world.organisation("South"))
    return Watch(
        seat(guard, "Claire Fontaine", "security-officer", organisation=network),
        seat(guard, "Luc Dupuis", "security-officer"),
        seat(guard, "Sud Ouest", "security-officer", organisation=south),
        seat(guard, "Philippe Garnier", "account-manager"),
    )


@pytest.fixture(autouse=True)
def _no_report(served: Space) -> Iterator[None]:
    yield
    served.guard.execute("DELETE FROM guard.report")


def code(answer: httpx.Response) -> str:
    return str(answer.json()["code"])


def made(served: Space, handle: str, entry: int) -> httpx.Response:
    return served.ask(handle, REPORT, entry=entry, at=served.at(entry))


def test_person_reports_a_consultation_and_follows_it_to_its_answer(served: Space, watch: Watch) -> None:
    account = str(uuid4())
    entry = served.consulted(served.ines, account=account)
    handle = served.signed_in()
    report = made(served, handle, entry)
    assert report.status_code == 201, report.text
    [own] = served.ask(handle, REPORTS).json()["rows"]
    assert (own["entry"], own["standing"], own["organisation_name"]) == (entry, "received", "North")
    assert account not in served.ask(handle, REPORTS).text
    assert [row["reported"] for row in served.ask(handle).json()["rows"] if row["entry"] == entry] == [True]
    call = served.guard.call
    listed = call("POST", LIST, watch.network.handle, json={})
    [row] = listed.json()["rows"]
    assert (row["entry"], row["account"], row["standing"]) == (entry, account, "received")
    assert served.ines not in listed.text
    one = {"report": row["report"]}
    assert call("POST", EXAMINE, watch.network.handle, json=one).json() == {"standing": "examined"}
    assert code(call("POST", EXAMINE, watch.network.handle, json=one)) == Objection.REPORT_CLOSED
    assert served.ask(handle, REPORTS).json()["rows"][0]["standing"] == "examined"
    answered = call("POST", ANSWER, watch.network.handle, json=one | {"answer": "error"})
    assert answered.json() == {"standing": "answered"}
    [own] = served.ask(handle, REPORTS).json()["rows"]
    assert own["answer"]["fr"].startswith("Nous avons vérifié : l’agent s’est trompé")
    again = call("POST", ANSWER, watch.network.handle, json=one | {"answer": "justified"})
    assert code(again) == Objection.REPORT_CLOSED
    kinds = ("consultation-reported", "report-examined", "report-answered")
    said = [served.guard.journal(kind)[-1] for kind in kinds]
    assert {str(one["person"]) for one in said} == {served.ines}
    assert [one["account"] and str(one["account"]) for one in said] == [None, *[watch.network.member.account] * 2]


def test_officers_of_the_place_and_the_network_are_told_of_a_report_and_of_nobody_in_it(
    served: Space, watch: Watch
) -> None:
    guard, entry = served.guard, served.consulted(served.ines, account=str(uuid4()))
    guard.execute("DELETE FROM guard.message")
    made(served, served.signed_in(), entry)
    rows = guard.run(guard.world.conn.fetch("SELECT * FROM guard.message"))
    told = {str(row["recipient"]) for row in rows}
    assert {watch.network.member.account, watch.office.member.account} <= told
    assert not told & {watch.elsewhere.member.account, watch.manager.member.account}
    assert {(row["template"], row["refs"]) for row in rows} == {("report-made", "{}")}
    assert served.ines not in str(rows)


def test_consultation_is_reported_once_whatever_the_race(served: Space) -> None:
    entry = served.consulted(served.ines)
    handle = served.signed_in()
    before, body = len(served.guard.journal("consultation-reported")), {"entry": entry, "at": served.at(entry)}
    with ThreadPoolExecutor(5) as pool:
        answers = [one.status_code for one in pool.map(lambda _: served.ask(handle, REPORT, **body), range(5))]
    assert sorted(answers) == [201, 409, 409, 409, 409]
    assert len(served.guard.journal("consultation-reported")) == before + 1


def test_person_reports_nothing_that_is_not_a_consultation_of_the_own_file(served: Space) -> None:
    somebody = served.file(last_name="Autrui", first_names="Zoé", birth_date="2003-01-01")
    own, theirs = served.consulted(served.ines), served.consulted(somebody)
    refusal = served.consulted(served.ines, "refused", 0)
    handle = served.signed_in()
    own_reading = served.guard.journal("person-signed-in")[-1]["entry"]
    for entry in (theirs, refusal, own_reading):
        assert code(made(served, handle, entry)) == Objection.CONSULTATION_UNKNOWN, entry
    elsewhen = served.ask(handle, REPORT, entry=own, at=served.at(theirs))
    assert code(elsewhen) == Objection.CONSULTATION_UNKNOWN
    assert code(served.ask(handle, REPORT, entry=1 << 60, at=served.at(own))) == Objection.CONSULTATION_UNKNOWN
    assert made(served, handle, own).status_code == 201


def test_reports_of_one_person_are_limited_and_anothers_are_not(served: Space) -> None:
    handle = served.signed_in()
    entries = [served.consulted(served.ines) for _ in range(MOST_REPORTS + 1)]
    for entry in entries[:-1]:
        assert made(served, handle, entry).status_code == 201
    assert code(made(served, handle, entries[-1])) == Objection.TOO_MANY_REPORTS
    zoe = served.file(last_name="Limite", first_names="Zoé", birth_date="2002-02-02")
    served.know(other("zoe-limite", family_name="LIMITE", given_name="Zoé", birthdate="2002-02-02"))
    assert made(served, served.signed_in("zoe-limite"), served.consulted(zoe)).status_code == 201


def test_consultation_reported_under_an_id_that_was_merged_away_is_not_reported_again(served: Space) -> None:
    guard, goes = served.guard, served.file()
    entry, other = served.consulted(goes), served.consulted(goes)
    guard.execute(
        "INSERT INTO guard.report (id, person, entry, consulted_at, standing, reported_at, version, mac)"
        " VALUES (gen_random_uuid(), $1, $2, guard.instant(), 'received', guard.instant(), 1, '')",
        goes, entry,
    )  # fmt: skip
    alias = str(uuid4())

    async def merge() -> None:
        now = await guard.world.now()
        await guard.world.insert(
            "person_alias", id=alias, person=goes, survivor=served.ines, organisation=guard.organisation,
            merged_by=str(uuid4()), merged_at=now, undo_until=now, ended_at=None, ended_by=None,
        )  # fmt: skip

    guard.run(merge())
    try:
        handle = served.signed_in()
        assert code(made(served, handle, entry)) == Objection.REPORTED_ALREADY
        assert made(served, handle, other).status_code == 201, "another consultation of that id"
    finally:
        guard.amend("person_alias", alias, ended_at=guard.run(guard.world.now()))


def test_officer_of_an_office_sees_and_answers_that_offices_reports_alone(served: Space, watch: Watch) -> None:
    entry = served.consulted(served.ines)
    handle = served.signed_in()
    report = made(served, handle, entry).json()["report"]
    call = served.guard.call
    body = {"report": report, "answer": "justified"}
    assert call("POST", LIST, watch.elsewhere.handle, json={}).json()["rows"] == []
    assert code(call("POST", ANSWER, watch.elsewhere.handle, json=body)) == Objection.REPORT_UNKNOWN
    assert code(call("POST", EXAMINE, watch.elsewhere.handle, json={"report": report})) == Objection.REPORT_UNKNOWN
    assert [row["report"] for row in call("POST", LIST, watch.office.handle, json={}).json()["rows"]] == [report]
    assert call("POST", ANSWER, watch.office.handle, json=body).status_code == 200


def test_officer_answers_no_report_about_his_own_account_or_line(served: Space, watch: Watch) -> None:
    call, network = served.guard.call, watch.network.member.account
    above, below = str(uuid4()), served.guard.member("Recrue Enligne").account
    maker = served.guard.member("Parrain Enligne").account
    before = served.guard.row("SELECT requested_by FROM guard.account WHERE id = $1", network)["requested_by"]
    served.guard.amend("account", below, requested_by=network)
    served.guard.amend("account", network, requested_by=maker)
    served.guard.amend("account", maker, requested_by=UUID(above))
    handle = served.signed_in()
    try:
        for account, refused in ((network, True), (below, True), (maker, True), (str(uuid4()), False)):
            report = made(served, handle, served.consulted(served.ines, account=account)).json()["report"]
            one = {"report": report}
            for path, body in ((EXAMINE, one), (ANSWER, one | {"answer": "justified"})):
                answer = call("POST", path, watch.network.handle, json=body)
                assert (answer.status_code == 403) == refused, answer.text
                assert not refused or code(answer) == Objection.REPORT_OWN
            if refused:
                assert call("POST", ANSWER, watch.office.handle, json=one | {"answer": "error"}).status_code == 200
    finally:
        served.guard.amend("account", network, requested_by=before)


def test_manager_looks_into_no_report_where_security_does(served: Space, watch: Watch) -> None:
    entry = served.consulted(served.ines)
    report = made(served, served.signed_in(), entry).json()["report"]
    for path, body in ((LIST, {}), (EXAMINE, {"report": report}), (ANSWER, {"report": report, "answer": "error"})):
        answer = served.guard.call("POST", path, watch.manager.handle, json=body)
        assert code(answer) == Code.ACTION_NOT_ALLOWED
        assert served.guard.call("POST", path, watch.office.handle, json=body).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"report": "x"}, {"report": str(uuid4()), "answer": "free text"}, {"report": str(uuid4()), "answer": ""},
        {"report": str(uuid4())}, {"answer": "error"}, {"report": str(uuid4()), "answer": "error", "note": "Inès"},
    ],
)  # fmt: skip
def test_answer_that_is_not_of_the_list_is_malformed(served: Space, watch: Watch, body: dict[str, str]) -> None:
    assert served.guard.call("POST", ANSWER, watch.network.handle, json=body).status_code == 400


def test_report_nobody_knows_is_not_found(served: Space, watch: Watch) -> None:
    body = {"report": str(uuid4()), "answer": "error"}
    assert code(served.guard.call("POST", ANSWER, watch.network.handle, json=body)) == Objection.REPORT_UNKNOWN


def forged(how: str) -> bytes:
    """What is put behind the MAC of a report that is changed: one that is left as it was is refused."""
    return b"" if how == "as it was" else b"0"


@pytest.mark.parametrize("how", ["as it was", "answered", "of another account", "of another office"])
def test_i16_report_changed_behind_the_guard_is_shown_to_nobody_nor_moved(
    served: Space, watch: Watch, how: str
) -> None:
    handle = served.signed_in()
    report, other_one = [made(served, handle, served.consulted(served.ines)).json()["report"] for _ in range(2)]
    change = {
        "as it was": "standing = standing",
        "answered": "standing = 'answered', answer = 'justified', answered_at = guard.instant()",
        "of another account": "account = gen_random_uuid()",
        "of another office": "organisation = gen_random_uuid()",
    }[how]
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) if how != "as it was" else nullcontext():
        served.guard.execute(f"UPDATE guard.report SET {change} WHERE id = $1", report)
    served.guard.execute(f"UPDATE guard.report SET {change}, mac = mac || $2 WHERE id = $1", report, forged(how))
    listed = served.guard.call("POST", LIST, watch.network.handle, json={}).json()["rows"]
    told = (
        served.ask(handle, REPORTS),
        served.guard.call("POST", EXAMINE, watch.network.handle, json={"report": report}),
    )
    if how == "as it was":
        assert [one.status_code for one in told] == [200, 200]
        assert {row["report"] for row in listed} == {report, other_one}
    else:
        assert {code(one) for one in told} == {Code.INTEGRITY.value}
        assert [row["report"] for row in listed] == [other_one], "one altered row closes nobody's list"


def test_i16_report_slipped_in_behind_the_guard_is_shown_to_nobody(served: Space, watch: Watch) -> None:
    handle, entry = served.signed_in(), served.consulted(served.ines)
    served.guard.execute(
        "INSERT INTO guard.report (id, person, entry, consulted_at, standing, reported_at, version, mac)"
        " VALUES (gen_random_uuid(), $1, $2, guard.instant(), 'received', guard.instant(), 1, '')",
        served.ines, entry,
    )  # fmt: skip
    assert code(served.ask(handle, REPORTS)) == Code.INTEGRITY.value
    assert served.guard.call("POST", LIST, watch.network.handle, json={}).json()["rows"] == []
