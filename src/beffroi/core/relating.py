"""Who may change who follows whom, what pays for it, and what stands in the way.

A relation towards an organisation, or taken on oneself, draws on ``relations``: a few a day. Handing a person to
another colleague of the same office gives nobody outside anything, and draws on ``assignments``: enough for an
adviser who leaves. Whoever a person is handed to pays as for the rest of the office for ``newcomer_days`` (the
relation begins anew), so that nobody makes himself a portfolio by the stroke of a pen.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from beffroi.core.decision import Entitlement, Refusal, entitle, found, is_restricted, stand
from beffroi.core.dues import due_of, owed
from beffroi.core.explanations import Explanation
from beffroi.core.facts import Facts, Request
from beffroi.core.ids import AccountId, Bucket, OrganisationId
from beffroi.core.policy import ASSIGNMENTS, RECEIVED, RELATIONS, Action, Policy, Relation, Role, RoleKind
from beffroi.core.refusals import Code

PORTFOLIO: Final = Relation.REFERENT
GIVEN: Final = frozenset({Relation.PRESCRIPTION, Relation.ENROLMENT})
"""Relations that a training organisation has by another's word."""
_NO_FOLLOWING: Final = frozenset({Relation.ARCHIVED, Relation.RESTRICTED})
REASONS: Final = ("moved", "person-asks", "other-followup")
"""Why a transfer is asked."""
ANSWERS: Final = ("person-declines", "stays-followed", "wrong-person", "asked-by-mistake")
"""Why it is refused or withdrawn."""
MOST_AT_ONCE: Final = 300
"""People of one bulk change: the largest portfolio that the default policy allows."""

PLANNED: Final = 4
"""Covers that are planned for one stand-in and not over: so many times those that the policy allows at once."""


class Obstacle(StrEnum):
    """Why a change that this agent may make cannot be made."""

    COLLEAGUE_UNKNOWN = "colleague-unknown"
    PORTFOLIO_FULL = "portfolio-full"
    PERIOD = "cover-period"
    COVER_EXISTS = "cover-exists"
    TOO_MANY_COVERS = "too-many-covers"
    COVER_UNKNOWN = "cover-unknown"
    ORGANISATION_UNAVAILABLE = "organisation-unavailable"
    RELATION_DATE = "relation-date"
    RELATION_UNKNOWN = "relation-unknown"
    ALREADY_FOLLOWED = "already-followed"
    PRESENCE_CODE_WRONG = "presence-code-wrong"
    PRESENCE_TRIES = "presence-code-tries"
    NOT_FOLLOWED_THERE = "not-followed-there"
    TRANSFER_EXISTS = "transfer-exists"
    TRANSFER_UNKNOWN = "transfer-unknown"
    TRANSFER_CLOSED = "transfer-closed"
    SAME_PERSON_ASKED = "transfer-same-person"
    OTHER_FILE_UNKNOWN = "other-file-unknown"
    FOLLOWED_ELSEWHERE = "followed-elsewhere"
    NOT_COMPARED = "not-compared"
    FILE_CHANGED = "file-changed"
    TWO_IDENTITIES = "two-identities"
    NOTES_TOO_LONG = "notes-too-long"
    FILE_RESTRICTED = "file-restricted"
    TRANSFER_WAITING = "transfer-waiting"
    MERGE_UNKNOWN = "merge-unknown"
    MERGE_CLOSED = "merge-closed"


def follows_people(role: Role) -> bool:
    """Whether somebody in this role can be the referent of people, and change who follows them."""
    return (
        role.kind is RoleKind.READER
        and PORTFOLIO in role.buckets
        and any(Action.RELATE in rule.actions for rule in role.rules.values())
    )


def most_followed(role: Role, policy: Policy) -> int:
    """How many people a portfolio may hold: as many as its budget lets be opened in 30 days."""
    bucket = role.buckets.get(PORTFOLIO)
    caps = None if bucket is None else policy.buckets.get(bucket)
    return 0 if caps is None else caps.month


