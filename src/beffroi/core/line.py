"""The line of creation: who brought whom into being, and who may therefore not vouch for whom (I-03, I-04).

The *line* of M is M and, transitively, every account that M requested or approved, whole or by one role. Founders
count in no line: they began the network, and if everybody descended from them nobody could approve anything. All
functions are total: a cycle, which no guard command can make, ends the walk and does not hang it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from beffroi.core.ids import AccountId

RECIPROCITY: Final = timedelta(days=180)
ENOUGH_APPROVERS: Final = 2


class Origin(NamedTuple):
    """Who requested an account and who approved it; ``None`` where nobody did (a founder, an import).

    ``also``: everybody else who requested or approved one of its habilitations. Of two approvers the account names
    one; and whoever hands a role to an account that was there already must not be judged by it as by a stranger.
    ``promoted_by``: those of them who requested a role in which it asks for accounts itself.
    """

    requested_by: AccountId | None
    approved_by: AccountId | None
    also: frozenset[AccountId] = frozenset()
    promoted_by: frozenset[AccountId] = frozenset()


class Approval(NamedTuple):
    """One past approval."""

    requester: AccountId
    approver: AccountId
    at: datetime


class Objection(StrEnum):
    """Why somebody may not approve a request."""

    SAME_PERSON = "same-person"
    WITHIN_LINE = "within-line"
    RECIPROCAL = "reciprocal"


class Lines:
    """The lines of a network, walked upwards: each account knows its makers, so a question costs its ancestry."""

    def __init__(self, origins: Mapping[AccountId, Origin], founders: Collection[AccountId]) -> None:
        self._origins = origins
        self._founders = frozenset(founders)

    def adding(self, account: AccountId, origin: Origin) -> "Lines":
        """The same network with one more account."""
        return Lines({**self._origins, account: origin}, self._founders)

    def makers(self, account: AccountId) -> frozenset[AccountId]:
        """Every account in whose line this one stands, itself included."""
        return self._upwards(account, both=True)

    def _upwards(self, account: AccountId, *, both: bool) -> frozenset[AccountId]:
        reached = {account}
        waiting = [account]
        while waiting:
            origin = self._origins.get(waiting.pop())
            if origin is None:
                continue
            others = (origin.approved_by, *origin.also) if both else origin.promoted_by
            for maker in (origin.requested_by, *others):
                if maker is not None and maker not in self._founders and maker not in reached:
                    reached.add(maker)
                    waiting.append(maker)
        return frozenset(reached)

    def line(self, account: AccountId) -> frozenset[AccountId]:
        """The account and everybody it brought into being: what a cascade suspends (I-07)."""
        return frozenset({account}) | {one for one in self._origins if account in self.makers(one)}

    def outside(self, one: AccountId, other: AccountId) -> bool:
        """Whether two different accounts stand in neither's line."""
        return one not in self.makers(other) and other not in self.makers(one)

    def pools(
        self, account: AccountId, confirmed_by: Mapping[AccountId, Collection[AccountId]]
    ) -> tuple[AccountId, ...]:
        """The offspring pools this account charges, sorted: those of the people it descends from by request.

        It descends from who requested it; and a manager from whoever requested his role, even for an account that was
        there already: otherwise each colleague promoted would be one pool more for who asked for it.

        An account leaves the pool of M when somebody outside M's line has confirmed it; being confirmed takes it
        out of that pool and of no other, and takes nobody else out. Approving makes a line and no pool: approvers
        act for a whole network, and each account they approve already charges its requester's pool.
        """
        # Its own promotion makes it nobody's offspring: it reads nothing by it, and others' pools are not for that.
        asker = self._origins.get(account, Origin(None, None)).requested_by
        ancestors: frozenset[AccountId] = frozenset()
        if asker is not None and asker not in self._founders:
            ancestors = self._upwards(asker, both=False) - {account}
        witnesses = set(confirmed_by.get(account, ())) - {account}
        return tuple(sorted(maker for maker in ancestors if not any(self.outside(maker, one) for one in witnesses)))

    def objection(
        self,
        approver: AccountId,
        requester: AccountId,
        beneficiary: AccountId | None,
        approvals: Iterable[Approval],
        at: datetime,
    ) -> Objection | None:
        """Why this approver may not approve; ``None`` when he may. ``beneficiary`` is ``None`` for a new account.

        Requester, beneficiary and approver are three people; the approver stands outside the requester's line; the
        requester has not approved a request of the approver's in the 180 days before ``at``.
        """
        if approver in (requester, beneficiary) or requester == beneficiary:
            return Objection.SAME_PERSON
        if not self.outside(approver, requester):
            return Objection.WITHIN_LINE
        for past in approvals:
            returned = past.requester == approver and past.approver == requester
            if returned and at - past.at < RECIPROCITY:
                return Objection.RECIPROCAL
        return None

    def bond(self, one: AccountId, other: AccountId, approvals: Iterable[Approval], at: datetime) -> Objection | None:
        """Why two people may not agree to one thing together; ``None`` when each may vouch for the other.

        One stands in the other's line, or approved a request of the other's in the 180 days before ``at``: two
        accomplices would be one person's word.
        """
        past = tuple(approvals)
        return self.objection(one, other, None, past, at) or self.objection(other, one, None, past, at)

    def eligible(
        self,
        approvers: Iterable[AccountId],
        requester: AccountId,
        beneficiary: AccountId | None,
        approvals: Collection[Approval],
        at: datetime,
    ) -> frozenset[AccountId]:
        """Those who may approve. Fewer than ``ENOUGH_APPROVERS``: the request cannot be made, and says so (I-04)."""
        return frozenset(
            approver
            for approver in approvers
            if self.objection(approver, requester, beneficiary, approvals, at) is None
        )


def agreeing(
    people: Iterable[AccountId], needed: int, tied: Callable[[AccountId, AccountId], bool]
) -> frozenset[AccountId]:
    """Those of these people who could be one of ``needed`` who agree together, no two of them tied (I-04).

    Where one approval is enough, everybody. What is ``tied`` must not depend on the order of the two.
    """
    ordered = sorted(frozenset(people))
    found: set[AccountId] = set()
    for one in ordered:
        if one not in found:
            others = [other for other in ordered if other != one]
            found.update(_together((one,), others, needed, tied))
    return frozenset(found)


def _together(
    agreed: tuple[AccountId, ...],
    others: list[AccountId],
    needed: int,
    tied: Callable[[AccountId, AccountId], bool],
) -> tuple[AccountId, ...]:
    """``agreed`` with so many of the others that they are ``needed``, no two tied; nobody where there are too few."""
    if len(agreed) >= needed:
        return agreed
    for place, other in enumerate(others):
        if not any(tied(one, other) for one in agreed):
            found = _together((*agreed, other), others[place + 1 :], needed, tied)
            if found:
                return found
    return ()
