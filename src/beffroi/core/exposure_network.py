"""The exposure of every account of a network, kept up to date one fact at a time.

Facts are put in; whatever they may have changed is computed again when figures are next asked for, and nothing
else. An oracle (``spec/exposure.py``) computes everything anew from plain lists, and a differential test holds the
two to each other after any sequence of changes.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from beffroi.core import exposure as law
from beffroi.core.exposure import NOBODY, SPANS, Count, Exposure, Spans, Tally, capped, together
from beffroi.core.exposure_ranking import Ranking
from beffroi.core.facts import AccountFacts, ApplicationFacts, Containment, HabilitationFacts, OrganisationFacts
from beffroi.core.habilitation import ACCESS, Status
from beffroi.core.ids import AccountId, OrganisationId
from beffroi.core.line import ENOUGH_APPROVERS, Lines, Origin
from beffroi.core.policy import Policy, Relation, Role, RoleKind

AHEAD: Final = timedelta(hours=max(SPANS))
"""What begins within the longest span counts as begun."""
FOREVER: Final = datetime.max.replace(tzinfo=UTC)


class Employed(NamedTuple):
    """One account: its facts, who brought it into being, the habilitations it holds."""

    account: AccountFacts
    origin: Origin
    held: tuple[HabilitationFacts, ...]


class Shared(NamedTuple):
    """What is the same for everybody: the instant, what is cut off, the applications, how many people are known.

    Of a contained line each member is cut off by name: who stands in it was written down when it was contained.
    """

    now: datetime
    containment: Containment
    applications: tuple[ApplicationFacts, ...]
    population: int


class Related(NamedTuple):
    """The relations of one organisation: all of them, and those of each referent."""

    every: Tally
    own: Mapping[AccountId, Tally]


class Standing(NamedTuple):
    """What an account may do until ``until``, if no fact changes: the kinds of its live roles, what it reads.

    ``people`` is what it reads directly, before the ceilings that are the same for everybody. That everything is
    contained is left out: it is looked at when figures are asked for, so that nobody is judged anew for it.
    """

    kinds: frozenset[RoleKind]
    people: Spans
    until: datetime


class Figures(NamedTuple):
    """What :meth:`Network.exposure` shows, before the ceilings; ``unguarded``: whether it would reach everybody."""

    direct: Spans
    through: Spans
    potential: Spans
    unguarded: bool


_UNRELATED: Final = Related({}, {})
_NO_TALLY: Final[Tally] = {}
_ABSENT: Final = Standing(frozenset(), NOBODY, FOREVER)
_NOTHING: Final = Figures(NOBODY, NOBODY, NOBODY, False)
_READ_OR_MANAGE: Final = frozenset({RoleKind.READER, RoleKind.MANAGER})


class Network:
    """Facts of a network, and the figures that follow from them under one policy."""

    def __init__(self, policy: Policy, shared: Shared) -> None:
        self.policy = policy
        self._shared = shared
        self._ceiling = _ceiling(shared)
        self._employed: dict[AccountId, Employed] = {}
        self._origins: dict[AccountId, Origin] = {}
        self._organisations: dict[OrganisationId, OrganisationFacts] = {}
        self._related: dict[OrganisationId, Related] = {}
        self._members: dict[OrganisationId, set[AccountId]] = {}
        self._children: dict[AccountId, set[AccountId]] = {}
        self._charging: dict[AccountId, set[AccountId]] = {}
        self._standing: dict[AccountId, Standing] = {}
        self._soonest = FOREVER
        self._live: dict[RoleKind, set[AccountId]] = {kind: set() for kind in RoleKind}
        self._lines = Lines(self._origins, ())
        self._makers: dict[AccountId, frozenset[AccountId]] = {}
        self._founders: frozenset[AccountId] = frozenset()
        self._refound = False
        self._stale: set[AccountId] = set()
        self._figures: dict[AccountId, Figures] = {}
        self._ranking = Ranking()
        self._unranked: set[AccountId] = set()
        self._ranked_under = self._ceiling

    # Facts

    @property
    def shared(self) -> Shared:
        """What is the same for everybody."""
        return self._shared

    @property
    def accounts(self) -> Mapping[AccountId, Employed]:
        """Every account."""
        return self._employed

    @property
    def organisations(self) -> Mapping[OrganisationId, OrganisationFacts]:
        """Every organisation."""
        return self._organisations

    def followed(self, organisation: OrganisationId) -> int:
        """How many people an organisation follows, as last counted."""
        return sum(self._related.get(organisation, _UNRELATED).every.get(Relation.FOLLOWED, ()))

    def members(self, organisation: OrganisationId) -> frozenset[AccountId]:
        """Accounts that hold a habilitation there, whatever its status."""
        return frozenset(self._members.get(organisation, ()))

    def put(self, employed: Employed) -> None:
        """Add an account, or replace it with all it holds."""
        id_ = employed.account.id
        before = self._employed.get(id_)
        if before == employed:
            return
        if before is not None:
            self._unlink(before)
        self._employed[id_] = employed
        self._origins[id_] = employed.origin
        for one in employed.held:
            self._members.setdefault(one.organisation, set()).add(id_)
        for maker in _named(employed.origin):
            self._children.setdefault(maker, set()).add(id_)
        for pool in employed.account.pools:
            self._charging.setdefault(pool, set()).add(id_)
            self._forget(pool)
        self._stale.add(id_)
        if before is None or before.origin != employed.origin:
            self._refound = True
            if before is None and id_ not in self._children:
                self._makers.pop(id_, None)  # nobody descends from it yet
            else:
                self._forget_lines()

    def remove(self, account: AccountId) -> None:
        """Forget an account."""
        before = self._employed.pop(account, None)
        if before is None:
            return
        self._unlink(before)
        del self._origins[account]
        self._stale.add(account)
        self._refound = True
        self._forget_lines()

    def put_organisation(self, organisation: OrganisationFacts) -> None:
        """Add or replace an organisation."""
        if self._organisations.get(organisation.id) != organisation:
            self._organisations[organisation.id] = organisation
            self._stale |= self._members.get(organisation.id, set())

    def put_relations(self, organisation: OrganisationId, related: Related) -> None:
        """Replace the counts of an organisation's relations."""
        if self._related.get(organisation, _UNRELATED) != related:
            self._related[organisation] = related
            self._stale |= self._members.get(organisation, set())

    def share(self, shared: Shared) -> None:
        """Move to another instant, with what is the same for everybody then."""
        before, self._shared = self._shared, shared
        self._ceiling = _ceiling(shared)
        cut, was = shared.containment, before.containment
        if shared.now < before.now:
            self._stale |= self._employed.keys()
            return
        if cut.everything != was.everything:
            self._refound = True
        blinded = {
            code
            for code, role in self.policy.roles.items()
            if law.reads(role, cut.groups) != law.reads(role, was.groups)
        }
        if blinded:
            self._stale |= {id_ for id_, one in self._employed.items() if blinded & {held.role for held in one.held}}
        for kind, id_ in cut.scopes ^ was.scopes:
            if kind == "account":
                self._stale.add(AccountId(id_))
            elif kind == "organisation":
                self._stale |= self._members.get(OrganisationId(id_), set())
            elif kind == "files":
                for office in self._organisations.values():
                    if id_ in (office.id, office.kind):
                        self._stale |= self._members.get(office.id, set())
        if self._soonest <= shared.now:
            self._stale |= {one for one, standing in self._standing.items() if standing.until <= shared.now}
            left = [standing.until for standing in self._standing.values() if standing.until > shared.now]
            self._soonest = min(left, default=FOREVER)

    # Figures

    def settle(self, accounts: int | None = None) -> bool:
        """Judge again accounts whose facts changed, at most so many; whether any are left.

        :meth:`figures` judges all that are left. Who must not keep others waiting settles a few at a time before.
        """
        for _ in range(len(self._stale) if accounts is None else min(accounts, len(self._stale))):
            self._rejudge(self._stale.pop())
        if self._refound and not self._stale:
            self._refound = False
            acting = () if self._shared.containment.everything else self._live[RoleKind.FOUNDER]
            founders = frozenset(one for one in acting if not _begun_by(self._origins[one]))
            if founders != self._founders:
                self._founders, self._lines = founders, Lines(self._origins, founders)
                self._forget_lines()
        return bool(self._stale)

    def exposure(self, account: AccountId) -> Exposure:
        """Exposure of one account; of one that is not known, nobody."""
        self.settle()
        if self._shared.containment.everything:
            return Exposure(NOBODY, NOBODY, NOBODY, NOBODY)
        direct, through, potential, unguarded = self._reached(account)
        ceiling, everybody = self._ceiling, self._shared.population
        return Exposure(
            capped(direct, ceiling),
            capped(through, ceiling),
            capped(potential, ceiling),
            (everybody,) * 3 if unguarded else NOBODY,
        )

    def within_a_day(self, account: AccountId) -> int:
        """What accounts are ranked by: people in any 24 hours, directly and by what it could bring into being."""
        self.settle()
        return self._place(account) or 0

    def _place(self, account: AccountId) -> int | None:
        figures = self._figures.get(account)
        if figures is None:
            if account not in self._employed:
                return None
            figures = self._reached(account)
        (_, direct, _), _, (_, potential, _), _ = figures
        ceiling = self._ceiling[1]
        return (direct if direct < ceiling else ceiling) + (potential if potential < ceiling else ceiling)

    def ranked(self, least: int = 0) -> tuple[AccountId, ...]:
        """Every account by :meth:`within_a_day`, the most first, of equals by id; from ``least`` people on."""
        self.settle()
        if self._ranked_under != self._ceiling:
            self._ranked_under = self._ceiling
            self._unranked |= self._employed.keys()
        if self._unranked:
            self._ranking.change({one: self._place(one) for one in self._unranked})
            self._unranked.clear()
        return self._ranking.accounts(least)

    def kinds(self, account: AccountId) -> frozenset[RoleKind]:
        """Kinds of the roles in which the account may act now; none when it is suspended, lapsed or contained."""
        self.settle()
        cut = self._shared.containment.everything
        return frozenset() if cut else self._standing.get(account, _ABSENT).kinds

    def makers(self, account: AccountId) -> frozenset[AccountId]:
        """Every account in whose line this one stands, itself apart."""
        self.settle()
        return self._lines.makers(account) - {account}

    def line(self, account: AccountId) -> frozenset[AccountId]:
        """Every account that stands in the line of this one, itself apart."""
        self.settle()
        found: set[AccountId] = set()
        waiting = [] if account in self._founders else [account]
        while waiting:
            for child in self._children.get(waiting.pop(), ()):
                if child not in found and child not in self._founders:
                    found.add(child)
                    waiting.append(child)
        return frozenset(found - {account})

    def children(self, account: AccountId) -> tuple[AccountId, ...]:
        """Accounts that this one requested or approved, whole or by one role, sorted."""
        return tuple(sorted(self._children.get(account, ())))

    def _reached(self, account: AccountId) -> Figures:
        found = self._figures.get(account)
        if found is not None:
            return found
        if account not in self._employed:  # a pool may still name an account that is gone
            return _NOTHING
        standing = self._standing.get(account, _ABSENT)
        pool = law.spans(self.policy.pool)
        offspring = [self._standing[one].people for one in self._charging.get(account, ())]
        through = capped(together(offspring), pool)
        may_request = RoleKind.MANAGER in standing.kinds and self._enough_approvers(account)
        unguarded = bool(standing.kinds & _READ_OR_MANAGE) or through != NOBODY
        found = self._figures[account] = Figures(
            standing.people, through, pool if may_request else through, unguarded
        )
        return found

    def _enough_approvers(self, manager: AccountId) -> bool:
        """Whether two approvers outside the manager's line could accept what he requests (I-04).

        That an approver may not return a favour within 180 days is left out: it can only show more.
        """
        found, above = 0, self._above(manager)
        for approver in self._live[RoleKind.APPROVER]:
            if approver not in above and manager not in self._above(approver):
                found += 1
                if found >= ENOUGH_APPROVERS:
                    return True
        return False

    def _above(self, account: AccountId) -> frozenset[AccountId]:
        """Whose line it stands in, itself included; walked once until an origin changes."""
        found = self._makers.get(account)
        if found is None:
            found = self._makers[account] = self._lines.makers(account)
        return found

    def _forget(self, account: AccountId) -> None:
        """Its figures may be others now."""
        self._figures.pop(account, None)
        self._unranked.add(account)

    def _forget_managers(self) -> None:
        """Who could approve what managers ask for may have changed; nobody else's figures depend on it."""
        for manager in self._live[RoleKind.MANAGER]:
            self._forget(manager)

    def _forget_lines(self) -> None:
        """Some account came into other lines."""
        self._makers.clear()
        self._forget_managers()

    def _rejudge(self, account: AccountId) -> None:
        before, after = self._standing.get(account, _ABSENT), self._judge(account)
        self._standing[account] = after
        self._soonest = min(self._soonest, after.until)
        employed = self._employed.get(account)
        if employed is None:
            del self._standing[account]
        if before.people != after.people:
            for pool in () if employed is None else employed.account.pools:
                self._forget(pool)
        self._forget(account)
        for kind in before.kinds ^ after.kinds:
            (self._live[kind].add if kind in after.kinds else self._live[kind].discard)(account)
            if kind is RoleKind.APPROVER:
                self._forget_managers()
            elif kind is RoleKind.FOUNDER:
                self._refound = True

    # One account

    def _judge(self, account: AccountId) -> Standing:
        """Steps 1, 3 and 4 of the decision, for every membership; then what those that read may read."""
        employed = self._employed.get(account)
        now, cut = self._shared.now, self._shared.containment
        if employed is None or not employed.account.active:
            return _ABSENT
        facts = employed.account
        lapses = min(facts.attested_until, facts.reviewed_until)
        if ("account", account) in cut.scopes or lapses <= now:
            return _ABSENT
        ends, kinds, reading = [lapses], set[RoleKind](), []
        for one in employed.held:
            office, role = self._organisations.get(one.organisation), self.policy.roles.get(one.role)
            if one.account != account or one.status not in ACCESS or office is None or role is None:
                continue
            closed = not office.active or ("organisation", office.id) in cut.scopes
            if closed or office.kind not in role.organisations or min(one.until_at, office.contract_until) <= now:
                continue
            if one.from_at > now + AHEAD:
                ends.append(one.from_at - AHEAD)
                continue
            ends += [one.until_at, office.contract_until]
            kinds.add(role.kind)
            if law.reads(role, cut.groups) and not cut.closes_files(office):
                reading.append((office, role, one.status))
        people = self._read(account, reading) if reading else NOBODY
        return Standing(frozenset(kinds), people, min(ends))

    def _read(self, account: AccountId, reading: Sequence[tuple[OrganisationFacts, Role, str]]) -> Spans:
        memberships = []
        for office, role, _ in reading:
            related = self._related.get(office.id, _UNRELATED)
            daily = law.share(self.policy.organisation, office.confirmed_agents)
            memberships.append((office.id, daily, role, related.every, related.own.get(account, _NO_TALLY)))
        pooled = bool(self._employed[account].account.pools)
        confirmed = any(status == Status.CONFIRMED for _, _, status in reading)
        return law.direct(law.held(memberships, pooled=pooled, confirmed=confirmed), self.policy)

    def _unlink(self, before: Employed) -> None:
        id_ = before.account.id
        for one in before.held:
            self._members[one.organisation].discard(id_)
        for maker in _named(before.origin):
            self._children[maker].discard(id_)
            if not self._children[maker]:
                del self._children[maker]
        for pool in before.account.pools:
            self._charging[pool].discard(id_)
            self._forget(pool)


