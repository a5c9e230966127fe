# Authlib ships no types.
# mypy: disable-error-code="import-untyped"
"""The whole flow over HTTP, judged by the product's own relying party."""

import json
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from authlib.oidc.discovery import OpenIDProviderMetadata
from joserfc.jwk import ECKey

from beffroi.simulation.identity_provider.assurance import BY_CODE
from beffroi.simulation.identity_provider.misbehaviour import Misbehaviour
from beffroi.standards.oidc import (
    ClientSecretPost,
    PrivateKeyJwt,
    Refusal,
    TokenResponse,
    VerifiedIdentity,
    end_session_url,
    read_logout_callback,
)
from tests.simulation.identity_provider.served import CLAIRE, YANN, Served, serve


def test_agent_signs_in_with_a_second_factor_and_the_guard_learns_who(served: Served) -> None:
    identity = served.sign_in()
    assert isinstance(identity, VerifiedIdentity)
    assert (identity.sub, identity.idp_id, identity.siret) == (CLAIRE.sub, CLAIRE.idp_id, CLAIRE.siret)
    assert identity.email.reveal() == CLAIRE.email
    assert (identity.given_name.reveal(), identity.usual_name.reveal()) == ("Claire", "Martin")
    assert (identity.acr, identity.amr) == ("eidas2", ("pwd", "otp", "mfa"))


def test_agent_signs_in_twice_and_keeps_one_sub(served: Served) -> None:
    first = served.sign_in()
    served.browser.cookies.clear()
    second = served.sign_in()
    assert isinstance(first, VerifiedIdentity)
    assert isinstance(second, VerifiedIdentity)
    assert first.sub == second.sub


def test_agent_chooses_the_password_alone_and_is_refused_where_two_factors_are_required(served: Served) -> None:
    assert served.sign_in(method="password") is Refusal.ACCESS_DENIED
    served.party = replace(served.party, accepted_acr=("eidas1", "eidas2"))
    assert isinstance(served.sign_in(method="password"), VerifiedIdentity)


def test_agent_cancels_and_the_guard_is_told(served: Served) -> None:
    request = served.ask()
    query = served.answer_form(request, CLAIRE.login, "otp", action="cancel")
    assert served.identify(request, query) is Refusal.ACCESS_DENIED


@pytest.mark.parametrize("method", sorted(BY_CODE))
def test_agent_signs_in_by_each_method_and_its_acr_and_amr_arrive(served: Served, method: str) -> None:
    served.party = replace(served.party, accepted_acr=(BY_CODE[method].acr,))
    identity = served.sign_in(method=method)
    assert isinstance(identity, VerifiedIdentity)
    assert (identity.acr, identity.amr) == (BY_CODE[method].acr, BY_CODE[method].amr)


def test_guard_that_does_not_ask_for_amr_gets_none(served: Served) -> None:
    served.party = replace(served.party, ask_amr=False)
    identity = served.sign_in()
    assert isinstance(identity, VerifiedIdentity)
    assert identity.amr == ()


def test_agent_still_signed_in_returns_without_a_page(served: Served) -> None:
    served.sign_in()
    request = served.ask()
    query = served.returned(served.browser.get(request.url))
    assert isinstance(served.identify(request, query), VerifiedIdentity)


def test_agent_still_signed_in_with_less_assurance_is_asked_again(served: Served) -> None:
    served.party = replace(served.party, accepted_acr=("eidas1",))
    served.sign_in(method="password")
    served.party = replace(served.party, accepted_acr=("eidas2",))
    assert served.browser.get(served.ask().url).headers["location"].startswith("/connexion/")


def test_agent_signed_in_twelve_hours_ago_is_asked_again(served: Served) -> None:
    served.sign_in()
    served.clock.shift += 12 * 3600
    assert served.browser.get(served.ask().url).headers["location"].startswith("/connexion/")


def test_agent_signs_out_and_the_next_sign_in_asks_again(served: Served) -> None:
    request = served.ask()
    tokens = served.exchange(request, served.answer_form(request, CLAIRE.login, "otp"))
    assert isinstance(tokens, TokenResponse)
    state = "logout-state-" + "z" * 30
    answer = served.browser.get(end_session_url(served.provider, served.party, tokens.id_token, state))
    target = urlsplit(answer.headers["location"])
    assert answer.headers["location"].startswith(served.party.post_logout_redirect_uri)
    assert read_logout_callback(target.query, state) is None
    assert served.browser.get(served.ask().url).headers["location"].startswith("/connexion/")


def test_stranger_sends_a_logout_with_an_address_not_registered_and_is_not_redirected(served: Served) -> None:
    request = served.ask()
    tokens = served.exchange(request, served.answer_form(request, CLAIRE.login, "otp"))
    assert isinstance(tokens, TokenResponse)
    party = replace(served.party, post_logout_redirect_uri="https://elsewhere.example/")
    answer = served.browser.get(end_session_url(served.provider, party, tokens.id_token, "z" * 43))
    assert answer.status_code == 200
    assert "location" not in answer.headers


def test_guard_exchanges_a_code_twice_and_the_second_is_refused(served: Served) -> None:
    request = served.ask()
    query = served.answer_form(request, CLAIRE.login, "otp")
    assert isinstance(served.exchange(request, query), TokenResponse)
    assert served.exchange(request, query) is Refusal.TOKEN_RESPONSE_REFUSED


@pytest.mark.parametrize(("age", "accepted"), [(29, True), (30, False)])
def test_guard_exchanges_a_code_of_some_age_accepted_within_thirty_seconds(
    served: Served, age: int, accepted: bool
) -> None:
    request = served.ask()
    query = served.answer_form(request, CLAIRE.login, "otp")
    served.clock.shift += age
    assert isinstance(served.exchange(request, query), TokenResponse) is accepted


