"""Passkeys: an answer is believed for its key, its challenge, its origin and a verified owner, and not otherwise."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.standards import webauthn
from beffroi.standards.webauthn import Credential, RelyingPartyIdentity, WebAuthnRefusal
from tests.guard.signin.authenticator import UP, Authenticator

ORIGIN = "http://localhost:8001"
PARTY = RelyingPartyIdentity("localhost", ORIGIN, "Beffroi")
CHALLENGE = bytes(range(32))
OPTIONS = webauthn.assertion_options(PARTY, CHALLENGE, [])


def kept(authenticator: Authenticator) -> Credential:
    return Credential(authenticator.credential_id, authenticator.public_key, authenticator.counter)


def test_options_demand_a_verified_owner_and_say_nothing_of_him() -> None:
    created = json.loads(webauthn.registration_options(PARTY, CHALLENGE, bytes(16), "Agent 1234", [b"known"]))
    assert created["authenticatorSelection"] == {"residentKey": "preferred", "requireResidentKey": False,
                                                 "userVerification": "required"}  # fmt: skip
    assert created["attestation"] == "none"
    assert len(created["excludeCredentials"]) == 1
    assert json.loads(OPTIONS)["userVerification"] == "required"


def test_registration_gives_the_credential_and_the_assertion_its_counter() -> None:
    authenticator = Authenticator(ORIGIN)
    credential = webauthn.verify_registration(authenticator.create(OPTIONS), PARTY, CHALLENGE)
    assert credential == kept(authenticator)
    assert isinstance(credential, Credential)
    assert webauthn.verify_assertion(authenticator.get(OPTIONS), PARTY, CHALLENGE, credential) == 1


@pytest.mark.parametrize(
    ("origin", "rp_id", "flags", "challenge"),
    [("http://localhost:9", "localhost", 5, CHALLENGE), (ORIGIN, "evil.example", 5, CHALLENGE),
     (ORIGIN, "localhost", UP, CHALLENGE), (ORIGIN, "localhost", 5, bytes(32))],
)  # fmt: skip
def test_answer_with_one_thing_wrong_is_refused(origin: str, rp_id: str, flags: int, challenge: bytes) -> None:
    authenticator = Authenticator(origin, rp_id, flags)
    made = webauthn.verify_registration(authenticator.create(OPTIONS), PARTY, challenge)
    assert made is WebAuthnRefusal.NOT_VERIFIED
    used = webauthn.verify_assertion(authenticator.get(OPTIONS), PARTY, challenge, kept(Authenticator(origin)))
    assert used is WebAuthnRefusal.MALFORMED
    credential = Credential(authenticator.credential_id, authenticator.public_key, 0)
    used = webauthn.verify_assertion(authenticator.get(OPTIONS), PARTY, challenge, credential)
    assert used is WebAuthnRefusal.NOT_VERIFIED


@pytest.mark.parametrize(
    ("stored", "expected"), [(0, 5), (4, 5), (5, WebAuthnRefusal.CLONED), (9, WebAuthnRefusal.CLONED)]
)
def test_counter_must_grow(stored: int, expected: object) -> None:
    authenticator = Authenticator(ORIGIN, counter=4)
    credential = Credential(authenticator.credential_id, authenticator.public_key, stored)
    assert webauthn.verify_assertion(authenticator.get(OPTIONS), PARTY, CHALLENGE, credential) == expected


def test_authenticator_without_a_counter_is_accepted() -> None:
    authenticator = Authenticator(ORIGIN, counter=-1)
    credential = Credential(authenticator.credential_id, authenticator.public_key, 0)
    assert webauthn.verify_assertion(authenticator.get(OPTIONS), PARTY, CHALLENGE, credential) == 0


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_hostile_answers_are_refused_and_never_raise(data: st.DataObject) -> None:
    authenticator = Authenticator(ORIGIN)
    genuine = data.draw(st.sampled_from([authenticator.create(OPTIONS), authenticator.get(OPTIONS)]))
    read = json.loads(genuine)
    part = data.draw(st.sampled_from(sorted(read["response"])))
    read["response"][part] = data.draw(
        st.one_of(st.text(max_size=80), st.none(), st.integers(), st.binary().map(repr))
    )
    answer = data.draw(st.sampled_from([json.dumps(read), genuine[: len(genuine) // 2], "[" * 5_000, "null"]))
    assert isinstance(webauthn.verify_registration(answer, PARTY, CHALLENGE), WebAuthnRefusal)
    assert isinstance(webauthn.verify_assertion(answer, PARTY, CHALLENGE, kept(authenticator)), WebAuthnRefusal)