def handing(request: Request, facts: Facts, policy: Policy) -> Entitlement | Refusal:
    """The referent of a person becomes another colleague of the office that follows them.

    Where the file is restricted as well: no field leaves, nobody else comes to know the person, and somebody must
    answer for what is kept.
    """
    return _of_the_office(request, _as_kept(facts), policy, ASSIGNMENTS)


def taking(request: Request, facts: Facts, policy: Policy) -> Entitlement | Refusal:
    """The agent makes himself the referent: a relation of his own making, and paid as one."""
    return _of_the_office(request, _as_kept(facts), policy, RELATIONS)


def giving(request: Request, facts: Facts, policy: Policy, *, to: OrganisationId) -> Entitlement | Refusal:
    """The office that follows a person asks another to, or lets a training organisation know them.

    What all offices together give one organisation has a cap too: a prescription is readable there the same day.
    """
    return _received(_of_the_office(request, facts, policy, RELATIONS), to, policy)


def ending(request: Request, facts: Facts, policy: Policy) -> Entitlement | Refusal:
    """The office that follows a person takes back what it gave another: as many a day as people are handed over."""
    return _of_the_office(request, _as_kept(facts), policy, ASSIGNMENTS)


def giving_back(request: Request, facts: Facts, policy: Policy) -> Entitlement | Refusal:
    """A training organisation gives up knowing a person who was prescribed to it: nothing pays for less.

    Asked of a role that may write of its trainees. Somebody it does not know is to it as somebody unknown.
    """
    standing = stand(request, facts, policy)
    if isinstance(standing, Refusal):
        return standing
    given = [kind for kind in _live(facts) if kind in GIVEN]
    if request.person is None or not given:
        return Refusal(Code.PERSON_UNKNOWN)
    bucket = standing.role.buckets.get(given[0])
    if bucket is None:
        return Refusal(Code.PERSON_UNKNOWN)
    _, _, _, organisation = found(facts)
    return Entitlement(0, Explanation(given[0].value), bucket, (), organisation.id)


def receiving(request: Request, facts: Facts, policy: Policy) -> Entitlement | Refusal:
    """An office that does not follow a person asks to: of somebody whom a search of the day found, or it knows."""
    standing = stand(request, facts, policy)
    if isinstance(standing, Refusal):
        return standing
    found_today = facts.reach is not None and facts.reach.found_day == facts.clock.day
    if request.person is None or not (found_today or any(_live(facts))):
        return Refusal(Code.PERSON_UNKNOWN)
    if is_restricted(facts):
        return Refusal(Code.RESTRICTED)
    return _entitled(Explanation.SEARCH, RELATIONS, facts, policy)


def proven_present(request: Request, facts: Facts, policy: Policy) -> Entitlement | Refusal:
    """An office follows a person who stands there: the code they made says so, and who they are.

    No search need have found them, and no relation is needed. It counts among what the organisation receives.
    """
    standing = stand(request, facts, policy)
    if isinstance(standing, Refusal):
        return standing
    if request.person is None:
        return Refusal(Code.PERSON_UNKNOWN)
    if is_restricted(facts):
        return Refusal(Code.RESTRICTED)
    _, _, _, organisation = found(facts)
    return _received(_entitled(Explanation.PRESENCE, RELATIONS, facts, policy), organisation.id, policy)


def asking(request: Request, facts: Facts, policy: Policy) -> Entitlement | Refusal:
    """A question about nobody in particular of one's office: counted among the hour's (I-15), it pays nothing."""
    standing = stand(request, facts, policy)
    if isinstance(standing, Refusal):
        return standing
    _, _, _, organisation = found(facts)
    return Entitlement(0, Explanation.FOLLOWED, RELATIONS, (), organisation.id)


def agreeing(request: Request, facts: Facts, policy: Policy) -> Entitlement | Refusal:
    """The other organisation agrees to a transfer; which one it is, :func:`in_the_way` says."""
    standing = stand(request, facts, policy)
    if isinstance(standing, Refusal):
        return standing
    if is_restricted(facts):
        return Refusal(Code.RESTRICTED)
    return _entitled(Explanation.TRANSFER, RELATIONS, facts, policy)


