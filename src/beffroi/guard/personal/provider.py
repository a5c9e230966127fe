"""The identity provider of people, in the role of FranceConnect: the edge of agents' provider, another client.

What differs: ``acr_values`` instead of the ``claims`` parameter, the scopes of the pivot identity, a return address
and a logout of its own, and what is believed of the answer. A token made for agents names another issuer and another
audience, and is refused here; the other way round too.
"""

from datetime import datetime
from typing import Final

from beffroi.core.personal import ACCEPTED_ACR
from beffroi.core.policy import Policy
from beffroi.guard.services import Services
from beffroi.guard.settings import Mode
from beffroi.guard.signin.provider import Identified, ProviderEdge
from beffroi.standards import oidc
from beffroi.standards.oidc import PivotIdentity, Refusal, RelyingParty, Transaction

AREA: Final = "person-signin"
RETURN: Final = "/person/callback"
LEFT: Final = "/person/signed-out"
SCOPES: Final = (
    "openid", "given_name", "family_name", "birthdate", "gender", "birthplace", "birthcountry",
)  # fmt: skip
"""The pivot identity; no usual name, no address, no telephone: what is not needed is not asked for."""


class PersonEdge(ProviderEdge):
    """The provider of people as this guard uses it."""

    def party(self, policy: Policy) -> RelyingParty:
        """The guard as that provider's client; the levels asked for are the product's own, not the policy's."""
        return RelyingParty(
            client_id=self._settings.client_id,
            redirect_uri=f"{self._public_url}{RETURN}",
            post_logout_redirect_uri=f"{self._public_url}{LEFT}",
            accepted_acr=ACCEPTED_ACR,
            scopes=SCOPES,
            ask_amr=False,
            acr_values=True,
            pkce=self._settings.pkce,
            accept_demonstration_keys=self._mode is not Mode.PRODUCTION,
        )

    async def identify_person(
        self, code: str, transaction: Transaction, policy: Policy, now: datetime
    ) -> Identified[PivotIdentity] | Refusal:
        """Exchange a code and verify whose it is. Raises Unreachable."""
        return await self._identified(code, transaction, self.party(policy), now, oidc.verify_pivot)


def person_edge(services: Services) -> PersonEdge | None:
    """The edge of this guard's provider of people; None where none is set: the personal space is closed."""
    found = services.areas.get(AREA)
    if isinstance(found, PersonEdge):
        return found
    settings = services.settings
    if settings.person_provider is None:
        return None
    edge = PersonEdge(settings.person_provider, settings.public_url, settings.mode)
    services.areas[AREA] = edge
    return edge
