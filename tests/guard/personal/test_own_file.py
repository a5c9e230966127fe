"""What a person reads of the own file: everything of it, of nobody else's, after a proven identity, and journaled."""

from typing import Any
from uuid import uuid4

import msgspec
import pytest

from beffroi.core.fields import RECORDED
from beffroi.core.personal import MOST_QUESTIONS, Objection
from beffroi.core.policy import AgentShown
from beffroi.guard.personal.own_file import without_agents
from beffroi.guard.vault.records import Contact, FollowedAction, Followup, LegalRepresentative, Nir, Note
from beffroi.guard.web.problems import Fault
from tests.guard.personal.space import Space, ines, other
from tests.guard.world import POLICY

FILE = "/v1/person/file"


@pytest.fixture(scope="module")
def filled(served: Space) -> str:
    """Somebody with a whole file; the id of the agent who wrote the note."""
    author = str(uuid4())
    identity = ines(last_name="Entiere", birth_date="2001-05-05")
    records = {
        "contact": Contact(phone="0612345678", city="Lille"), "nir": Nir(nir="299055935000182"),
        "legal_representative": LegalRepresentative(last_name="Mere", relationship="mère"),
        "followup": Followup(
            notes=(Note(at="2026-01-01T10:00:00Z", text="A téléphoné", author=author),),
            actions=(FollowedAction(label="Appeler l'école", status="to-do", by="agent", account=author),),
        ),
    }  # fmt: skip
    served.file(
        last_name="Entiere", first_names="Inès", birth_date="2001-05-05", identity=identity, **records
    )  # fmt: skip
    served.know(other("entiere", family_name="ENTIERE", birthdate="2001-05-05"))
    return author


def test_person_reads_everything_of_the_own_file_and_the_reading_is_journaled_first(
    served: Space, filled: str
) -> None:
    answer = served.ask(served.signed_in("entiere"), FILE)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["fields"].keys() == {
        "identity", "contact", "nir", "legal_representative", "followup", "situation",
    }  # fmt: skip
    assert body["fields"]["contact"] == {"phone": "0612345678", "city": "Lille"}
    assert body["fields"]["followup"]["notes"] == [{"at": "2026-01-01T10:00:00Z", "text": "A téléphoné"}]
    assert body["fields"]["followup"]["actions"] == [
        {"label": "Appeler l'école", "status": "to-do", "by": "agent"}
    ]  # fmt: skip
    assert filled not in answer.text
    entry = served.guard.journal("own-file-read")[-1]
    assert (entry["account"], entry["groups"]) == (None, sum(int(one) for one in RECORDED.values()))
    rows = served.ask(served.signed_in("entiere")).json()["rows"]
    assert entry["entry"] not in {row["entry"] for row in rows}, "one's own reading is nobody's consultation"


def test_person_reads_who_follows_and_never_the_agents_name(served: Space, filled: str) -> None:
    services, handle = served.guard.services, served.signed_in("entiere")
    before, said = services.policy, []
    from dataclasses import replace

    for shown in AgentShown:
        services.policy = replace(POLICY, agent_shown=shown)
        said.append(served.ask(handle, FILE).json()["followed_by"])
    services.policy = before
    assert [[(one["organisation_name"], one["kind"]) for one in each] for each in said] == [
        [("North", "followed")]
    ] * 2
    assert {one["job"] for one in said[0]} == {None}


def test_two_people_read_each_their_own_file(served: Space, filled: str) -> None:
    mine = served.ask(served.signed_in(), FILE).json()
    assert mine["fields"]["identity"]["last_name"] == "Delaunay"
    assert "Entiere" not in str(mine)


def test_body_that_names_somebody_or_a_session_of_an_agent_reads_nothing(served: Space, filled: str) -> None:
    handle = served.signed_in()
    before = len(served.guard.journal("own-file-read"))
    assert served.ask(handle, FILE, person=str(uuid4())).status_code == 400
    assert served.guard.call("POST", FILE, "x" * 43, json={}).status_code == 401
    assert len(served.guard.journal("own-file-read")) == before


def test_session_without_a_proven_identity_reads_no_file(served: Space) -> None:
    handle = served.signed_in()
    served.guard.execute("UPDATE guard.person_session SET logout_hint = NULL")
    assert served.ask(handle, FILE).status_code == 401, "nothing is behind it any more"
    served.guard.execute("DELETE FROM guard.person_session")


def test_readings_of_one_person_are_limited(served: Space) -> None:
    handle = served.signed_in()
    answers = [served.ask(handle, FILE) for _ in range(MOST_QUESTIONS + 1)]
    assert {one.status_code for one in answers[:-1]} == {200}
    assert answers[-1].json()["code"] == Fault.TOO_MANY_QUESTIONS


def test_whoever_was_erased_in_the_meantime_reads_nothing(served: Space) -> None:
    assert Objection.FILE_GONE == "file-gone"
    written: Any = {"notes": [{"text": "a", "author": "b"}], "author": "c"}
    assert without_agents(written) == {"notes": [{"text": "a"}]}
    assert msgspec.json.encode(without_agents([])) == b"[]"
