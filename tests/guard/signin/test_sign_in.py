"""From the console's link to a session: each step is believed once, from this browser, for this application."""

from beffroi.simulation.identity_provider.personas import Persona
from tests.guard.signin.serving import STATE, Guard, fields_of, text_of


def test_adviser_with_a_code_application_signs_in_and_the_console_gets_a_session(guard: Guard) -> None:
    member = guard.member("Claire Martin")
    browser = guard.browser()
    assert browser.identify(member).headers["location"] == "/sign-in/factor"
    left = browser.prove(member)
    assert left.headers["location"].startswith(guard.return_to + "?")
    assert fields_of(left)["state"] == STATE
    answer = guard.redeem(fields_of(left)["code"])
    assert answer.status_code == 200, answer.text
    described = answer.json()
    assert described["account"] == member.account
    assert described["agent"] == {"display_name": "Claire Martin"}
    assert described["level"] == 2
    assert [membership["role"] for membership in described["memberships"]] == ["adviser"]
    assert described["habilitation"] == described["memberships"][0]["habilitation"]
    shown = guard.call("GET", "/v1/session", described["handle"])
    assert shown.status_code == 200, shown.text
    assert {budget["bucket"] for budget in shown.json()["budgets"]} >= {"portfolio", "search", "break-glass"}
    assert guard.journal("signed-in", member.account)[0]["application"] == "console"


def test_adviser_with_a_passkey_signs_in_at_the_level_of_the_passkey(guard: Guard) -> None:
    member = guard.member("Paul Durand", with_totp=False, with_passkey=True)
    browser = guard.browser()
    browser.identify(member)
    left = browser.prove(member)
    assert guard.redeem(fields_of(left)["code"]).json()["level"] == 3


def test_stranger_known_to_the_provider_only_is_refused_politely(guard: Guard) -> None:
    stranger = Persona(
        login="rose", given_name="Rose", usual_name="Petit", organisation="North", job="adviser",
        email="rose.petit@north.example", sub="subject-of-rose", siret="12345678900011", idp_id="demonstration-idp",
    )  # fmt: skip
    guard.know(stranger)
    refused = guard.browser().identify(stranger)
    assert refused.status_code == 403
    assert "aucun accès n’a été ouvert" in text_of(refused)
