"""Pages that a person meets on the guard's own origin when the way into the space does not lead there."""

from dataclasses import replace
from urllib.parse import urlencode

import pytest

from beffroi.guard.settings import Provider
from beffroi.guard.signin import attempts
from tests.browser.at_guard import guard, running, serve_application
from tests.browser.pages import Tour, meets
from tests.guard.signin.serving import CONSOLE, STATE, Guard
from tests.simulation.identity_provider.served import INES

__all__ = ["guard", "running", "serve_application"]
pytestmark = pytest.mark.browser


@meets(
    "PERSON_NOT_FOUND", "PERSON_NOT_IDENTIFIED", "PERSON_OVER", "PERSON_WRONG_LINK", "PERSON_TOO_MANY",
    "PERSON_PROVIDER_DOWN", "PERSON_CLOSED",
)  # fmt: skip
def test_person_who_cannot_enter_is_told_why_and_whom_to_ask(
    guard: Guard, tour: Tour, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tour.page
    fields = urlencode({"application": CONSOLE, "return_to": guard.return_to, "state": STATE})
    link = f"{guard.url}/person/sign-in?{fields}"

    def begin() -> None:
        page.goto(link)
        page.get_by_role("link", name=f"{INES.given_name} {INES.family_name}").click()

    begin()
    page.get_by_role("button", name="Se connecter").click()
    tour.meet("PERSON_NOT_FOUND")
    page.context.clear_cookies(name="demonstration_people_provider")
    begin()
    page.get_by_role("button", name="Annuler").click()
    tour.meet("PERSON_NOT_IDENTIFIED")
    page.goto(f"{guard.url}/person/callback?code=x&state=y")
    tour.meet("PERSON_OVER")
    page.goto(link.replace(STATE, "short"))
    tour.meet("PERSON_WRONG_LINK")

    async def never(*_: object) -> bool:
        return False

    with monkeypatch.context() as patched:
        patched.setattr(attempts, "within", never)
        page.goto(link)
        tour.meet("PERSON_TOO_MANY")
    settings, areas = guard.services.settings, dict(guard.services.areas)
    nowhere = Provider("http://localhost:9/particulier/api/v2", "guard", "secret")
    for one, name in ((nowhere, "PERSON_PROVIDER_DOWN"), (None, "PERSON_CLOSED")):
        guard.services.areas.pop("person-signin", None)
        guard.services.settings = replace(settings, person_provider=one)
        page.goto(link)
        tour.meet(name)
    guard.services.areas.clear()
    guard.services.areas.update(areas)
    guard.services.settings = settings
