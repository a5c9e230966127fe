"""Blind indexes: find a person by an exact value without the database knowing the value.

HMAC-SHA256 under the blind key of ``kind | 0x00 | normalised value``, first 16 bytes, stored as a UUID. Two people
with the same value share an index: that equality, and nothing else, shows to who holds the database (I-09).
"""

import hmac
from datetime import date
from typing import Final
from uuid import UUID

from beffroi.core.nir import NirRefusal, parse_nir
from beffroi.core.normalisation import (
    NormalisationRefusal,
    agency_id_key,
    birth_date,
    email_key,
    first_name_key,
    name_key,
    phone_key,
)
from beffroi.guard.keys import Keys
from beffroi.guard.vault.records import AgencyId, Contact, Identity, Nir, Record

NIR: Final = b"nir\x00"
AGENCY_ID: Final = b"agency-id\x00"
EMAIL: Final = b"email\x00"
PHONE: Final = b"phone\x00"
NAME: Final = b"name\x00"
AGENT_EMAIL: Final = b"agent-email\x00"
SUBJECT: Final = b"subject\x00"

COLUMNS: Final = ("blind_nir", "blind_agency_id", "blind_email", "blind_phone", "blind_name", "blind_birth_name")
COLUMNS_OF: Final = {
    "nir": ("blind_nir",),
    "agency-id": ("blind_agency_id",),
    "email": ("blind_email",),
    "phone": ("blind_phone",),
    "name": ("blind_name", "blind_birth_name"),
}
"""Columns searched, any of them, for each way of finding somebody: a name is the usual one or the one of birth."""


def index(key: bytes, kind: bytes, value: str) -> bytes:
    """16 bytes for a value already normalised."""
    return hmac.digest(key, kind + value.encode(), "sha256")[:16]


def name_text(last_key: str, first_key: str, born: str) -> str:
    """The normalised triple that stands for a name: keys have letters and digits only, so ``|`` separates."""
    return f"{last_key}|{first_key}|{born}"


def subject(keys: Keys, issuer: str, sub: str) -> UUID:
    """Index of an identity provider's subject (OpenID Connect Core, 2: ``iss`` and ``sub`` are compared exactly)."""
    return UUID(bytes=index(keys.blind, SUBJECT, f"{len(issuer)}|{issuer}|{sub}"))


def agent_email(keys: Keys, email: str) -> UUID | NormalisationRefusal:
    """Index of a colleague's professional address."""
    key = email_key(email)
    return key if isinstance(key, NormalisationRefusal) else UUID(bytes=index(keys.blind, AGENT_EMAIL, key))


def searched(
    keys: Keys, by: str, value: str, *, today: date, first_names: str = "", born: str = ""
) -> UUID | NormalisationRefusal | NirRefusal:
    """Index of what somebody typed in a search: ``by`` is a key of ``COLUMNS_OF``; a name is ``value`` plus two.

    Raises KeyError for another ``by``.
    """
    if by == "nir":
        nir = parse_nir(value)
        if isinstance(nir, NirRefusal):
            return nir
        return UUID(bytes=index(keys.blind, NIR, nir.reveal()))
    if by == "name":
        last, first = name_key(value), first_name_key(first_names)
        day = birth_date(born, today=today)
        for refusal in (last, first, day):
            if isinstance(refusal, NormalisationRefusal):
                return refusal
        return UUID(bytes=index(keys.blind, NAME, name_text(last, first, day.isoformat())))  # type: ignore[union-attr]
    normalise, kind = {
        "agency-id": (agency_id_key, AGENCY_ID), "email": (email_key, EMAIL), "phone": (phone_key, PHONE),
    }[by]  # fmt: skip
    text = normalise(value)
    return text if isinstance(text, NormalisationRefusal) else UUID(bytes=index(keys.blind, kind, text))


def of_record(key: bytes, record: Record) -> dict[str, UUID | None]:
    """The index columns that one group of a person feeds. Values that have no normal form are not indexed."""
    if isinstance(record, Nir):
        return {"blind_nir": UUID(bytes=index(key, NIR, record.nir))}
    if isinstance(record, AgencyId):
        return {"blind_agency_id": _maybe(key, AGENCY_ID, agency_id_key(record.agency_id))}
    if isinstance(record, Contact):
        return {
            "blind_email": None if record.email is None else _maybe(key, EMAIL, email_key(record.email)),
            "blind_phone": None if record.phone is None else _maybe(key, PHONE, phone_key(record.phone)),
        }
    if isinstance(record, Identity):
        return _of_names(key, record)
    return {}


def _of_names(key: bytes, identity: Identity) -> dict[str, UUID | None]:
    """Indexes of the usual name and, where it is another, of the name of birth: one kind, so either finds both."""
    first = first_name_key(identity.first_names)
    found: list[UUID | None] = []
    keys: list[str | NormalisationRefusal] = []
    for name in (identity.last_name, identity.birth_name):
        last = NormalisationRefusal.EMPTY if name is None else name_key(name)
        if isinstance(last, NormalisationRefusal) or isinstance(first, NormalisationRefusal) or last in keys:
            found.append(None)
        else:
            found.append(UUID(bytes=index(key, NAME, name_text(last, first, identity.birth_date))))
        keys.append(last)
    return {"blind_name": found[0], "blind_birth_name": found[1]}


def _maybe(key: bytes, kind: bytes, value: str | NormalisationRefusal) -> UUID | None:
    return None if isinstance(value, NormalisationRefusal) else UUID(bytes=index(key, kind, value))
