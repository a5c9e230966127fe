"""Whatever bytes come in, a refusal comes out and nothing is raised."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws

from beffroi.standards.jose import JwtRefusal, verify
from beffroi.standards.oidc import (
    Algorithm,
    PublicKeys,
    Refusal,
    SignIn,
    UnknownKey,
    read_callback,
    read_key_set,
    read_provider,
    read_token_response,
)
from tests.standards.oidc_samples import (
    ID_CLAIMS,
    ISSUER,
    KEY,
    KEYS,
    PROVIDER,
    TRANSACTION,
    Claims,
    judge_id_token,
    judge_userinfo,
    unsigned,
)


def test_every_refusal_of_a_token_has_its_twin_among_the_refusals_of_a_sign_in() -> None:
    assert {refusal.value for refusal in JwtRefusal} <= {refusal.value for refusal in Refusal}


@settings(max_examples=120, deadline=None)
@given(st.one_of(st.binary(max_size=2_000), st.text(max_size=500).map(lambda text: text.encode("utf-8", "replace"))))
def test_forger_with_arbitrary_bytes_refused_and_nothing_raised(raw: bytes) -> None:
    assert isinstance(verify(raw, KEYS, frozenset(Algorithm)), JwtRefusal | UnknownKey)
    assert isinstance(judge_userinfo(raw), Refusal | UnknownKey)
    assert isinstance(read_key_set(raw), JwtRefusal | PublicKeys)
    assert isinstance(read_provider(raw, ISSUER), Refusal)
    assert isinstance(read_token_response(200, raw), Refusal)
    assert isinstance(read_callback(raw.decode("latin-1"), TRANSACTION, PROVIDER), Refusal)


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


@settings(max_examples=120, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(ID_CLAIMS)), anything, min_size=1))
def test_provider_that_signs_nonsense_refused_or_believed_but_nothing_raised(change: Claims) -> None:
    payload = json.dumps({**ID_CLAIMS, **change}).encode("utf-8", "replace")
    token = jws.serialize_compact({"alg": "ES256", "kid": "one"}, payload, KEY, algorithms=["ES256"])
    assert isinstance(judge_id_token(token), Refusal | SignIn)


@settings(max_examples=120, deadline=None)
@given(st.dictionaries(st.sampled_from(["alg", "kid", "typ", "cty", "crit", "x"]), anything))
def test_forger_with_an_arbitrary_header_refused_and_nothing_raised(header: Claims) -> None:
    assert isinstance(judge_id_token(unsigned(ID_CLAIMS, header)), Refusal | UnknownKey)


def test_forger_with_deeply_nested_json_refused() -> None:
    deep = b"[" * 60_000
    assert read_key_set(deep) is JwtRefusal.KEY_SET_MALFORMED
    assert read_token_response(200, b'{"a":' * 10_000) is Refusal.TOKEN_RESPONSE_MALFORMED