def _of_the_office(request: Request, facts: Facts, policy: Policy, bucket: Bucket) -> Entitlement | Refusal:
    entitled = entitle(request, facts, policy)
    if isinstance(entitled, Refusal):
        return entitled
    if Relation.FOLLOWED not in _live(facts):  # an appointment or a prescription lets nobody hand the person on
        return Refusal(Code.NOT_FOLLOWED)
    return _entitled(entitled.explanation, bucket, facts, policy)


def _as_kept(facts: Facts) -> Facts:
    """The same facts without a restriction, for what only says who answers for a file that is kept."""
    kept = tuple([one for one in facts.relations if one.kind is not Relation.RESTRICTED])
    return facts if len(kept) == len(facts.relations) else facts._replace(relations=kept)


def _live(facts: Facts) -> list[Relation]:
    now = facts.clock.at
    return [
        one.kind
        for one in facts.relations
        if one.kind not in _NO_FOLLOWING and one.since_at <= now and (one.until_at is None or now < one.until_at)
    ]


def _entitled(explanation: Explanation, bucket: Bucket, facts: Facts, policy: Policy) -> Entitlement | Refusal:
    dues = owed(bucket, facts, policy)
    if isinstance(dues, Refusal):
        return dues
    _, _, _, organisation = found(facts)
    return Entitlement(0, explanation, bucket, dues, organisation.id)


def _received(entitled: Entitlement | Refusal, to: OrganisationId, policy: Policy) -> Entitlement | Refusal:
    """The same, counted for the organisation that comes to know the person as well."""
    if isinstance(entitled, Refusal):
        return entitled
    received = due_of("organisation", to, RECEIVED, policy.received, Code.BUDGET_RECEIVED)
    return entitled._replace(dues=(*entitled.dues, received))


class Transfer(NamedTuple):
    """What was asked: by an agent of one side, ``asked_by`` at ``organisation``, until it expires or is decided."""

    giving: OrganisationId
    receiving: OrganisationId
    organisation: OrganisationId
    asked_by: AccountId
    expires_at: datetime
    status: str

    @property
    def answers(self) -> OrganisationId:
        """The organisation that must agree: the one that did not ask."""
        return self.giving if self.organisation == self.receiving else self.receiving

    def concerns(self, organisation: OrganisationId) -> bool:
        """Whether it is of this organisation's, on either side; to everybody else it does not exist."""
        return organisation in (self.giving, self.receiving)

    def status_at(self, now: datetime) -> str:
        """``asked`` until it is decided, or expires by itself."""
        return "expired" if self.status == "asked" and now >= self.expires_at else self.status


def in_the_way(
    transfer: Transfer | None, account: AccountId, organisation: OrganisationId, now: datetime, *, withdrawing: bool
) -> Obstacle | None:
    """What keeps this agent from answering a transfer, or from taking it back.

    The side that did not ask answers, by another natural person than who asked; the side that asked withdraws.
    """
    if transfer is None or not transfer.concerns(organisation):
        return Obstacle.TRANSFER_UNKNOWN
    if transfer.status_at(now) != "asked" or (organisation == transfer.answers) == withdrawing:
        return Obstacle.TRANSFER_CLOSED
    if not withdrawing and account == transfer.asked_by:
        return Obstacle.SAME_PERSON_ASKED
    return None


def is_cover(from_at: datetime, until_at: datetime, now: datetime, policy: Policy) -> bool:
    """Whether an absence may be covered between these instants: not over, not longer than the policy's days."""
    days = timedelta(days=policy.following.cover_days)
    # In this order: a day near the last of the calendar has no day so many days after it.
    return from_at <= now + days and now < until_at and from_at < until_at <= max(from_at, now) + days


def is_lasting(until_at: datetime, now: datetime, policy: Policy) -> bool:
    """Whether a relation may be given to another organisation until then."""
    return now < until_at <= now + timedelta(days=policy.following.prescription_days)