def test_guard_with_a_wrong_secret_refused(served: Served) -> None:
    request = served.ask()
    query = served.answer_form(request, CLAIRE.login, "otp")
    served.credential = ClientSecretPost("demonstration-another")
    assert served.exchange(request, query) is Refusal.TOKEN_RESPONSE_REFUSED


def test_guard_asks_for_userinfo_with_a_token_of_a_minute_ago_and_is_refused(served: Served) -> None:
    request = served.ask()
    tokens = served.exchange(request, served.answer_form(request, CLAIRE.login, "otp"))
    assert isinstance(tokens, TokenResponse)
    headers = {"authorization": f"Bearer {tokens.access_token}"}
    assert served.server.get(served.provider.userinfo_endpoint, headers=headers).status_code == 200
    served.clock.shift += 60
    assert served.server.get(served.provider.userinfo_endpoint, headers=headers).status_code == 401


def test_guard_with_the_switches_on_signs_in_with_pkce_and_max_age(tmp_path: Path) -> None:
    with serve(tmp_path, pkce=True, max_age=True) as served:
        assert isinstance(served.sign_in(), VerifiedIdentity)
        request = served.ask()
        query = served.returned(served.browser.get(request.url))
        other = replace(request, transaction=replace(request.transaction, code_verifier="v" * 64))
        assert served.exchange(other, query) is Refusal.TOKEN_RESPONSE_REFUSED
        served.clock.shift += 601
        assert served.browser.get(served.ask().url).headers["location"].startswith("/connexion/")


def test_guard_with_its_own_key_signs_in_and_with_another_is_refused(tmp_path: Path) -> None:
    mine, other = (ECKey.generate_key("P-256", {"kid": "guard-1"}) for _ in range(2))
    jwks = json.dumps({"keys": [mine.as_dict(private=False)]}).encode()
    with serve(tmp_path, client_jwks=jwks, credential=PrivateKeyJwt(mine, "guard-1")) as served:
        assert isinstance(served.sign_in(), VerifiedIdentity)
        served.browser.cookies.clear()
        served.credential = PrivateKeyJwt(other, "guard-1")
        assert served.sign_in() is Refusal.TOKEN_RESPONSE_REFUSED


LIES = [
    (Misbehaviour.WRONG_NONCE, Refusal.NONCE_MISMATCH),
    (Misbehaviour.WRONG_AUDIENCE, Refusal.AUDIENCE_MISMATCH),
    (Misbehaviour.ALGORITHM_NONE, Refusal.TOKEN_ALGORITHM_NOT_ALLOWED),
    (Misbehaviour.EXPIRED, Refusal.EXPIRED),
    (Misbehaviour.UNKNOWN_ACR, Refusal.ACR_NOT_ACCEPTED),
    (Misbehaviour.USERINFO_UNSIGNED, Refusal.USERINFO_UNSIGNED),
    (Misbehaviour.USERINFO_OTHER_SUB, Refusal.SUBJECT_MISMATCH),
]


@pytest.mark.parametrize(("lie", "expected"), LIES)
def test_provider_that_lies_is_refused_by_the_guard(served: Served, lie: Misbehaviour, expected: Refusal) -> None:
    served.misbehaviours.add(lie)
    assert served.sign_in() is expected


def test_provider_that_changes_a_sub_is_seen_to_keep_the_email(served: Served) -> None:
    before = served.sign_in()
    served.browser.cookies.clear()
    served.misbehaviours.add(Misbehaviour.CHANGED_SUB)
    after = served.sign_in()
    assert isinstance(before, VerifiedIdentity)
    assert isinstance(after, VerifiedIdentity)
    assert before.email == after.email
    assert before.sub != after.sub


def test_every_misbehaviour_is_shown_by_a_test() -> None:
    assert {lie for lie, _ in LIES} | {Misbehaviour.CHANGED_SUB} == set(Misbehaviour)


def test_guard_outside_demonstration_refuses_the_provider_by_the_mark_of_its_key(served: Served) -> None:
    served.party = replace(served.party, accept_demonstration_keys=False)
    assert served.sign_in() is Refusal.TOKEN_DEMONSTRATION_KEY


def test_anybody_reads_a_discovery_document_that_an_independent_reader_accepts(served: Served) -> None:
    document = served.server.get(f"{served.settings.issuer}/.well-known/openid-configuration").json()
    # Discovery §3 wants RS256 as well, which ProConnect need not use; the rest is judged as it stands.
    algorithms = [*document["id_token_signing_alg_values_supported"], "RS256"]
    OpenIDProviderMetadata({**document, "id_token_signing_alg_values_supported": algorithms}).validate()
    assert document["id_token_signing_alg_values_supported"] == ["ES256"]
    assert document["issuer"].endswith("/api/v2")
    assert urlsplit(document["authorization_endpoint"]).path == "/api/v2/authorize"
    assert urlsplit(document["end_session_endpoint"]).path == "/api/v2/session/end"
    assert "backchannel_logout_supported" not in document
    assert {"eidas1", "eidas2", "eidas3"} <= set(document["acr_values_supported"])


def test_another_browser_cannot_finish_a_sign_in_it_did_not_begin(served: Served) -> None:
    location = served.browser.get(served.ask().url).headers["location"]
    data = {"login": YANN.login, "method": "otp", "action": "sign-in"}
    with httpx.Client() as other:
        assert other.post(served.settings.origin + location, data=data).status_code == 404
    answer = served.browser.post(served.settings.origin + location, data=data)
    assert "code" in parse_qs(served.returned(answer))
