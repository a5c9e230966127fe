"""What an opening must charge: the budgets drawn on by each bucket, with their caps, keys and marks."""

from functools import lru_cache
from typing import Final, NamedTuple

from beffroi.core.budgets import Caps, Scope, purse
from beffroi.core.facts import AccountFacts, Facts, HabilitationFacts, found
from beffroi.core.habilitation import caps_of
from beffroi.core.ids import Bucket
from beffroi.core.policy import ASSIGNMENTS, EVERYTHING, RELATIONS, Policy
from beffroi.core.refusals import Code, Refusal

_CHANGING: Final = frozenset({RELATIONS, ASSIGNMENTS})


class Due(NamedTuple):
    """One budget an opening must charge, the cap it must stay under, its key and its mark."""

    scope: Scope
    caps: Caps
    refusal: Code
    key: str
    mark: int


def due_of(kind: str, id: str, bucket: Bucket, caps: Caps, refusal: Code) -> Due:
    """One budget as a decision charges it."""
    scope, key, mark = purse(kind, id, bucket)
    return Due(scope, caps, refusal, key, mark)


def own_due(bucket: Bucket, account: AccountFacts, habilitation: HabilitationFacts, policy: Policy) -> Due | Refusal:
    """The account's own budget of this bucket, with the caps of its habilitation."""
    caps = caps_of(policy, bucket, habilitation.status)
    if caps is None:
        return Refusal(Code.BUDGET_UNKNOWN)
    return due_of("account", account.id, bucket, caps, Code.BUDGET_ACCOUNT)


def owed(bucket: Bucket, facts: Facts, policy: Policy) -> tuple[Due, ...] | Refusal:
    """The budgets drawn on: the account's bucket, its pools, its organisation and share of it, the application.

    Changing who follows whom reads nothing: it is the account's and the organisation's alone. On facts that
    :func:`beffroi.core.decision.stand` accepted.
    """
    application = facts.application
    assert application is not None, "step 1 passed"
    _, account, habilitation, organisation = found(facts)
    own = own_due(bucket, account, habilitation, policy)
    if isinstance(own, Refusal):
        return own
    if bucket in _CHANGING:
        per_office = policy.organisation_relations if bucket == RELATIONS else policy.organisation_assignments
        return own, due_of("organisation", organisation.id, bucket, per_office, Code.BUDGET_ORGANISATION)
    dues = [own]
    for pool in account.pools:
        dues.append(due_of("pool", pool, EVERYTHING, policy.pool, Code.BUDGET_POOL))
    law = policy.organisation
    if bucket in law.counts:
        day = max(law.floor, law.per_agent * organisation.confirmed_agents)
        share = day * law.account_share // 100
        mine = f"{organisation.id}/{account.id}"
        dues.append(due_of("share", mine, EVERYTHING, _daily(share), Code.BUDGET_SHARE))
        dues.append(due_of("organisation", organisation.id, EVERYTHING, _daily(day), Code.BUDGET_ORGANISATION))
    dues.append(due_of("application", application.id, EVERYTHING, application.caps, Code.BUDGET_APPLICATION))
    return tuple(dues)


@lru_cache(maxsize=4096)
def _daily(people: int) -> Caps:
    """Caps that follow from a number of people a day alone."""
    return Caps(people, people, 7 * people, 30 * people)
