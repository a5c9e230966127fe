"""Who bills, when, and what the catalogue says of a session: what actions are given."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from beffroi.client.invoicing import Standing
from beffroi.core.invoicing import Side


@dataclass(frozen=True, slots=True)
class Biller:
    """Somebody whom the guard has just said to bill for an organisation, on its side."""

    account: UUID
    organisation: UUID
    name: str
    siret: str | None
    side: Side
    at: datetime

    @property
    def today(self) -> date:
        """The day in Paris, which dates a document."""
        return timezone.localdate(self.at)


def biller(standing: Standing, at: datetime) -> Biller:
    """Whom the guard named."""
    return Biller(
        UUID(standing.account), UUID(standing.organisation), standing.name, standing.siret, Side(standing.side), at
    )
