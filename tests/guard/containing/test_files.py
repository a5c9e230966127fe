"""The files of an organisation, closed in one gesture while its people work on: what is refused, and what is not."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from beffroi.core.approvals import Objection
from beffroi.core.refusals import Code
from tests.databases import FreshDatabase
from tests.guard.approvals.office import Seat, seat
from tests.guard.containing.test_doors import Network, code, network_of
from tests.guard.signin.serving import serve

TRAINING = "training-organisation"


@pytest.fixture
def own(fresh: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with serve(fresh.guard, tmp_path_factory.mktemp("provider")) as guard:
        yield network_of(guard)


class School:
    """A training organisation, and somebody of its staff."""

    def __init__(self, network: Network, name: str, staff: str) -> None:
        self.network, guard = network, network.guard
        self.id = guard.run(guard.world.organisation(name, kind=TRAINING, siret="73282932000074"))
        self.staff = seat(guard, staff, "training-staff", organisation=self.id)

    def bill(self, who: Seat | None = None, **body: Any) -> httpx.Response:
        """Ask whether one bills."""
        handle = (who or self.staff).handle
        return self.network.guard.call("POST", "/v1/invoicing/standing", handle, json=body)

    def closed(self) -> bool:
        """Whether the session says that files are closed."""
        answer = self.network.guard.call("GET", "/v1/session", self.staff.handle)
        assert answer.status_code == 200, answer.text
        return bool(answer.json()["files_closed"])


def test_files_of_a_training_organisation_close_and_open_again_by_two_people(own: Network) -> None:
    school, other = School(own, "Atelier", "Nadia Benali"), School(own, "Rival", "Rita Rivale")
    told = own.post(own.security, "preview", kind="files", scope=school.id).json()
    assert (told["name"], told["objection"]) == ("Atelier", None)
    assert (told["cost"]["stopped"], told["cost"]["sessions"], told["cost"]["reduced"]) == (0, 0, 1)
    assert not school.closed(), "looking cuts nothing"
    made = own.post(own.security, "make", kind="files", scope=school.id, reason="stolen-account")
    assert (made.status_code, made.json()["sessions"]) == (201, 0), made.text
    assert (school.closed(), other.closed()) == (True, False)
    assert school.bill().json()["side"] == "seller"
    again = own.post(own.security, "make", kind="files", scope=school.id, reason="exercise")
    assert code(again) == Objection.ALREADY_CUT
    assert own.guard.journal("contained")[-1]["explanation"] == "stolen-account"
    asked = own.lift(made.json()["containment"])
    own.agreed(asked.json()["request"], own.approvers[0])
    assert school.closed(), "one of two who agree gives nothing back"
    own.agreed(asked.json()["request"], own.approvers[1])
    assert not school.closed()


def test_files_of_every_training_organisation_close_in_one_gesture_and_no_offices(own: Network) -> None:
    schools = School(own, "Atelier", "Nadia Benali"), School(own, "Rival", "Rita Rivale")
    adviser = seat(own.guard, "Ana Moreau", "adviser")
    kinds = own.post(own.security, "options").json()["organisation_kinds"]
    assert TRAINING in {each["code"] for each in kinds}
    told = own.post(own.security, "preview", kind="files", scope=TRAINING).json()
    assert (told["cost"]["stopped"], told["cost"]["reduced"]) == (0, 2)
    made = own.post(own.security, "make", kind="files", scope=TRAINING, reason="notice-received")
    assert made.status_code == 201, made.text
    assert [each.closed() for each in schools] == [True, True]
    assert {each.bill().status_code for each in schools} == {200}
    assert not own.guard.call("GET", "/v1/session", adviser.handle).json()["files_closed"]
    listed = own.post(own.security, "list").json()["cuts"]
    assert [(each["kind"], each["scope"], each["sessions"]) for each in listed] == [("files", TRAINING, 0)]


def test_organisation_contained_whole_bills_no_more(own: Network) -> None:
    school = School(own, "Atelier", "Nadia Benali")
    clerk = seat(own.guard, "Odile Comptable", "billing-clerk", organisation=school.id)
    assert {school.bill(each).status_code for each in (school.staff, clerk)} == {200}
    made = own.post(own.security, "make", kind="organisation", scope=school.id, reason="exercise")
    assert made.json()["sessions"] == 2
    assert {code(school.bill(each)) for each in (school.staff, clerk)} == {Code.SESSION_ENDED}


def test_officer_of_an_office_closes_the_files_of_his_own_and_of_nobody_else(own: Network) -> None:
    school = School(own, "Atelier", "Nadia Benali")
    officer = seat(own.guard, "Luc Garde", "security-officer")
    for scope in (school.id, TRAINING, "youth-office"):
        refused = own.post(officer, "make", kind="files", scope=scope, reason="exercise")
        assert code(refused) == Objection.OUT_OF_REACH, refused.text
    assert own.post(officer, "options").json()["organisation_kinds"] == []
    assert own.post(officer, "make", kind="files", scope=own.guard.organisation, reason="exercise").status_code == 201


@pytest.mark.parametrize("scope", ["", "network", "novel", "x" * 65, "training_organisation", None])
def test_files_of_what_is_no_organisation_are_not_closed(own: Network, scope: str | None) -> None:
    for door, more in (("preview", {}), ("make", {"reason": "exercise"})):
        answer = own.post(own.security, door, kind="files", scope=scope, **more)
        assert answer.status_code == 400, answer.text


def test_files_of_an_unknown_organisation_are_not_closed(own: Network) -> None:
    unknown = "6f0c3cbb-4a8b-4b70-9c9d-3f6a2a4a8e11"
    answer = own.post(own.security, "make", kind="files", scope=unknown, reason="exercise")
    assert (answer.status_code, code(answer)) == (404, Objection.NOTHING_TO_CUT)


def test_billing_is_for_clerks_and_training_staff_and_for_nobody_else(own: Network) -> None:
    school = School(own, "Atelier", "Nadia Benali")
    guard = own.guard
    clerk = seat(guard, "Remi Comptable", "billing-clerk")
    assert school.bill(clerk).json()["side"] == "buyer"
    told = school.bill().json()
    assert told == {
        "account": school.staff.member.account, "organisation": school.id, "name": "Atelier",
        "siret": "73282932000074", "side": "seller",
    }  # fmt: skip
    adviser = seat(guard, "Ana Moreau", "adviser")
    for who in (adviser, own.manager, own.approvers[0], own.security):
        refused = school.bill(who)
        assert (refused.status_code, code(refused)) == (403, Code.ACTION_NOT_ALLOWED)
    assert school.bill(more=1).status_code == 400
    assert "bill" not in guard.call("GET", "/v1/session", adviser.handle).json()["duties"]
    assert "bill" in guard.call("GET", "/v1/session", clerk.handle).json()["duties"]
