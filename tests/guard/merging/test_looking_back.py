"""Whoever looks back sees one person in two ids: an incident's list, who read somebody, the person's own space."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.config.console.stack import guard_served
from tests.databases import FreshDatabase
from tests.guard.approvals.office import Seat, seat
from tests.guard.forensics.test_doors import READ_BY, READERS, Office
from tests.guard.personal.space import PROOF, REPORT, REPORTS, Space, ines
from tests.guard.signin.serving import Guard
from tests.standards.documents.samples import pdf


@pytest.fixture(scope="module")
def served(fresh_for_module: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Space]:
    folder = tmp_path_factory.mktemp("guard")
    with guard_served(fresh_for_module, folder, "http://localhost:1/back") as (guard, _, _):
        made = Space(guard, "")
        made.ines = made.file(last_name="Delaunay", first_names="Inès", birth_date="2005-03-14", identity=ines())
        yield made


@pytest.fixture(scope="module")
def office(served: Space) -> Office:
    guard = served.guard
    network = guard.run(guard.world.organisation("Network", kind="network"))
    security = seat(guard, "Claire Fontaine", "security-officer", organisation=network)
    advisers = (seat(guard, "Camille Moreau", "adviser"), seat(guard, "Karim Haddad", "adviser"))
    return Office(guard, security, security, security, advisers, ())


def compared(guard: Guard, who: Seat, *people: str) -> None:
    """Open them, as a comparison does."""
    for person in people:
        body = {"purpose": "follow-up", "person": person, "groups": ["identity"]}
        assert guard.call("POST", "/v1/open", who.handle, json=body).status_code == 200


def merge(guard: Guard, who: Seat, stays: str, goes: str) -> str:
    """One file of two, through the doors: compared, then made."""
    compared(guard, who, stays, goes)
    body = {"purpose": "follow-up", "stays": stays, "goes": goes, "stays_version": 1, "goes_version": 1}
    answer = guard.call("POST", "/v1/merges/make", who.handle, json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["merge"])


def test_i11_person_of_two_ids_is_named_once_with_the_groups_and_openings_of_both(office: Office) -> None:
    guard, (camille, karim) = office.guard, office.advisers
    stays, goes, other = [str(guard.run(guard.world.person(guard.organisation))) for _ in range(3)]
    for person, groups in ((stays, 1), (goes, 2), (goes, 4), (other, 1)):
        office.read(camille, person, groups)
    before = office.ask(office.security, READERS, by="account", ids=[camille.member.account]).json()
    assert before["total"] == 3
    made = merge(guard, karim, stays, goes)
    window = {"until_at": (datetime.now(UTC) + timedelta(hours=2)).isoformat()}
    after = office.ask(office.security, READERS, by="account", ids=[camille.member.account], **window).json()
    assert {row["person"]: (row["groups"], row["openings"]) for row in after["rows"]} == {
        stays: (["identity", "contact", "nir"], 3), other: (["identity"], 1),
    }  # fmt: skip
    assert (after["total"], after["openings"]) == (2, before["openings"])
    for person in (stays, goes):
        told = office.ask(office.security, READ_BY, person=person).json()
        assert told["total"] == 5, "those of the comparison too"
        assert [row["groups"] for row in told["rows"]][2:] == [["nir"], ["contact"], ["identity"]]
    assert office.ask(office.security, READ_BY, person=other).json()["total"] == 1
    undone = guard.call("POST", "/v1/merges/undo", karim.handle, json={"purpose": "follow-up", "merge": made})
    assert undone.status_code == 200, undone.text
    window = {"until_at": (datetime.now(UTC) + timedelta(hours=3)).isoformat()}
    parted = office.ask(office.security, READERS, by="account", ids=[camille.member.account], **window).json()
    assert parted["rows"] == before["rows"], "two people again"


def test_i11_person_sees_the_consultations_of_both_files_whichever_of_them_was_bound(
    served: Space, office: Office
) -> None:
    guard, karim = served.guard, office.advisers[1]
    first = served.consulted(served.ines)
    handle = served.signed_in()
    assert served.ask(handle).json()["total"] == 1
    stays = served.file(last_name="Delaunaye", first_names="Inès", birth_date="2005-03-14")
    second = served.consulted(stays)
    served.consulted(served.file())
    guard.run(guard.world.conn.execute("UPDATE guard.person SET version = 1 WHERE id = $1", served.ines))
    body = {"purpose": "follow-up", "stays": stays, "goes": served.ines, "stays_version": 1, "goes_version": 1}
    compared(guard, karim, stays, served.ines)
    answer = guard.call("POST", "/v1/merges/make", karim.handle, json={**body, "take": ["identity"]})
    assert answer.status_code == 201, answer.text
    assert served.ask(handle).status_code == 401, "whose file they see has changed"
    again = served.signed_in()
    rows = served.ask(again).json()["rows"]
    assert [row["entry"] for row in rows][2:] == [second, first], "and those of the comparison"
    for row in rows:
        assert served.ask(again, PROOF, entry=row["entry"], at=row["at"]).json()["code"] != "consultation-unknown"
    reported = served.ask(again, REPORT, entry=first, at=rows[-1]["at"])
    assert reported.status_code == 201, reported.text
    assert len(served.ask(again, REPORTS).json()["rows"]) == 1
    assert [row["entry"] for row in served.ask(again).json()["rows"] if row["reported"]] == [first]
    merged = answer.json()["merge"]
    undone = guard.call("POST", "/v1/merges/undo", karim.handle, json={"purpose": "follow-up", "merge": merged})
    assert undone.status_code == 200, undone.text
    own = served.ask(served.signed_in()).json()["rows"]
    assert [row["entry"] for row in own] == [rows[0]["entry"], first], "their own again"


def test_i11_document_of_the_file_that_went_is_an_opening_of_the_one_person_to_officers_and_to_that_person(
    served: Space, office: Office
) -> None:
    guard, camille, lina = office.guard, office.advisers[0], seat(office.guard, "Lina Roche", "adviser")
    goes, id = str(guard.run(guard.world.person(guard.organisation))), str(uuid4())

    def ask(who: Seat, path: str, **body: Any) -> Any:
        answer = guard.call("POST", path, who.handle, json={"purpose": "follow-up", **body})
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    sent = {"id": id, "kind": "cv", "content": b64encode(pdf()).decode()}
    ask(lina, "/v1/attachments/add", person=goes, **sent)
    guard.run(guard.world.conn.execute("UPDATE guard.person SET version = 1 WHERE id = $1", served.ines))
    made = merge(guard, lina, served.ines, goes)
    entry = ask(camille, "/v1/attachments/open", person=served.ines, id=id)["entry"]
    window = {"until_at": (datetime.now(UTC) + timedelta(hours=4)).isoformat()}
    told = office.ask(office.security, READERS, by="account", ids=[camille.member.account], **window).json()
    [row] = [one for one in told["rows"] if "attachments" in one["groups"]]
    assert (row["person"], row["openings"]) == (served.ines, 1)
    for person in (served.ines, goes):
        rows = office.ask(office.security, READ_BY, person=person, **window).json()["rows"]
        assert [one["entry"] for one in rows if one["groups"] == ["attachments"]] == [entry]
    own = served.ask(served.signed_in()).json()["rows"]
    assert [one["entry"] for one in own if one["groups"] == ["attachments"]] == [entry]
    ask(lina, "/v1/merges/undo", merge=made)


def test_i16_alias_written_behind_the_guard_shows_nobody_anything(served: Space, office: Office) -> None:
    guard = served.guard
    one, other = [str(guard.run(guard.world.person(guard.organisation))) for _ in range(2)]
    now = guard.run(guard.world.now())
    row = {
        "id": uuid4(), "person": one, "survivor": other, "organisation": guard.organisation,
        "merged_by": uuid4(), "merged_at": now, "undo_until": now, "ended_at": None, "ended_by": None,
    }  # fmt: skip
    guard.run(guard.world.insert("person_alias", **row))
    forge = "UPDATE guard.person_alias SET survivor = $2 WHERE person = $1"
    assert office.ask(office.security, READ_BY, person=other).json()["total"] == 0
    handle = served.signed_in()
    guard.run(guard.world.conn.execute(forge, one, served.ines))
    refused = office.ask(office.security, READ_BY, person=served.ines)
    theirs = served.ask(handle)
    guard.run(guard.world.conn.execute(forge, one, other))
    assert refused.json()["code"] == "integrity", refused.text
    assert theirs.json()["code"] == "integrity", theirs.text