def _begun_by(origin: Origin) -> frozenset[AccountId]:
    return frozenset(maker for maker in (origin.requested_by, origin.approved_by) if maker is not None)


def _named(origin: Origin) -> frozenset[AccountId]:
    return _begun_by(origin) | origin.also


def _ceiling(shared: Shared) -> Spans:
    """What all applications together let through, and never more than there are people."""
    cut = shared.containment
    if cut.everything:
        return NOBODY
    open_ones = [
        law.spans(one.caps) for one in shared.applications if one.open and ("application", one.id) not in cut.scopes
    ]
    everybody = shared.population
    return capped(together(open_ones), (everybody, everybody, everybody))


def covered(related: Related, covers: Iterable[tuple[AccountId, AccountId]]) -> Related:
    """The same where some stand in for absent colleagues: ``covers`` are pairs of who does and for whom.

    The absent's people count as the stand-in's own, whoever said so: a newcomer's budget would let fewer be read.
    """
    own = {account: dict(counts) for account, counts in related.own.items()}
    for account, absent in set(covers):
        mine = own.setdefault(account, {})
        for kind, count in related.own.get(absent, _NO_TALLY).items():
            sofar = mine.get(kind, Count(0, 0))
            mine[kind] = Count(sofar.settled + count.settled, sofar.young + count.young)
    return Related(related.every, own)


def tally(counts: Iterable[tuple[Relation, AccountId | None, Count]]) -> Related:
    """The relations of one organisation from counts by kind and referent."""
    every: dict[Relation, Count] = {}
    own: dict[AccountId, dict[Relation, Count]] = {}
    for kind, referent, count in counts:
        sofar = every.get(kind, Count(0, 0))
        every[kind] = Count(sofar.settled + count.settled, sofar.young + count.young)
        if referent is not None:
            mine = own.setdefault(referent, {})
            sofar = mine.get(kind, Count(0, 0))
            mine[kind] = Count(sofar.settled + count.settled, sofar.young + count.young)
    return Related(every, own)
