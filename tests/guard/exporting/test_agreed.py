"""A file that a second person agreed to: over exactly these people, by marked copies, for a few days."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from beffroi.core.ids import PersonId
from tests.guard.approvals.office import Seat, approve, decide, refuse, seat
from tests.guard.signin.serving import Guard
from tests.guard.world import POLICY
from tests.systems.cases.adviser import as_referent

ALONE = POLICY.buckets["exports"].day  # type: ignore[index]


def people(guard: Guard, of: Seat, count: int) -> list[PersonId]:
    """People whom an adviser follows."""

    async def made() -> list[PersonId]:
        return [await guard.world.person(guard.organisation, referent=as_referent(of.member)) for _ in range(count)]

    found: list[PersonId] = guard.run(made())
    return found


def post(guard: Guard, who: Seat, path: str, **body: Any) -> httpx.Response:
    return guard.call("POST", path, who.handle, json={"purpose": "follow-up", **body})


def ask(guard: Guard, who: Seat, whom: list[PersonId], **more: Any) -> httpx.Response:
    return post(guard, who, "/v1/exports/ask", groups=["identity"], reason="workshop", people=whom, **more)


def agreed(guard: Guard, who: Seat, request: str) -> httpx.Response:
    return post(guard, who, "/v1/exports/agreed", request=request)


def test_adviser_asks_one_approver_agrees_and_three_copies_are_handed_out(
    served: Guard, lucie: Seat, helene: Seat, thomas: Seat
) -> None:
    whom = people(served, lucie, ALONE + 5)
    asked = ask(served, lucie, whom)
    assert asked.status_code == 201, asked.text
    request = asked.json()["request"]
    assert agreed(served, lucie, request).json()["code"] == "export-not-agreed"
    page = decide(served, helene, request)
    assert str(ALONE + 5) in page.text
    assert "identité" in page.text
    assert approve(served, helene, request, page=page).status_code == 303
    [row] = [one for one in mine(served, lucie)["rows"] if one["request"] == request]
    assert (row["status"], row["people"], row["copies"]) == ("approved", ALONE + 5, 0)
    copies = [agreed(served, lucie, request).json() for _ in range(POLICY.exports.copies)]
    assert all([one["id"] for one in copy["rows"]] == whom for copy in copies)
    assert not any(one.get("masked") for copy in copies for one in copy["rows"])
    assert len({copy["mark"] for copy in copies}) == POLICY.exports.copies
    assert agreed(served, lucie, request).json()["code"] == "export-copies"


def mine(guard: Guard, who: Seat) -> Any:
    return post(guard, who, "/v1/exports/mine").json()


def test_only_who_asked_fetches_it_for_that_purpose_and_before_the_days_are_over(
    served: Guard, lucie: Seat, helene: Seat, thomas: Seat
) -> None:
    request = ask(served, lucie, people(served, lucie, 2)).json()["request"]
    approve(served, helene, request)
    colleague = seat(served, "Ben Colas", "adviser")
    assert agreed(served, colleague, request).json()["code"] == "export-unknown"
    assert all(row["request"] != request for row in mine(served, colleague)["rows"])
    other = post(served, lucie, "/v1/exports/agreed", request=request, purpose="prescription")
    assert other.status_code == 403
    late = served.one("SELECT decided_at FROM guard.request WHERE id = $1", request)
    served.amend("request", request, decided_at=late - timedelta(days=POLICY.exports.days))
    assert agreed(served, lucie, request).json()["code"] == "export-over"
    served.amend("request", request, decided_at=late)
    assert agreed(served, lucie, request).status_code == 200


def test_i04_file_that_was_refused_taken_back_or_asked_by_who_manages_is_handed_to_nobody(
    served: Guard, lucie: Seat, helene: Seat, thomas: Seat
) -> None:
    refused = ask(served, lucie, people(served, lucie, 2)).json()["request"]
    refuse(served, helene, refused)
    assert agreed(served, lucie, refused).json()["code"] == "export-not-agreed"
    back = ask(served, lucie, people(served, lucie, 2)).json()["request"]
    stranger = seat(served, "Paul Autre", "adviser")
    assert post(served, stranger, "/v1/exports/withdraw", request=back).json()["code"] == "export-unknown"
    assert post(served, stranger, "/v1/exports/withdraw", request=str(uuid4())).json()["code"] == "export-unknown"
    assert post(served, lucie, "/v1/exports/withdraw", request=back).status_code == 200
    assert agreed(served, lucie, back).json()["code"] == "export-not-agreed"
    manager = seat(served, "Philippe Garnier", "account-manager")
    assert ask(served, manager, people(served, lucie, 2)).status_code == 403
    body = {"purpose": "follow-up", "groups": ["identity"], "reason": "workshop", "people": people(served, lucie, 2)}
    made = served.call("POST", "/v1/requests/make", manager.handle, json={"kind": "export", "body": body})
    assert made.json()["code"] == "out-of-reach"


def test_agreement_opens_nobody_whom_the_office_does_not_follow(
    served: Guard, lucie: Seat, helene: Seat, thomas: Seat
) -> None:
    [theirs] = people(served, lucie, 1)
    stranger = served.run(served.world.person(None))
    request = ask(served, lucie, [theirs, stranger]).json()["request"]
    approve(served, helene, request)
    rows = {one["id"]: one for one in agreed(served, lucie, request).json()["rows"]}
    assert not rows[theirs].get("masked")
    assert rows[stranger]["code"] == "person-unknown"


def test_one_s_own_requests_are_told_by_as_many_statements_whatever_their_number(
    served: Guard, lucie: Seat, helene: Seat, thomas: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    asker, asked = seat(served, "Nora Petit", "adviser"), []
    whom = people(served, asker, 3)
    for name in ("fetch", "fetchrow", "fetchval"):
        plain = getattr(asyncpg.Connection, name)

        def counted(conn: Any, *given: Any, plain: Any = plain, **more: Any) -> Any:
            asked.append(given[0])
            return plain(conn, *given, **more)

        monkeypatch.setattr(asyncpg.Connection, name, counted)
    numbers: list[int] = []
    for one in whom:
        assert ask(served, asker, [one]).status_code == 201
        mine(served, asker)
        asked.clear()
        assert len(mine(served, asker)["rows"]) == len(numbers) + 1
        numbers.append(len(asked))
    assert len(set(numbers)) == 1, numbers


def test_i02_copies_fetched_at_once_are_no_more_than_agreed(
    served: Guard, lucie: Seat, helene: Seat, thomas: Seat
) -> None:
    request = ask(served, lucie, people(served, lucie, 2)).json()["request"]
    approve(served, helene, request)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: agreed(served, lucie, request), range(8)))
    handed = [one for one in answers if one.status_code == 200]
    assert len(handed) == POLICY.exports.copies
    assert {one.json()["code"] for one in answers if one.status_code != 200} == {"export-copies"}


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({}, 201),
        ({"groups": ["identity", "nir"]}, 409),
        ({"reason": "because"}, 409),
        ({"purpose": "prescription"}, 403),
        ({"people": ["x"]}, 400),
    ],
)
def test_request_that_differs_by_one_thing_is_refused(
    served: Guard, lucie: Seat, helene: Seat, thomas: Seat, more: dict[str, Any], status: int
) -> None:
    body = {"groups": ["identity"], "reason": "mailing", "people": people(served, lucie, 2), **more}
    answered = post(served, lucie, "/v1/exports/ask", **body)
    assert answered.status_code == status, answered.text


def test_file_of_more_people_than_the_policy_allows_cannot_be_asked_for(
    served: Guard, lucie: Seat, helene: Seat, thomas: Seat
) -> None:
    whom = [PersonId(f"00000000-0000-4000-8000-{number:012d}") for number in range(POLICY.exports.people + 1)]
    assert ask(served, lucie, whom[:-1]).status_code == 201
    assert ask(served, lucie, whom).json()["code"] == "not-in-that-state"
