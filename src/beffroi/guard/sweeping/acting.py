"""Who may still act in a kind of role, counted from genuine rows."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from beffroi.core.ids import AccountId, OrganisationId, RoleCode
from beffroi.core.policy import Policy, RoleKind
from beffroi.guard.duties import Work
from beffroi.guard.sweeping.statements import LOAD_ACTING

_LOG: Final = logging.getLogger("beffroi.guard.sweeping")


class Acting(NamedTuple):
    """Accounts that may act now, by kind over the network, and managers by organisation.

    Attestations and reviews are left out: they are renewed without anybody's help.
    """

    by_kind: Mapping[RoleKind, frozenset[AccountId]]
    managers: Mapping[OrganisationId, frozenset[AccountId]]

    def counts(self, without: Iterable[AccountId] = ()) -> dict[RoleKind, int]:
        """How many of each kind, ``without`` some."""
        gone = frozenset(without)
        return {kind: len(accounts - gone) for kind, accounts in self.by_kind.items()}


def roles_of(policy: Policy, kinds: Iterable[RoleKind]) -> list[RoleCode]:
    """Codes of the roles of these kinds."""
    wanted = frozenset(kinds)
    return sorted(code for code, role in policy.roles.items() if role.kind in wanted)


async def acting(work: Work) -> Acting:
    """Everybody who may manage, approve or found now."""
    kinds = (RoleKind.MANAGER, RoleKind.APPROVER, RoleKind.FOUNDER)
    by_kind: dict[RoleKind, set[AccountId]] = defaultdict(set)
    managers: dict[OrganisationId, set[AccountId]] = defaultdict(set)
    for row in await work.conn.fetch(LOAD_ACTING, roles_of(work.policy, kinds), work.now):
        if not work.keys.authenticator.genuine_row("habilitation", row):
            _LOG.critical("integrity: sweep: guard.habilitation %s", row["id"])
            continue
        kind, account = work.policy.roles[RoleCode(row["role"])].kind, AccountId(str(row["account"]))
        by_kind[kind].add(account)
        if kind is RoleKind.MANAGER:
            managers[OrganisationId(str(row["organisation"]))].add(account)
    return Acting(
        {kind: frozenset(accounts) for kind, accounts in by_kind.items()},
        {organisation: frozenset(accounts) for organisation, accounts in managers.items()},
    )
