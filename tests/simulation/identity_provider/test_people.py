"""The part of the provider that people sign in to: FranceConnect's habits, kept apart from the agents' part."""

import json
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from beffroi.simulation.identity_provider.mode import SettingsRefused
from beffroi.simulation.identity_provider.residents import read_residents_file, write_residents_file
from beffroi.simulation.identity_provider.settings import PEOPLE, PREFIX, read_people_settings, read_settings
from beffroi.standards import oidc
from beffroi.standards.oidc import ClientSecretPost, PivotIdentity, Provider, PublicKeys, RelyingParty, SignIn
from tests.simulation.identity_provider.served import INES, Served

SCOPES = ("openid", "given_name", "family_name", "birthdate", "gender", "birthplace", "birthcountry")


def party(served: Served, **changes: object) -> RelyingParty:
    whole: dict[str, object] = {
        "client_id": served.people.client_id, "redirect_uri": served.people.redirect_uris[0],
        "post_logout_redirect_uri": served.people.post_logout_redirect_uris[0], "accepted_acr": ("eidas2", "eidas3"),
        "scopes": SCOPES, "ask_amr": False, "acr_values": True, "accept_demonstration_keys": True,
    }  # fmt: skip
    return RelyingParty(**(whole | changes))  # type: ignore[arg-type]


def provider(served: Served) -> Provider:
    document = served.server.get(f"{served.people.issuer}/.well-known/openid-configuration").content
    found = oidc.read_provider(document, served.people.issuer, allow_http_loopback=True)
    assert isinstance(found, Provider)
    return found


def identified(served: Served, method: str = "otp", **changes: object) -> object:
    """The identity as a relying party verifies it, or what stopped it."""
    told, asking = provider(served), party(served, **changes)
    request = oidc.authorization_request(told, asking)
    with httpx.Client() as browser:
        chosen = browser.get(request.url)
        assert chosen.status_code == 303, chosen.text
        form = browser.post(
            served.people.origin + chosen.headers["location"],
            data={"login": INES.login, "method": method, "password": "x", "action": "sign-in"},
        )
    query = form.headers["location"].partition("?")[2]
    code = oidc.read_callback(query, request.transaction, told)
    if isinstance(code, oidc.Refusal):
        return code
    now = served.clock.now()
    secret = ClientSecretPost(served.people.client_secret)
    sent = oidc.token_request(told, asking, secret, code, request.transaction, now)
    answer = served.server.request(sent.method, sent.url, headers=dict(sent.headers), content=sent.body)
    tokens = oidc.read_token_response(answer.status_code, answer.content)
    assert not isinstance(tokens, oidc.Refusal)
    keys = oidc.read_key_set(served.server.get(told.jwks_uri).content)
    assert isinstance(keys, PublicKeys)
    sign_in = oidc.verify_id_token(tokens, keys, told, asking, request.transaction, now)
    if not isinstance(sign_in, SignIn):
        return sign_in
    sent = oidc.userinfo_request(told, tokens.access_token)
    info = served.server.get(sent.url, headers=dict(sent.headers))
    return oidc.verify_pivot(info.headers["content-type"], info.content, sign_in, keys, told, asking, now)


def test_person_is_identified_by_the_pivot_identity_alone(served: Served) -> None:
    who = identified(served)
    assert isinstance(who, PivotIdentity)
    assert (who.family_name.reveal(), who.given_name.reveal()) == (INES.family_name, INES.given_name)
    assert (who.birthdate.reveal(), who.gender.reveal()) == (INES.birthdate, "female")
    assert (who.birthplace.reveal(), who.birthcountry.reveal(), who.acr) == ("59350", "99100", "eidas2")
    assert who.preferred_username is None
    assert INES.family_name not in repr(who)


def test_person_who_is_identified_too_weakly_is_denied(served: Served) -> None:
    assert identified(served, "password") is oidc.Refusal.ACCESS_DENIED
    assert isinstance(identified(served, "card"), PivotIdentity)


