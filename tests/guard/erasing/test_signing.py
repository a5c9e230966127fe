"""A list of files to erase is signed off by two people, exactly as it was read, or not at all."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.guard.approvals.office import approve, decide
from tests.guard.erasing.conftest import RULES, Office


def test_list_that_two_people_signed_off_is_erased_and_everybody_else_stays(office: Office) -> None:
    going = [office.due() for _ in range(3)]
    staying = [office.due(days=RULES.erase_days - 1), office.guard.run(office.guard.world.person())]
    list_ = office.signed(*going)
    assert office.left(*going) == set(going), "a signature erases nobody by itself"
    assert office.carry_out() == {"erased": 3}
    assert office.left(*going, *staying) == set(staying)
    told = office.show(list_)
    assert (told["list"]["status"], told["list"]["erased"], told["lines"]) == ("done", 3, [])
    erased = [entry for entry in office.guard.journal("erased") if str(entry["person"]) in going]
    assert {str(entry["person"]) for entry in erased} == set(going)
    assert all(list_ in entry["detail"] for entry in erased)


@pytest.mark.parametrize("approvals", [1, 2])
def test_approver_alone_signs_nothing_off(office: Office, approvals: int) -> None:
    person = office.due()
    office.prepare()
    shown = office.open_list()
    request = office.request(shown).json()["request"]
    for approver in (office.helene, office.thomas)[:approvals]:
        assert approve(office.guard, approver, request).status_code == 303
    again = office.ask(office.helene, "/v1/requests/show", request=request).json()
    assert "decide_url" not in again, "one word counts once"
    office.carry_out()
    assert office.left(person) == ({person} if approvals == 1 else set())


def test_i04_founder_who_asks_approves_not_his_own_list(office: Office) -> None:
    person = office.due()
    office.prepare()
    made = office.request(office.open_list(), office.founder)
    assert made.status_code == 201, made.text
    request = made.json()["request"]
    assert decide(office.guard, office.helene, request).status_code == 200
    refused = office.ask(office.founder, "/v1/requests/show", request=request).json()
    assert refused["objection"] == "same-person"
    assert approve(office.guard, office.helene, request).status_code == 303
    office.carry_out()
    assert office.left(person) == {person}


def test_list_changed_after_the_first_approval_is_not_signed_off(office: Office) -> None:
    person, other = office.due(), office.due()
    office.prepare()
    shown = office.open_list()
    request = office.request(shown).json()["request"]
    opened = decide(office.guard, office.thomas, request)
    assert approve(office.guard, office.helene, request).status_code == 303
    held = office.ask(
        office.correspondent, "/v1/erasures/hold", list=shown["list"]["list"], person=other, reason="litigation"
    )
    assert held.status_code == 200, held.text
    assert approve(office.guard, office.thomas, request, page=opened).status_code == 409
    office.carry_out()
    assert office.left(person, other) == {person, other}
    assert office.request(shown).json()["code"] == "not-in-that-state", "as it was read before"
    fresh = office.open_list()
    assert [line["person"] for line in fresh["lines"]] == [person]
    assert [(one["person"], one["reason"]) for one in fresh["holds"]] == [(other, "litigation")]


def test_list_that_waits_for_its_signatures_is_not_added_to(office: Office) -> None:
    person = office.due()
    office.prepare()
    shown = office.open_list()
    assert office.request(shown).status_code == 201
    late = office.due()
    assert office.prepare() == {}
    assert [line["person"] for line in office.open_list()["lines"]] == [person]
    assert office.left(late) == {late}


def test_list_signed_off_is_not_asked_for_again(office: Office) -> None:
    person = office.due()
    office.prepare()
    shown = office.open_list()
    request = office.request(shown).json()["request"]
    assert office.request(shown).json()["code"] == "already-requested"
    for approver in (office.helene, office.thomas):
        assert approve(office.guard, approver, request).status_code == 303
    assert office.request(shown).json()["code"] == "not-in-that-state"
    assert office.carry_out() == {"erased": 1}
    assert office.carry_out() == {}, "done once"
    assert office.request(shown).json()["code"] == "not-in-that-state"
    assert office.left(person) == set()


def test_list_of_a_digest_or_an_id_made_up_is_not_asked_for(office: Office) -> None:
    office.due()
    office.prepare()
    shown = office.open_list()
    for list_, sha256 in ((shown["list"]["list"], "0" * 64), (str(uuid4()), shown["list"]["sha256"])):
        body = {"list": list_, "sha256": sha256}
        made = office.ask(office.correspondent, "/v1/requests/make", kind="erasure", body=body)
        assert made.json()["code"] == "not-in-that-state"
    for sha256 in ("0" * 63, "0" * 10_000, None, "G" * 64):
        body = {"list": shown["list"]["list"], "sha256": sha256}
        made = office.ask(office.correspondent, "/v1/requests/make", kind="erasure", body=body)
        assert made.status_code == 400


def test_correspondent_of_another_office_meets_a_list_as_one_that_is_not_there(office: Office) -> None:
    person = office.due()
    office.prepare()
    shown = office.open_list()
    list_ = shown["list"]["list"]
    assert office.ask(office.elsewhere, "/v1/erasures/lists").json()["rows"] == []
    hold = {"person": person, "reason": "minor"}
    for path, more in (("show", {}), ("hold", hold)):
        forbidden = office.ask(office.elsewhere, f"/v1/erasures/{path}", list=list_, **more)
        unknown = office.ask(office.elsewhere, f"/v1/erasures/{path}", list=str(uuid4()), **more)
        assert (forbidden.status_code, forbidden.json()) == (unknown.status_code, unknown.json())
        assert forbidden.status_code >= 400
    assert office.request(shown, office.elsewhere).json()["code"] == "not-in-that-state"
    assert office.ask(office.correspondent, "/v1/erasures/hold", list=list_, **hold).status_code == 200


def test_adviser_of_the_office_sees_no_list_and_an_approver_only_reads(office: Office) -> None:
    person = office.due()
    office.prepare()
    shown = office.open_list()
    list_ = shown["list"]["list"]
    hold = {"list": list_, "person": person, "reason": "minor"}
    assert office.ask(office.adviser, "/v1/erasures/lists").json()["code"] == "action-not-allowed"
    assert office.ask(office.adviser, "/v1/erasures/show", list=list_).json()["code"] == "action-not-allowed"
    assert office.ask(office.adviser, "/v1/erasures/hold", **hold).json()["code"] == "action-not-allowed"
    assert office.request(shown, office.adviser).json()["code"] == "action-not-allowed"
    assert office.ask(office.helene, "/v1/erasures/show", list=list_).status_code == 200
    assert office.ask(office.helene, "/v1/erasures/hold", **hold).json()["code"] == "out-of-reach"
    assert office.request(shown, office.helene).json()["code"] == "out-of-reach"


def test_file_held_back_goes_back_on_a_list_when_the_hold_ends(office: Office) -> None:
    person = office.due()
    office.prepare()
    list_ = office.open_list()["list"]["list"]
    wrong = office.ask(office.correspondent, "/v1/erasures/hold", list=list_, person=str(uuid4()), reason="minor")
    assert wrong.json()["code"] == "not-in-that-state"
    free = office.ask(office.correspondent, "/v1/erasures/hold", list=list_, person=person, reason="Il est malade")
    assert free.status_code == 400, "a code of the list, no text"
    held = office.ask(office.correspondent, "/v1/erasures/hold", list=list_, person=person, reason="minor").json()
    assert office.prepare() == {}
    assert office.open_list()["lines"] == []
    assert office.request(office.open_list()).json()["code"] == "not-in-that-state", "nothing to sign"
    elsewhere = office.ask(office.elsewhere, "/v1/erasures/release", hold=held["hold"])
    assert elsewhere.json()["code"] == "not-in-that-state"
    assert office.ask(office.correspondent, "/v1/erasures/release", hold=held["hold"]).status_code == 200
    again = office.ask(office.correspondent, "/v1/erasures/release", hold=held["hold"])
    assert again.json()["code"] == "not-in-that-state"
    assert office.prepare() == {"listed": 1}
    assert [line["person"] for line in office.open_list()["lines"]] == [person]


def test_file_that_nobody_ever_followed_is_on_the_networks_list(office: Office) -> None:
    person = office.guard.run(office.guard.world.person())
    office.guard.execute(
        "UPDATE guard.person SET created_at = created_at - $2::interval WHERE id = $1",
        person, timedelta(days=RULES.erase_days + 1),
    )  # fmt: skip
    office.prepare()
    [row] = [
        one for one in office.ask(office.founder, "/v1/erasures/lists").json()["rows"] if one["status"] == "open"
    ]
    assert row["organisation"]["name"] == "Network"
    shown = office.ask(office.founder, "/v1/erasures/show", list=row["list"]).json()
    assert [line["person"] for line in shown["lines"]] == [person]
    assert office.ask(office.correspondent, "/v1/erasures/show", list=row["list"]).status_code >= 400
