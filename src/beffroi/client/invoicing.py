"""Billing: the one call that says who bills, and its answer."""

from msgspec import Struct

from beffroi.client.calls import Call, post
from beffroi.client.reading import reads


class Standing(Struct, frozen=True):
    """Who bills, for which organisation, on which side (``seller`` or ``buyer``)."""

    account: str
    organisation: str
    name: str
    siret: str | None
    side: str


def standing() -> Call[Standing]:
    """Whether this session bills now, and for whom."""
    return post("/v1/invoicing/standing", {}, reads(Standing))