def test_level_is_asked_for_by_acr_values_and_not_otherwise(served: Served) -> None:
    told = provider(served)
    for changes in ({"acr_values": False}, {"accepted_acr": ("eidas9",)}):
        request = oidc.authorization_request(told, party(served, **changes))
        assert served.browser.get(request.url).status_code == 400


def test_scope_that_is_not_granted_gives_no_claim(served: Served) -> None:
    assert identified(served, scopes=("openid", "given_name")) is oidc.Refusal.CLAIM_MISSING


def test_each_part_knows_its_own_client_and_its_own_people(served: Served) -> None:
    fields = {
        "response_type": "code", "client_id": served.settings.client_id, "scope": "openid", "acr_values": "eidas2",
        "redirect_uri": served.settings.redirect_uris[0], "state": "x" * 43, "nonce": "y" * 43,
    }  # fmt: skip
    answer = served.browser.get(f"{served.people.issuer}/authorize?{urlencode(fields)}")
    assert answer.status_code == 400
    assert served.keys != oidc.read_key_set(served.server.get(provider(served).jwks_uri).content)
    assert served.browser.get(f"{served.people.origin}/particulier/telephone").status_code == 404
    assert served.browser.get(f"{served.people.origin}/telephone").status_code == 200


def test_people_provider_refuses_outside_demonstration_and_on_another_origin(tmp_path: Path) -> None:
    told = {
        f"{PREFIX}{name}": value
        for name, value in {
            "ISSUER": "http://localhost:1/api/v2", "PORT": "1", "CLIENT_ID": "guard", "USERS_FILE": "users.json",
            "CLIENT_SECRET_FILE": str(tmp_path / "secret"), "REDIRECT_URIS": "http://localhost:2/x",
            "POST_LOGOUT_REDIRECT_URIS": "http://localhost:2/y", "KEY_FILE": "key",
            "PEOPLE_ISSUER": "http://localhost:1/particulier/api/v2", "PEOPLE_CLIENT_ID": "people",
            "PEOPLE_CLIENT_SECRET_FILE": str(tmp_path / "other"), "PEOPLE_REDIRECT_URIS": "http://localhost:2/p",
            "PEOPLE_POST_LOGOUT_REDIRECT_URIS": "http://localhost:2/q", "PEOPLE_USERS_FILE": "residents.json",
            "PEOPLE_KEY_FILE": "people-key",
        }.items()
    }  # fmt: skip
    with pytest.raises(SettingsRefused, match="demonstration"):
        read_settings(told)
    told["BEFFROI_MODE"] = "demonstration"
    settings = read_settings(told)
    people = read_people_settings(told, settings)
    assert people is not None
    assert (people.prefix, people.client_id) == ("/particulier", "people")
    for issuer in ("http://localhost:3/particulier/api/v2", "http://localhost:1/api/v2", "http://localhost:1/x"):
        with pytest.raises(SettingsRefused, match="ISSUER"):
            read_people_settings(told | {f"{PEOPLE}ISSUER": issuer}, settings)
    assert read_people_settings({**told, f"{PEOPLE}ISSUER": ""}, settings) is None


def test_file_of_residents_is_private_and_gives_nobody_two_lives(tmp_path: Path) -> None:
    path = tmp_path / "residents.json"
    write_residents_file(path, (INES,))
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_residents_file(path) == (INES,)
    whole = json.loads(path.read_text())
    path.write_text(json.dumps({"residents": whole["residents"] * 2}))
    with pytest.raises(SettingsRefused, match="same login"):
        read_residents_file(path)
    path.write_text("{}")
    with pytest.raises(SettingsRefused, match="not a file of residents"):
        read_residents_file(path)
    with pytest.raises(SettingsRefused, match="cannot be read"):
        read_residents_file(tmp_path / "absent")
