"""What an import of the network brings: one kind of row for each thing the guard must know before anybody works.

Rows come from JSON Lines (one object a line, its kind in ``row``) or from a program that builds them. Instants are
RFC 3339 with an offset. Personal values of agents never show in ``repr``.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from beffroi.core.identifying import REDACTED
from beffroi.core.providers import PATTERN

Id = Annotated[str, Meta(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
Text = Annotated[str, Meta(min_length=1, max_length=300)]
Code = Annotated[str, Meta(min_length=1, max_length=64)]
Provider = Annotated[str, Meta(pattern=rf"^{PATTERN}$(?!\n)")]
Instant = Annotated[datetime, Meta(tz=True)]
Count = Annotated[int, Meta(ge=0, le=2_000_000_000)]
Status = Literal["requested", "approved", "enrolled", "probation", "confirmed", "suspended", "closed"]
LONGEST_LINE: Final = 65_536


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="row"):
    def __repr__(self) -> str:
        return f"{type(self).__name__}({REDACTED})"

    def __rich_repr__(self) -> list[tuple[str, str]]:
        return []


class OrganisationRow(_Row, frozen=True, tag="organisation"):
    """An organisation of the network; ``confirmed_agents`` sizes its budget until the sweep computes it."""

    id: Id
    code: Code
    name: Text
    kind: Code
    contract_until: Instant
    confirmed_agents: Count
    siret: Code | None = None
    active: bool = True


class ProviderRow(_Row, frozen=True, tag="provider"):
    """An identity provider (``idp_id``) that an organisation accepts; without one nobody there can be bound."""

    organisation: Id
    provider: Provider
    name: Annotated[str, Meta(min_length=1, max_length=80)]


class ApplicationRow(_Row, frozen=True, tag="application"):
    """A business application, the organisation that answers for it, and the caps of its breaker."""

    id: Code
    name: Text
    organisation: Id
    redirect_uris: Annotated[tuple[Text, ...], Meta(max_length=20)]
    hour_cap: Count
    day_cap: Count
    week_cap: Count
    month_cap: Count
    open: bool = True


class ApplicationKeyRow(_Row, frozen=True, tag="application-key"):
    """A public key with which an application signs its assertions: JWK (RFC 7517) as JSON text."""

    application: Code
    kid: Code
    jwk: Annotated[str, Meta(min_length=1, max_length=4_000)]
    until_at: Instant


class AccountRow(_Row, frozen=True, tag="account"):
    """A natural person who works.

    ``issuer``, ``sub`` and ``idp_id`` bind a subject now; without them the first sign-in does.
    """

    id: Id
    email: Text
    first_name: Text
    last_name: Text
    attested_until: Instant
    reviewed_until: Instant
    created_at: Instant
    phone: Code | None = None
    issuer: Text | None = None
    sub: Text | None = None
    idp_id: Code | None = None
    status: Literal["invited", "active", "suspended", "closed"] = "active"
    requested_by: Id | None = None
    approved_by: Id | None = None
    pools: Annotated[tuple[Id, ...], Meta(max_length=20)] = ()


class HabilitationRow(_Row, frozen=True, tag="habilitation"):
    """A role held at an organisation, between two instants, in applications of this import or known before."""

    id: Id
    account: Id
    organisation: Id
    role: Code
    applications: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=20)]
    from_at: Instant
    until_at: Instant
    status: Literal["requested", "approved", "enrolled", "probation", "confirmed", "suspended", "closed"] = (
        "confirmed"
    )


class FactorRow(_Row, frozen=True, tag="factor"):
    """A one-time-password secret (RFC 6238), base64: for demonstrations; elsewhere the guard enrols factors."""

    id: Id
    account: Id
    secret: Annotated[bytes, Meta(min_length=16, max_length=64)]
    created_at: Instant


class RelationRow(_Row, frozen=True, tag="relation"):
    """Why an organisation may know a person; ``referent`` is an account."""

    person: Id
    organisation: Id
    kind: Literal["followed", "appointment", "prescription", "enrolment"]
    since_at: Instant
    until_at: Instant | None = None
    referent: Id | None = None


class ContractRow(_Row, frozen=True, tag="contract"):
    """The contract of an organisation of the same import, until that row's ``contract_until``.

    ``clauses`` are codes with their versions (``audit/1``). An active organisation was opened on the first day, its
    onboarding list complete; one that is not has its list before it. ``level`` is the assurance demanded of members.
    """

    organisation: Id
    from_at: Instant
    clauses: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=40)]
    controllers: Annotated[tuple[Text, ...], Meta(min_length=1, max_length=8)]
    level: Literal[1, 2, 3]
    contact_name: Text
    contact_email: Text
    contact_phone: Code


class RosterDomainRow(_Row, frozen=True, tag="roster-domain"):
    """A mail domain of an organisation's own people."""

    organisation: Id
    domain: Text


NetworkRow = (
    OrganisationRow
    | ApplicationRow
    | ApplicationKeyRow
    | AccountRow
    | HabilitationRow
    | FactorRow
    | RelationRow
    | ContractRow
    | RosterDomainRow
    | ProviderRow
)
_DECODER: Final = msgspec.json.Decoder(NetworkRow)


class NetworkRefused(ValueError):
    """The network cannot be imported; the message names a line and what was expected, never a value."""


def read_lines(path: Path) -> Iterator[NetworkRow]:
    """Rows of a JSON Lines file. Raises NetworkRefused at the first line that is no row, OSError."""
    with open(path, "rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE + 1), b""), start=1):
            if len(line) > LONGEST_LINE:
                raise NetworkRefused(f"line {number}: longer than {LONGEST_LINE} bytes")
            if not line.strip():
                continue
            try:
                yield _DECODER.decode(line)
            except msgspec.DecodeError as error:  # gives paths and expected types, never a value
                raise NetworkRefused(f"line {number}: {error}") from None


def write_lines(rows: Iterable[NetworkRow], path: Path) -> int:
    """Write rows as JSON Lines, for whoever prepares such a file; how many."""
    encoder, written = msgspec.json.Encoder(), 0
    with open(path, "xb") as file:
        path.chmod(0o600)
        for row in rows:
            file.write(encoder.encode(row) + b"\n")
            written += 1
    return written
