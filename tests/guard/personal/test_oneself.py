"""By which ids a person is kept elsewhere: their own, after a proven identity, and nothing else."""

from uuid import uuid4

from tests.guard.personal.space import SELF, Space, other


def test_person_is_told_the_own_ids_and_who_follows_and_another_person_theirs(served: Space) -> None:
    served.know(other("voisin", family_name="VOISIN", birthdate="2002-02-02"))
    neighbour = served.file(last_name="Voisin", first_names="Inès", birth_date="2002-02-02")
    north = {"id": served.guard.organisation, "name": "North"}
    answer = served.ask(served.signed_in(), SELF)
    assert answer.json() == {"people": [served.ines], "organisations": [north]}
    assert served.ask(served.signed_in("voisin"), SELF).json()["people"] == [neighbour]


def test_file_that_became_one_with_another_is_told_with_it(served: Space) -> None:
    guard, gone = served.guard, str(uuid4())
    now, alias = guard.run(guard.world.now()), served.merged(gone)
    assert served.ask(served.signed_in(), SELF).json()["people"] == sorted([served.ines, gone])
    guard.amend("person_alias", alias, ended_at=now, ended_by=str(uuid4()))
    assert served.ask(served.signed_in(), SELF).json()["people"] == [served.ines]


def test_body_that_names_somebody_or_a_session_of_an_agent_is_told_nothing(served: Space) -> None:
    assert served.ask(served.signed_in(), SELF, person=served.ines).status_code == 400
    assert served.guard.call("POST", SELF, "x" * 43, json={}).status_code == 401
