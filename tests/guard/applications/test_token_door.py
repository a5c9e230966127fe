"""An application is believed for a signature of its own key, made for this guard, now, once."""

import json
import os
import time
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey

from beffroi.core.ids import ApplicationId
from beffroi.guard.applications.access_tokens import LIFE_SECONDS, AccessTokens
from tests.guard.signin.serving import CONSOLE, Guard


def claims(guard: Guard, **changes: Any) -> dict[str, Any]:
    now = int(time.time())
    made = {
        "iss": CONSOLE, "sub": CONSOLE, "aud": f"{guard.url}/v1/token", "iat": now, "exp": now + 55,
        "jti": os.urandom(16).hex(),
    } | changes  # fmt: skip
    return {name: value for name, value in made.items() if value is not None}


def ask(guard: Guard, made: dict[str, Any], key: ECKey | OKPKey | None = None, **header: Any) -> httpx.Response:
    signer = key or guard.key._key
    algorithm = "EdDSA" if isinstance(signer, OKPKey) else "ES256"
    header = {"alg": algorithm, "kid": "console-key"} | header
    assertion = jwt.encode(header, made, signer, algorithms=[algorithm])
    return httpx.post(f"{guard.url}/v1/token", data=guard.token_form(client_assertion=assertion))


def test_application_with_its_key_gets_a_token_of_five_minutes(guard: Guard) -> None:
    answer = ask(guard, claims(guard))
    assert answer.status_code == 200
    assert answer.json()["token_type"] == "Bearer"
    assert answer.json()["expires_in"] == LIFE_SECONDS == 300
    assert answer.headers["cache-control"] == "no-store"


def test_application_with_an_ed25519_key_gets_one_too(guard: Guard) -> None:
    key = OKPKey.generate_key("Ed25519", {"kid": "ed"})
    guard.run(add_key(guard, key, "ed"))
    assert ask(guard, claims(guard), key, kid="ed").status_code == 200


async def add_key(guard: Guard, key: ECKey | OKPKey, kid: str, **changes: object) -> None:
    row = {
        "application": CONSOLE, "kid": kid, "jwk": json.dumps(key.as_dict(private=False)),
        "until_at": await guard.world.now() + timedelta(days=1), "revoked_at": None,
    } | changes  # fmt: skip
    await guard.world.insert("application_key", **row)


@pytest.mark.parametrize(
    "changes",
    [{"iss": "other"}, {"sub": "other"}, {"aud": "https://other.example/v1/token"}, {"aud": None}, {"jti": None},
     {"jti": "short"}, {"exp": None}, {"iat": None}, {"exp": int(time.time()) - 10}, {"exp": int(time.time()) + 3600},
     {"iat": int(time.time()) + 600}, {"exp": True}, {"jti": "a\0" * 20}],
)  # fmt: skip
def test_assertion_with_one_claim_wrong_is_refused(guard: Guard, changes: dict[str, Any]) -> None:
    refused = ask(guard, claims(guard, **changes))
    assert refused.status_code == 401
    assert refused.json() == {"error": "invalid_client"}


def test_assertion_serves_once(guard: Guard) -> None:
    made = claims(guard)
    assert ask(guard, made).status_code == 200
    assert ask(guard, made).status_code == 401


def test_assertion_used_many_times_at_once_serves_once(guard: Guard) -> None:
    from concurrent.futures import ThreadPoolExecutor

    made = claims(guard)
    with ThreadPoolExecutor(6) as threads:
        statuses = sorted(answer.status_code for answer in threads.map(lambda _: ask(guard, made), range(6)))
    assert statuses == [200, 401, 401, 401, 401, 401]


