"""What of the present population a policy does not allow: found before anybody meets it as a refusal.

Each violation carries the code of the refusal that it brings (:mod:`beffroi.core.refusals`), and ids alone.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from beffroi.core.facts import AccountFacts, HabilitationFacts, OrganisationFacts
from beffroi.core.habilitation import clash, is_in_force, kinds_in_force
from beffroi.core.ids import AccountId, HabilitationId, OrganisationId
from beffroi.core.policy import Policy
from beffroi.core.refusals import Code

FOUND: Final = (
    Code.DUTIES_CLASH,
    Code.ROLE_UNKNOWN,
    Code.ATTESTATION_EXPIRED,
    Code.REVIEW_OVERDUE,
    Code.ORGANISATION_CLOSED,
)
"""What :func:`violations` looks for, in its order."""


class Violation(NamedTuple):
    """One thing that is not as the policy wants it: whose, where, by which habilitations in force.

    ``about`` says more in codes: kinds of role, a role and a kind of organisation, the instant of an end (ISO 8601).
    """

    code: Code
    account: AccountId | None
    organisation: OrganisationId | None
    habilitations: tuple[HabilitationId, ...]
    about: str


class Population(NamedTuple):
    """Everybody who may act and everything they hold, whatever its status; ``held`` of the accounts is not read."""

    accounts: tuple[AccountFacts, ...]
    habilitations: tuple[HabilitationFacts, ...]
    organisations: Mapping[OrganisationId, OrganisationFacts]

    def in_force(self, now: datetime) -> tuple[HabilitationFacts, ...]:
        """The habilitations that give access now, as far as it depends on themselves."""
        return tuple(one for one in self.habilitations if is_in_force(one, now))


def violations(population: Population, now: datetime, policy: Policy) -> tuple[Violation, ...]:
    """Every violation, by code in the order of :data:`FOUND`, then by id."""
    in_force = population.in_force(now)
    found = [
        *_clashing(in_force, now, policy),
        *_unknown(in_force, population.organisations, policy),
        *_expired(population.accounts, now),
        *_closed(in_force, population.organisations, now),
    ]
    return tuple(sorted(found, key=lambda one: (FOUND.index(one.code), one.account or "", one[2:])))


def _clashing(in_force: Iterable[HabilitationFacts], now: datetime, policy: Policy) -> Iterable[Violation]:
    of_account: dict[AccountId, list[HabilitationFacts]] = {}
    for one in in_force:
        of_account.setdefault(one.account, []).append(one)
    for account, held in of_account.items():
        pair = clash(kinds_in_force(held, now, policy), policy.separation)
        if pair is None:
            continue
        known = ((one.id, policy.roles.get(one.role)) for one in held)
        which = sorted(id_ for id_, role in known if role is not None and role.kind in pair)
        yield Violation(Code.DUTIES_CLASH, account, None, tuple(which), " and ".join(pair))


def _unknown(
    in_force: Iterable[HabilitationFacts], organisations: Mapping[OrganisationId, OrganisationFacts], policy: Policy
) -> Iterable[Violation]:
    for one in in_force:
        role, place = policy.roles.get(one.role), organisations.get(one.organisation)
        if role is None or place is None or place.kind not in role.organisations:
            where = "nowhere" if place is None else place.kind
            about = f"{one.role} at {where}"
            yield Violation(Code.ROLE_UNKNOWN, one.account, one.organisation, (one.id,), about)


def _expired(accounts: Iterable[AccountFacts], now: datetime) -> Iterable[Violation]:
    for account in accounts:
        if not account.active:
            continue
        for code, until in (
            (Code.ATTESTATION_EXPIRED, account.attested_until),
            (Code.REVIEW_OVERDUE, account.reviewed_until),
        ):
            if now >= until:
                yield Violation(code, account.id, None, (), until.isoformat(timespec="seconds"))


def _closed(
    in_force: Iterable[HabilitationFacts], organisations: Mapping[OrganisationId, OrganisationFacts], now: datetime
) -> Iterable[Violation]:
    live: dict[OrganisationId, list[HabilitationId]] = {}
    for one in in_force:
        live.setdefault(one.organisation, []).append(one.id)
    for id_, held in live.items():
        place = organisations.get(id_)
        if place is None or (place.active and now < place.contract_until):
            continue  # one that is not there was said of the habilitation
        about = place.contract_until.isoformat(timespec="seconds") if place.active else "inactive"
        yield Violation(Code.ORGANISATION_CLOSED, None, id_, tuple(sorted(held)), about)
