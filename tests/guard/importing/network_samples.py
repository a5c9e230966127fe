"""A small network, written out: two offices, a training organisation, an adviser in each office."""

from datetime import UTC, datetime
from uuid import UUID

from beffroi.core.partner_lists import CLAUSES, reference
from beffroi.guard.importing.network_rows import (
    AccountRow,
    ApplicationKeyRow,
    ApplicationRow,
    ContractRow,
    FactorRow,
    HabilitationRow,
    NetworkRow,
    OrganisationRow,
    ProviderRow,
    RelationRow,
    RosterDomainRow,
)

AT = datetime(2026, 11, 1, tzinfo=UTC)
LATER = datetime(2027, 11, 1, tzinfo=UTC)


def identifier(number: int) -> str:
    return str(UUID(int=number, version=4))


OFFICE, OTHER_OFFICE, SCHOOL = identifier(1), identifier(2), identifier(3)
ADVISER, OTHER_ADVISER, FACTOR = identifier(11), identifier(12), identifier(21)
PERSON = identifier(31)


def organisation(number: str, code: str, kind: str) -> OrganisationRow:
    return OrganisationRow(
        id=number, code=code, name=f"Organisation {code}", kind=kind, contract_until=LATER, confirmed_agents=5
    )


def adviser(number: str, login: str) -> AccountRow:
    return AccountRow(
        id=number, email=f"{login}@exemple.fr", first_name=login.title(), last_name="Martin", attested_until=LATER,
        reviewed_until=LATER, created_at=AT, issuer="https://idp.exemple", sub=f"sub-{login}", idp_id="idp-un",
    )  # fmt: skip


def membership(number: str, account: str, office: str) -> HabilitationRow:
    return HabilitationRow(
        id=number,
        account=account,
        organisation=office,
        role="adviser",
        applications=("console",),
        from_at=AT,
        until_at=LATER,
    )


NETWORK: tuple[NetworkRow, ...] = (
    organisation(OFFICE, "ML-UN", "youth-office"),
    organisation(OTHER_OFFICE, "ML-DEUX", "youth-office"),
    organisation(SCHOOL, "OF-UN", "training-organisation"),
    ApplicationRow(
        id="console", name="Console", organisation=OFFICE, redirect_uris=("http://localhost:8000/retour",),
        hour_cap=10, day_cap=20, week_cap=30, month_cap=40,
    ),
    ApplicationKeyRow(application="console", kid="k1", jwk='{"kty":"OKP"}', until_at=LATER),
    adviser(ADVISER, "camille"),
    adviser(OTHER_ADVISER, "dominique"),
    membership(identifier(13), ADVISER, OFFICE),
    membership(identifier(14), OTHER_ADVISER, OTHER_OFFICE),
    FactorRow(id=FACTOR, account=ADVISER, secret=b"a secret of 20 bytes", created_at=AT),
    ContractRow(
        organisation=OFFICE, from_at=AT, clauses=tuple(map(reference, CLAUSES)), controllers=("Organisation ML-UN",),
        level=2, contact_name="Anne Duval", contact_email="securite@exemple.fr", contact_phone="0320000000",
    ),
    RosterDomainRow(organisation=OFFICE, domain="exemple.fr"),
    ProviderRow(organisation=OFFICE, provider="idp-un", name="Annuaire de la mission locale"),
    RelationRow(person=PERSON, organisation=OFFICE, kind="followed", referent=ADVISER, since_at=AT),
)  # fmt: skip