def test_unknown_application_and_bad_signature_are_indistinguishable(guard: Guard) -> None:
    stranger = ECKey.generate_key("P-256", {"kid": "console-key"})
    answers = [
        ask(guard, claims(guard), stranger),
        ask(guard, claims(guard, iss="nobody", sub="nobody"), stranger),
        ask(guard, claims(guard), stranger, kid="unknown-key"),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    kept = {"date", "content-length"}
    assert len({json.dumps({k: v for k, v in answer.headers.items() if k not in kept}) for answer in answers}) == 1


@pytest.mark.parametrize("fault", ["revoked_at", "until_at", "mac"])
def test_key_revoked_expired_or_forged_is_refused(guard: Guard, fault: str) -> None:
    key = ECKey.generate_key("P-256", {"kid": f"key-{fault}"})
    changes: dict[str, object] = {}
    if fault != "mac":
        changes[fault] = guard.one("SELECT guard.instant()")
    guard.run(add_key(guard, key, f"key-{fault}", **changes))
    if fault == "mac":
        assert ask(guard, claims(guard), key, kid="key-mac").status_code == 200
        other = ECKey.generate_key("P-256", {"kid": "key-mac"})
        jwk = json.dumps(other.as_dict(private=False))
        guard.execute("UPDATE guard.application_key SET jwk = $1 WHERE kid = 'key-mac'", jwk)
        key = other
    assert ask(guard, claims(guard), key, kid=f"key-{fault}").status_code == 401


@pytest.mark.parametrize(
    "form",
    [{"client_assertion": "x"}, {"client_assertion": "a.b.c"}, {"client_assertion": "A" * 10_000},
     {"client_assertion": "é.é.é"}, {"client_assertion_type": "password"}],
)  # fmt: skip
def test_malformed_assertion_is_refused_like_any_other(guard: Guard, form: dict[str, str]) -> None:
    refused = httpx.post(f"{guard.url}/v1/token", data=guard.token_form(**form))
    assert refused.status_code == 401
    assert refused.json() == {"error": "invalid_client"}


@pytest.mark.parametrize("kid", ["\\ud800", "caf\\u00e9", "a\\u0000b", "line\\nbreak", "k" * 129])
def test_key_id_that_no_table_can_hold_is_refused_like_any_other(guard: Guard, kid: str) -> None:
    head = urlsafe_b64encode(f'{{"alg":"ES256","kid":"{kid}"}}'.encode()).rstrip(b"=").decode()
    body = urlsafe_b64encode(json.dumps(claims(guard)).encode()).rstrip(b"=").decode()
    form = guard.token_form(client_assertion=f"{head}.{body}.{'A' * 86}")
    refused = httpx.post(f"{guard.url}/v1/token", data=form)
    assert refused.status_code == 401
    assert refused.json() == {"error": "invalid_client"}


def test_key_forged_in_the_database_is_journaled_as_an_alert(guard: Guard) -> None:
    key = ECKey.generate_key("P-256", {"kid": "key-alert"})
    guard.run(add_key(guard, key, "key-alert"))
    before = len(guard.journal("integrity"))
    guard.execute("UPDATE guard.application_key SET until_at = until_at + interval '1 day' WHERE kid = 'key-alert'")
    assert ask(guard, claims(guard), key, kid="key-alert").status_code == 401
    entries = guard.journal("integrity")[before:]
    assert [(entry["application"], entry["detail"]) for entry in entries] == [
        (CONSOLE, '{"table":"application_key"}')
    ]


def test_token_is_believed_until_it_expires_and_not_when_one_character_changes() -> None:
    tokens, now = AccessTokens(os.urandom(32)), 1_800_000_000.0
    token = tokens.issue(ApplicationId("console"), "kid.with.dots", now)
    assert tokens.verify(token, now + 299) == "console"
    assert tokens.verify(token, now + 300) is None
    for place in range(len(token)):
        changed = token[:place] + ("x" if token[place] != "x" else "y") + token[place + 1 :]
        assert tokens.verify(changed, now) is None
    assert AccessTokens(os.urandom(32)).verify(token, now) is None
    for noise in ("", ".", "....", "é" * 30, "bt1.console..9999999999.", "A" * 100_000):
        assert tokens.verify(noise, now) is None


def test_token_costs_little_on_the_hot_path() -> None:
    tokens, now = AccessTokens(os.urandom(32)), time.time()
    token = tokens.issue(ApplicationId("console"), "kid", now)
    rounds = []
    for _ in range(5):
        begun = time.process_time()
        for _ in range(20_000):
            tokens.verify(token, now)
        rounds.append((time.process_time() - begun) / 20_000)
    assert min(rounds) < 3e-6
