"""Passkeys: Web Authentication level 3, registration (section 7.1) and assertion (section 7.2); sans-IO.

User verification is always required: a passkey alone proves two factors. No attestation is asked for: which
brand of authenticator an agent owns is none of the guard's business.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import webauthn
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

MAX_ANSWER_CHARACTERS: Final = 16_384
MAX_CREDENTIAL_ID_BYTES: Final = 1_023  # level 3 section 5.8.3
CHALLENGE_BYTES: Final = 32
TIMEOUT_MILLISECONDS: Final = 120_000


class WebAuthnRefusal(StrEnum):
    """Why an authenticator's answer was not believed."""

    MALFORMED = "passkey_malformed"
    NOT_VERIFIED = "passkey_not_verified"
    CLONED = "passkey_sign_count_went_back"


@dataclass(frozen=True, slots=True)
class RelyingPartyIdentity:
    """What a passkey is bound to: the host of the guard's public URL, and its one origin."""

    rp_id: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True)
class Credential:
    """A passkey as the guard keeps it: no secret in it."""

    credential_id: bytes = field(repr=False)
    public_key: bytes = field(repr=False)
    sign_count: int


def registration_options(
    party: RelyingPartyIdentity,
    challenge: bytes,
    user_handle: bytes,
    user_name: str,
    known: Sequence[bytes],
) -> str:
    """Options of ``navigator.credentials.create`` as JSON; ``known`` are credentials not to enrol twice.

    ``user_handle`` is random or an opaque account id, never an address (level 3 section 14.6.1).
    """
    options = webauthn.generate_registration_options(
        rp_id=party.rp_id,
        rp_name=party.name,
        user_name=user_name,
        user_id=user_handle,
        challenge=challenge,
        timeout=TIMEOUT_MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=credential_id) for credential_id in known],
    )
    return webauthn.options_to_json(options)


def assertion_options(party: RelyingPartyIdentity, challenge: bytes, known: Sequence[bytes]) -> str:
    """Options of ``navigator.credentials.get`` as JSON, for the credentials of one account."""
    options = webauthn.generate_authentication_options(
        rp_id=party.rp_id,
        challenge=challenge,
        timeout=TIMEOUT_MILLISECONDS,
        allow_credentials=[PublicKeyCredentialDescriptor(id=credential_id) for credential_id in known],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def read_credential_id(answer: str) -> bytes | None:
    """The credential an authenticator's JSON answer names, before anything is verified."""
    if len(answer) > MAX_ANSWER_CHARACTERS:
        return None
    try:
        read: object = json.loads(answer)
        named = read.get("rawId") if isinstance(read, dict) else None
        raw = webauthn.base64url_to_bytes(named) if isinstance(named, str) else b""
    except (ValueError, RecursionError):
        return None
    return raw if 0 < len(raw) <= MAX_CREDENTIAL_ID_BYTES else None


def verify_registration(answer: str, party: RelyingPartyIdentity, challenge: bytes) -> Credential | WebAuthnRefusal:
    """Judge the JSON answer of an enrolment against the challenge it was asked with."""
    if read_credential_id(answer) is None:
        return WebAuthnRefusal.MALFORMED
    try:
        verified = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.rp_id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except Exception:  # CBOR, ASN.1 and curve arithmetic on hostile bytes: whatever they raise, it is no proof
        return WebAuthnRefusal.NOT_VERIFIED
    return Credential(verified.credential_id, verified.credential_public_key, verified.sign_count)


def verify_assertion(
    answer: str, party: RelyingPartyIdentity, challenge: bytes, credential: Credential
) -> int | WebAuthnRefusal:
    """Judge the JSON answer of an authenticator; the new signature counter, or why not.

    ``CLONED`` is only ever said of an answer whose signature is good: nobody without the private key, or a copy
    of it, can have a passkey revoked.
    """
    if read_credential_id(answer) != credential.credential_id:
        return WebAuthnRefusal.MALFORMED
    try:
        verified = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.rp_id,
            expected_origin=party.origin,
            credential_public_key=credential.public_key,
            # The library looks at the counter before the signature; ours is compared below, after it.
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Exception:  # CBOR, ASN.1 and curve arithmetic on hostile bytes: whatever they raise, it is no proof
        return WebAuthnRefusal.NOT_VERIFIED
    counter = verified.new_sign_count
    if (counter or credential.sign_count) and counter <= credential.sign_count:
        return WebAuthnRefusal.CLONED
    return counter
