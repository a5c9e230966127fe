"""I-07 of files: the answer that follows the containment opens none of them, and the desk of billing stays open."""

from typing import Any

import pytest

from beffroi.core.ids import OrganisationId, PersonId
from beffroi.core.refusals import Code
from tests.guard.doors.conftest import Guard, pretty
from tests.guard.doors.conftest import guard as guard
from tests.guard.world import AgentOfTest

TRAINING = "training-organisation"


async def school(guard: Guard, name: str) -> tuple[OrganisationId, AgentOfTest, PersonId]:
    """A training organisation, its staff, a trainee."""
    place = await guard.world.organisation(name, kind=TRAINING)
    staff = await guard.world.agent(place, "training-staff")
    return place, staff, await guard.world.person(place, kind="enrolment")


def asked(door: str, person: PersonId) -> dict[str, Any]:
    bodies: dict[str, dict[str, Any]] = {
        "/v1/open": {"person": person, "groups": ["identity"]},
        "/v1/release": {"person": person, "groups": ["identity"]},
        "/v1/update": {"person": person, "version": 1, "fields": {"training": {}}},
        "/v1/list": {"scope": "organisation", "order": "recent", "page": 1, "size": 25},
        "/v1/list/ids": {"scope": "organisation"},
    }
    return {"purpose": "training-follow-up", **bodies[door]}


@pytest.mark.parametrize("door", ["/v1/open", "/v1/release", "/v1/list", "/v1/list/ids"])
@pytest.mark.parametrize("whole_kind", [True, False])
async def test_i07_contained_files_are_refused_by_the_next_answer_of_every_door(
    guard: Guard, door: str, whole_kind: bool
) -> None:
    place, staff, person = await school(guard, "Atelier")
    before = await guard.post(staff, door, asked(door, person))
    assert before.status_code == 200, pretty(before)
    opened = len(await guard.entries("opened"))
    await guard.world.contain("files", TRAINING if whole_kind else place)
    after = await guard.post(staff, door, asked(door, person))
    if door == "/v1/list":
        assert all(row["masked"] for row in after.json().get("rows", [])), pretty(after)
    else:
        assert (after.status_code, after.json()["code"]) == (403, Code.FILES_CONTAINED), pretty(after)
    assert len(await guard.entries("opened")) == opened
    billing = await guard.post(staff, "/v1/invoicing/standing", {})
    assert billing.status_code == 200, pretty(billing)


async def test_i07_files_of_one_training_organisation_close_and_those_of_another_do_not(guard: Guard) -> None:
    place, staff, person = await school(guard, "Atelier")
    _, others, trainee = await school(guard, "Rival")
    await guard.world.contain("files", place)
    for who, whom, status in ((staff, person, 403), (others, trainee, 200)):
        assert (await guard.post(who, "/v1/open", asked("/v1/open", whom))).status_code == status


async def test_clerk_opens_no_file_whatever_purpose_is_named(guard: Guard) -> None:
    office = guard.world.offices["North"]
    clerk, person = await guard.world.agent(office, "billing-clerk"), await guard.world.person(office)
    for purpose in ("follow-up", "training-follow-up", "quality", "person-rights"):
        answer = await guard.post(clerk, "/v1/open", {"person": person, "purpose": purpose, "groups": ["identity"]})
        assert answer.json()["code"] == Code.PURPOSE_NOT_ALLOWED, pretty(answer)
