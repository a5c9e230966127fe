"""Somebody whom a directory announced: taken up, approved with a passkey, and the same person to the directory."""

import httpx

from tests.guard.admitting.office import completed
from tests.guard.approvals.office import Seat, approve, decide, show
from tests.guard.scim.announcing import announce, token_of
from tests.guard.signin.serving import CONSOLE, Guard, text_of


def _taken_up(guard: Guard, manager: Seat, resource: str, **changes: object) -> str:
    admission = guard.one("SELECT id::text FROM guard.admission WHERE entry = $1", resource)
    more = {"applications": [CONSOLE], **changes}
    answer = guard.call("POST", "/v1/admissions/take-up", manager.handle, json=completed(admission, **more))
    assert answer.status_code == 201, answer.text
    request: str = answer.json()["request"]
    return request


def _status(guard: Guard, resource: str) -> str:
    status: str = guard.one("SELECT status FROM guard.admission WHERE entry = $1", resource)
    return status


def _scim(guard: Guard, method: str, resource: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {token_of(guard)}"}
    return httpx.request(method, f"{guard.url}/scim/v2/Users/{resource}", headers=headers)


def test_person_taken_up_and_approved_under_a_corrected_address_keeps_the_directorys_id(
    guard: Guard, manager: Seat, helene: Seat, thomas: Seat
) -> None:
    resource = announce(guard, "ana.wrong@north.example", "Ana", "Roux", "Conseillère")
    request = _taken_up(guard, manager, resource, email="ana.roux@north.example")
    page = decide(guard, helene, request)
    assert "Venue de l’annuaire" in text_of(page)
    assert approve(guard, helene, request, page=page).status_code == 303
    assert show(guard, manager, request).json()["status"] == "approved"
    assert _status(guard, resource) == "admitted"
    account = guard.one("SELECT account FROM guard.directory_entry WHERE id = $1", resource)
    assert guard.one("SELECT status FROM guard.habilitation WHERE account = $1", account) == "approved"
    told = _scim(guard, "GET", resource).json()
    assert (told["id"], told["userName"]) == (resource, "ana.roux@north.example")


def test_person_whom_the_directory_withdraws_after_a_manager_took_them_up_is_not_approved(
    guard: Guard, manager: Seat, helene: Seat, thomas: Seat
) -> None:
    resource = announce(guard, "bea.noir@north.example", "Bea", "Noir", "Accueil")
    request = _taken_up(guard, manager, resource)
    page = decide(guard, helene, request)
    assert _scim(guard, "DELETE", resource).status_code == 204
    assert _status(guard, resource) == "withdrawn"
    refused = approve(guard, helene, request, page=page)
    assert refused.status_code != 303
    assert "l’annuaire l’a retirée" in text_of(refused)
    assert show(guard, manager, request).json()["status"] == "pending"
    entry = guard.row("SELECT account FROM guard.directory_entry WHERE id = $1", resource)
    assert entry["account"] is None
