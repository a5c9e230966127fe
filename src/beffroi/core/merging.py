"""Two files of one natural person made one, and made two again: what becomes of groups, notes and relations.

One office that follows both files, and is the only one to follow either, may do it: nobody comes to know whom they
did not know. Who follows only one of two has the other transferred first (:mod:`beffroi.core.relating`). What is
known of the person by another's word (a prescription, an enrolment) stays known, in the file that stays.
And who merges has opened both that day: from then on one file shows what two did, and pays for one person (I-02).
What the other file brings they could open there and then: its documents, too, are from then on those of whoever signs
in as the person whose file stays.

Made two again, each file is as it was; what was written since stays with the one that stayed. A relation comes back
only as far as the file that stayed still has it: what was taken away meanwhile nobody regains.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple, TypeVar

from beffroi.core.attachment_kinds import AttachmentKind
from beffroi.core.attachments import GROUP as ATTACHMENTS
from beffroi.core.attachments import law_of
from beffroi.core.budgets import purse
from beffroi.core.decision import Entitlement, Refusal, entitle, is_restricted
from beffroi.core.facts import Clock, Facts, Reach, Request
from beffroi.core.ids import AccountId, OrganisationId
from beffroi.core.policy import Action, Policy, Relation, Role
from beffroi.core.refusals import Code
from beffroi.core.relating import GIVEN, Obstacle, handing

UNDO: Final = timedelta(days=30)
"""How long a merge can be undone; then what was kept for it is forgotten."""
FOLLOWING: Final = frozenset(Relation) - GIVEN - {Relation.REFERENT, Relation.RESTRICTED}
"""Relations that an organisation has by its own word."""

Value = TypeVar("Value", bound=Hashable)
Key = tuple[OrganisationId, str]
"""An organisation and a kind of relation: a file has one such relation at most."""


class Tie(NamedTuple):
    """A relation that holds: whose portfolio, since when, until when; without end, ``until_at`` is ``None``."""

    referent: AccountId | None
    since_at: datetime
    until_at: datetime | None


Ties = Mapping[Key, Tie]


class File(NamedTuple):
    """What a merge reads and changes of one file: a value for each group it has, and the relations that hold."""

    groups: Mapping[str, bytes]
    ties: Ties


def merging(request: Request, facts: Facts, policy: Policy, *, chosen: int) -> Entitlement | Refusal:
    """Steps 1 to 7 for the file that stays: its office may hand it over, and may read the groups it chooses.

    It draws on the people handed over to colleagues. The other file is the door's to look at: it must be followed by
    the same organisation, or is as one that does not exist.
    """
    handed = handing(request, facts, policy)
    if isinstance(handed, Refusal):
        return handed
    if is_restricted(facts):
        return Refusal(Code.RESTRICTED)
    return bringing(request, facts, policy, groups=chosen) or handed


def bringing(
    request: Request, facts: Facts, policy: Policy, *, groups: int, kinds: Iterable[AttachmentKind | None] = ()
) -> Refusal | None:
    """Why these groups, and attachments of these kinds, do not come into a file by this session's hand.

    It must be able to open each as it stands, with the assurance that each demands. ``None`` among the kinds is one
    that nobody knows, which the policy does not rate.
    """
    present = tuple(kinds)
    opened = groups | (ATTACHMENTS if present else 0)
    if not opened:
        return None
    opening = request._replace(action=Action.OPEN, groups=opened)
    for law in [law_of(kind) for kind in present] or [entitle]:
        read = law(opening, facts, policy)
        if isinstance(read, Refusal):
            return read
        if read.groups != opened:
            return Refusal(Code.FIELDS_NOT_ALLOWED)
    return Refusal(Code.ACTION_NOT_ALLOWED) if None in present else None


def paid_for(reach: Reach | None, account: AccountId, role: Role, clock: Clock) -> bool:
    """Whether this account opened that person today: one of the budgets that its role reads from counted them.

    Handing the person to a colleague, exporting or finding them draws on others.
    """
    if reach is None or reach.day != clock.day:
        return False
    buckets = {*role.buckets.values(), role.newcomer}
    return any(purse("account", account, bucket).mark in reach.marks for bucket in buckets if bucket is not None)


def in_the_way(office: OrganisationId, stays: Ties, goes: Ties) -> Obstacle | None:
    """What keeps this office from making one file of two whose live relations these are."""
    own = (office, Relation.FOLLOWED.value)
    if own not in goes or own not in stays:
        return Obstacle.OTHER_FILE_UNKNOWN
    if any(kind == Relation.RESTRICTED for _, kind in (*stays, *goes)):
        return Obstacle.FILE_RESTRICTED
    others = {place for place, kind in (*stays, *goes) if Relation(kind) in FOLLOWING and place != office}
    return Obstacle.FOLLOWED_ELSEWHERE if others else None


def merged_groups(stays: Mapping[str, Value], goes: Mapping[str, Value], chosen: Iterable[str]) -> dict[str, Value]:
    """Groups of the file that stays which take the other's value: those chosen, and those it lacks."""
    taken = set(chosen)
    return {name: value for name, value in goes.items() if name in taken or name not in stays}


