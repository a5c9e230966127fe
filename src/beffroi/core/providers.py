"""Which identity providers an organisation accepts, and what comes through one that it does not (DESIGN section 6).

A broker such as ProConnect stands before hundreds of identity providers. Whoever runs any of them can have it say
that he owns an address; so a provider is accepted by each organisation apart, and what none named is refused.
"""

import re
from collections.abc import Collection
from typing import Final, NamedTuple

from beffroi.core.ids import OrganisationId, ProviderId

PATTERN: Final = r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}"
_CODE: Final = re.compile(PATTERN)


class Place(NamedTuple):
    """An organisation where an account holds something that is not over, and the providers it accepts now."""

    organisation: OrganisationId
    network: bool
    accepted: frozenset[ProviderId]


def provider_id(text: str) -> ProviderId | None:
    """The ``idp_id`` that a broker told, or ``None`` for one of a form that no organisation can have accepted.

    ProConnect gives UUIDs; a policy may name others. What is shown and typed by people holds no space and no letter
    that looks like another.
    """
    return ProviderId(text) if _CODE.fullmatch(text) is not None else None


def serves(provider: ProviderId | None, place: Place) -> bool:
    """Whether an account bound through this provider may act at this place.

    At the network it may, whatever was withdrawn there: those who approve, contain and investigate must be able to
    give back. They prove themselves by passkeys, which no provider holds.
    """
    return place.network or provider in place.accepted


def closed_to(
    provider: ProviderId | None, places: Collection[Place], *, bound: bool
) -> tuple[OrganisationId, ...] | None:
    """Organisations that stand against a sign-in through this provider; ``None`` when nothing does.

    An account that is not ``bound`` yet is bound only to a provider that *every* place accepts, the network too; with
    no place there is nothing to be bound for, and nobody to ask: an empty tuple. One that is bound comes in where any
    place is served, and finds there only the memberships that are; one without any place finds none at all.
    """
    if bound:
        shut = [place.organisation for place in places if not serves(provider, place)]
        return tuple(shut) if shut and len(shut) == len(places) else None
    shut = [place.organisation for place in places if provider not in place.accepted]
    return tuple(shut) if shut or not places else None
