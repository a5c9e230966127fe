"""Contracts and rosters of an import, as columns: each contract sealed under a key of its own."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from beffroi.core.mail_domains import is_public, mail_domain
from beffroi.core.partner_lists import LISTS, List, cited, missing
from beffroi.guard.authentic import Value
from beffroi.guard.importing.network_rows import (
    ContractRow,
    NetworkRefused,
    NetworkRow,
    OrganisationRow,
    ProviderRow,
    RosterDomainRow,
)
from beffroi.guard.keys import Keys
from beffroi.guard.partners import sealed

AT_ODDS: Final = """
SELECT EXISTS (SELECT FROM guard.contract c JOIN guard.organisation o ON o.id = c.id
WHERE c.until_at <> o.contract_until OR o.active <> (c.opened_at IS NOT NULL AND c.ended_at IS NULL))
"""
"""Whether decisions read of an organisation something else than its contract says."""


class PartnerMaker:
    """Turns rows into columns; a contract takes its end and its state from its organisation's own row."""

    def __init__(self, keys: Keys, organisations: Iterable[NetworkRow], at: datetime) -> None:
        self._keys, self._at = keys, at
        self._organisations = {row.id: row for row in organisations if isinstance(row, OrganisationRow)}

    def contract(self, row: NetworkRow) -> dict[str, Value]:
        """Columns of a contract. Raises NetworkRefused."""
        assert isinstance(row, ContractRow)
        office = self._office(row)
        if any(cited(text) is None for text in row.clauses) or missing(row.clauses):
            raise NetworkRefused(
                f"contract of {row.organisation}: a clause is unknown, or a mandatory one is missing"
            )
        contact = {"name": row.contact_name, "email": row.contact_email, "phone": row.contact_phone}
        return {
            "id": row.organisation, "from_at": row.from_at, "until_at": office.contract_until,
            "clauses": sorted(row.clauses), "controllers": list(row.controllers), "level": row.level,
            **sealed.fresh(self._keys, row.organisation, contact),
            "opened_at": row.from_at if office.active else None, "ended_at": None, "version": 1,
        }  # fmt: skip

    def items(self, row: NetworkRow) -> Iterator[dict[str, Value]]:
        """The onboarding list of an organisation that is open already: done on the first day."""
        assert isinstance(row, ContractRow)
        if not self._office(row).active:
            return
        for code in LISTS[List.ONBOARDING]:
            yield {
                "id": str(uuid5(UUID(row.organisation), f"onboarding:{code}")), "organisation": row.organisation,
                "list": List.ONBOARDING.value, "code": code, "done_at": row.from_at, "done_by": None,
                "evidence": None, "version": 1,
            }  # fmt: skip

    def domain(self, row: NetworkRow) -> dict[str, Value]:
        """Columns of a mail domain. Raises NetworkRefused."""
        assert isinstance(row, RosterDomainRow)
        domain = mail_domain(row.domain)
        if domain is None or is_public(domain):
            raise NetworkRefused(f"roster of {row.organisation}: that is not an organisation's own domain")
        return {
            "id": str(uuid5(UUID(row.organisation), f"domain:{domain}")), "organisation": row.organisation,
            "domain": domain, "ended_at": None, "added_at": self._at, "version": 1,
        }  # fmt: skip

    def provider(self, row: NetworkRow) -> dict[str, Value]:
        """Columns of an identity provider that an organisation accepts."""
        assert isinstance(row, ProviderRow)
        return {
            "id": str(uuid5(UUID(row.organisation), f"provider:{row.provider}")), "organisation": row.organisation,
            "provider": row.provider, "name": row.name, "source": "import", "accepted_at": self._at,
            "accepted_by": None, "withdrawn_at": None, "withdrawn_by": None, "version": 1,
        }  # fmt: skip

    def _office(self, row: ContractRow) -> OrganisationRow:
        office = self._organisations.get(row.organisation)
        if office is None:
            raise NetworkRefused(f"contract of {row.organisation}: its organisation is not in this import")
        if row.from_at >= office.contract_until or (office.active and row.from_at > self._at):
            raise NetworkRefused(f"contract of {row.organisation}: it begins after it should")
        return office
