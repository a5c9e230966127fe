"""What ProConnect refuses, this provider refuses too: each request differs from the accepted one by one thing."""

from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.simulation.identity_provider.served import Served


def changed(served: Served, change: dict[str, str | None]) -> str:
    url = urlsplit(served.ask().url)
    parameters = {name: values[0] for name, values in parse_qs(url.query).items()} | change
    return url._replace(query=urlencode({k: v for k, v in parameters.items() if v is not None})).geturl()


def test_service_with_a_right_request_is_shown_the_people(served: Served) -> None:
    assert served.browser.get(changed(served, {})).headers["location"].startswith("/connexion/")


@pytest.mark.parametrize(
    "change",
    [
        {"state": "s" * 31},
        {"state": None},
        {"nonce": "n" * 31},
        {"nonce": None},
        {"display": "page"},
        {"code_challenge": "c" * 43, "code_challenge_method": "S256"},
        {"max_age": "60"},
        {"claims": "{"},
        {"claims": '{"id_token": {"acr": 1}}'},
        {"client_id": "another"},
        {"client_id": None},
        {"redirect_uri": "http://localhost:1/sign-in/callback/"},
        {"redirect_uri": None},
    ],
    ids=lambda change: "-".join(f"{name}={value}" for name, value in change.items())[:60],
)
def test_service_with_one_parameter_wrong_is_refused_on_the_provider_s_own_page(
    served: Served, change: dict[str, str | None]
) -> None:
    answer = served.browser.get(changed(served, change))
    assert answer.status_code == 400
    assert "Y000400" in answer.text
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"scope": "openid everything"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_service_that_is_known_is_told_its_error_at_its_own_address(
    served: Served, change: dict[str, str | None], error: str
) -> None:
    query = parse_qs(served.returned(served.browser.get(changed(served, change))))
    assert query["error"] == [error]
    assert len(query["state"][0]) >= 32


def test_service_that_repeats_a_parameter_is_refused(served: Served) -> None:
    assert served.browser.get(changed(served, {}) + "&scope=openid").status_code == 400


@pytest.mark.parametrize("length", [17_000, 60_000])
def test_stranger_with_an_endless_query_is_refused(served: Served, length: int) -> None:
    assert served.browser.get(f"{served.settings.origin}/?x={'a' * length}").status_code == 414


def test_stranger_with_an_endless_body_is_refused(served: Served) -> None:
    answer = served.browser.post(served.provider.token_endpoint, content=b"a" * 66_000)
    assert answer.status_code == 413


@pytest.mark.parametrize("cookie", ['"', "a=b;" * 200, "demonstration_identity_provider=\xe9"])
def test_stranger_with_a_strange_cookie_gets_an_ordinary_answer(served: Served, cookie: str) -> None:
    answer = served.browser.get(changed(served, {}), headers=[(b"cookie", cookie.encode("latin-1"))])
    assert answer.status_code == 303


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/connexion/x", 404), ("/telephone/x", 404)])
def test_stranger_with_an_unknown_address_is_told_so_in_french(served: Served, path: str, status: int) -> None:
    answer = served.browser.get(served.settings.origin + path)
    assert answer.status_code == status
    assert 'lang="fr"' in answer.text


def test_stranger_posts_where_only_reading_is_possible_and_is_refused(served: Served) -> None:
    assert served.browser.post(served.provider.jwks_uri).status_code == 405


def test_stranger_without_a_token_reads_no_userinfo(served: Served) -> None:
    assert served.server.get(served.provider.userinfo_endpoint).status_code == 401


def test_service_asking_for_fewer_scopes_receives_fewer_claims(served: Served) -> None:
    served.party = replace(served.party, scopes=("openid", "email"))
    assert served.sign_in() == "claim_missing"