def merged_ties(stays: Ties, goes: Ties, now: datetime) -> dict[Key, Tie]:
    """Relations of the file that stays which begin or change; every one of the other's ends.

    One that both have goes on as it is, until the later of its two ends; a referent comes with the other file only
    where there was none. One that only the other file had begins anew.
    """
    changed: dict[Key, Tie] = {}
    for key, tie in goes.items():
        own = stays.get(key)
        after = Tie(tie.referent, now, tie.until_at)
        if own is not None:
            comes = own.referent is None and tie.referent is not None
            until_at = None if own.until_at is None or tie.until_at is None else max(own.until_at, tie.until_at)
            after = Tie(tie.referent if comes else own.referent, now if comes else own.since_at, until_at)
        if after != own:
            changed[key] = after
    return changed


def parted_groups(
    before: Mapping[str, Value], taken: Mapping[str, Value], present: Mapping[str, Value]
) -> dict[str, Value | None]:
    """Groups of the file that stayed which go back to what they were; ``None`` empties one.

    ``taken`` is what the merge gave it. A group written since is left: what was written stays with the survivor.
    """
    return {name: before.get(name) for name, value in taken.items() if present.get(name) == value}


def parted_ties(before: Ties, goes: Ties, present: Ties, now: datetime) -> tuple[dict[Key, Tie], dict[Key, Tie]]:
    """Relations of the file that stayed which change, and those of the other that hold again.

    ``before`` and ``goes`` are those of both at the merge, ``present`` those of the file that stayed now. One that
    only the other file had ends; one that both had ends no later than it would have.
    """
    merged = merged_ties(before, goes, now)
    stayed: dict[Key, Tie] = {}
    back: dict[Key, Tie] = {}
    for key, tie in goes.items():
        held = present.get(key)
        if held is None:
            continue
        back[key] = tie._replace(until_at=sooner(tie.until_at, held.until_at))
        own = before.get(key)
        if own is None:
            stayed[key] = held._replace(until_at=now)
        elif key in merged:
            handed = held.referent != merged[key].referent
            whose = (held.referent, held.since_at) if handed else (own.referent, own.since_at)
            after = Tie(*whose, sooner(own.until_at, held.until_at))
            if after != held:
                stayed[key] = after
    return stayed, {key: tie for key, tie in back.items() if tie.until_at is None or now < tie.until_at}


def sooner(one: datetime | None, other: datetime | None) -> datetime | None:
    """The earlier of two ends, where ``None`` is none."""
    ends = [end for end in (one, other) if end is not None]
    return min(ends, default=None)


def joined(stays: Iterable[Value], goes: Iterable[Value], at: Callable[[Value], str]) -> tuple[Value, ...]:
    """Notes of both files in their order; of one instant, those of the file that stays come first."""
    return tuple(sorted((*stays, *goes), key=at))


def parted(present: Iterable[Value], brought: Iterable[Value]) -> tuple[Value, ...]:
    """Notes without those that the other file brought, each taken out as often as it was brought."""
    left, kept = Counter(brought), []
    for note in present:
        if left[note] > 0:
            left[note] -= 1
        else:
            kept.append(note)
    return tuple(kept)
