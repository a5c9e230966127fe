"""Reviews of rights: which habilitations may be kept together, how a campaign runs, what silence does (I-12).

A campaign is one organisation's, once a quarter: open → closed, at its deadline and never before. Whatever nobody
kept by then is suspended: silence suspends. DESIGN, section 6.

The sheet is short because what is used, explained and little exposed is kept in one gesture; the rest comes one by
one, with the reasons why. All functions are total.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Final, NamedTuple

from beffroi.core.habilitation import ACCESS, Event, Status, after
from beffroi.core.ids import OrganisationId
from beffroi.core.policy import Relation, RoleKind

USE: Final = timedelta(days=90)
"""Openings are counted over so long before a campaign opens."""
RECENT: Final = timedelta(days=45)
"""A habilitation without use for longer is looked at alone."""
FAR, FEW = 3, 60
"""So many times the peers' median is far above them; under so many openings in all it is not said."""
RUN: Final = timedelta(days=30)
"""From a campaign's opening to its deadline."""
SHORTEST: Final = timedelta(days=14)
"""The same, when it opens late: nobody is given less."""
QUARTER: Final = timedelta(days=91)
"""From one deadline to the next."""
LIFE: Final = QUARTER + timedelta(days=1)
"""From a deadline, how long what was kept holds: to the next deadline, and the day in which it is swept."""
REMINDERS: Final = (14, 7, 2, 1)
"""Days before the deadline."""
_HOUR: Final = time(3, tzinfo=UTC)
_EXPLAINED: Final = frozenset(relation.value for relation in Relation)
_BREAK_GLASS: Final = "break-glass"


class Use(NamedTuple):
    """Openings under one habilitation over ``USE``: by a relation, by break-glass, by anything else."""

    related: int = 0
    broken: int = 0
    other: int = 0

    @property
    def openings(self) -> int:
        """All of them."""
        return self.related + self.broken + self.other


class Peers(NamedTuple):
    """Holders of the same role over the network: median of their openings, 90th percentile of their exposure."""

    median: int
    ninetieth: int


class Held(NamedTuple):
    """A habilitation as its reviewer sees it. ``kind`` and ``status`` are ``None`` when nobody knows them.

    ``used_at`` is the last opening of a role that reads files, the last use of a session of any other; ``exposure``
    people within reach in 24 hours; ``pooled`` whether the account still charges the pool of who brought it in.
    """

    kind: RoleKind | None
    status: Status | None
    since_at: datetime
    used_at: datetime | None
    use: Use
    exposure: int
    pooled: bool
    peers: Peers


class Reason(StrEnum):
    """Why a habilitation is looked at alone, the gravest first."""

    UNKNOWN_ROLE = "unknown-role"
    READS_NO_FILE = "reads-no-file"
    BREAK_GLASS = "break-glass"
    UNEXPLAINED = "unexplained"
    EXPOSED = "exposed"
    ABOVE_PEERS = "above-peers"
    NEVER_USED = "never-used"
    UNUSED = "unused"


class Verdict(StrEnum):
    """What became of a habilitation in a campaign. Reviewers say the first two, the machine the others."""

    KEEP = "keep"
    REMOVE = "remove"
    SILENT = "silent"
    GONE = "gone"


def use_of(openings: Iterable[tuple[str | None, int]]) -> Use:
    """Openings by explanation, as the journal has them; an explanation nobody knows explains nothing."""
    related = broken = other = 0
    for explanation, count in openings:
        if explanation in _EXPLAINED:
            related += count
        elif explanation == _BREAK_GLASS:
            broken += count
        else:
            other += count
    return Use(related, broken, other)


def peers_of(openings: Collection[int], exposures: Collection[int]) -> Peers:
    """Figures of a group of peers, by nearest rank: at most one in ten is above the 90th percentile."""
    return Peers(_rank(openings, 50), _rank(exposures, 90))


def _rank(values: Collection[int], percent: int) -> int:
    return sorted(values)[-(-len(values) * percent // 100) - 1] if values else 0


def reasons(held: Held, at: datetime) -> tuple[Reason, ...]:
    """Why it must be looked at alone, the gravest first; none: it may be kept together with others.

    Together: the role reads files, was used within ``RECENT``, every opening was explained by a relation, and the
    exposure is not above the peers' 90th percentile. Unknown is never together.
    """
    if held.kind is None or held.status not in ACCESS:
        return (Reason.UNKNOWN_ROLE,)
    openings = held.use.openings
    found = (
        (Reason.READS_NO_FILE, held.kind is not RoleKind.READER),
        (Reason.BREAK_GLASS, held.use.broken > 0),
        (Reason.UNEXPLAINED, held.use.other > 0),
        (Reason.EXPOSED, held.exposure > held.peers.ninetieth),
        (Reason.ABOVE_PEERS, openings > max(FEW, FAR * held.peers.median)),
        (Reason.NEVER_USED, held.used_at is None),
        (Reason.UNUSED, held.used_at is not None and at - held.used_at > RECENT),
    )
    return tuple(reason for reason, holds in found if holds)


def planned(
    organisation: OrganisationId, previous: datetime | None, lapses_at: datetime | None, at: datetime
) -> datetime | None:
    """The deadline of a campaign that must open now; ``None`` when none must.

    ``previous`` is the deadline of the last one; without any, organisations take turns over the quarter, sooner
    where somebody's review would lapse before (``lapses_at``, the earliest).
    """
    if previous is not None:
        due = previous + QUARTER
    else:
        due = _slot(organisation, at + SHORTEST)
        due = due if lapses_at is None else min(due, lapses_at)
    return max(due, at + SHORTEST) if due - RUN <= at else None


def _slot(organisation: OrganisationId, after_at: datetime) -> datetime:
    """The organisation's own day of the quarter, first after an instant."""
    turn = int.from_bytes(blake2b(organisation.encode(), digest_size=8).digest(), "big") % QUARTER.days
    day = after_at.date()
    day += timedelta(days=(turn - day.toordinal()) % QUARTER.days)
    found = datetime.combine(day, _HOUR)
    return found if found > after_at else found + QUARTER


def reminder(due_at: datetime, reminded: int | None, at: datetime) -> int | None:
    """The reminder to give now, in days before the deadline; ``reminded`` is the last one given."""
    reached = [days for days in REMINDERS if due_at - timedelta(days=days) <= at < due_at]
    closest = min(reached, default=None)
    return closest if closest is not None and (reminded is None or closest < reminded) else None


def is_open(due_at: datetime, closed_at: datetime | None, at: datetime) -> bool:
    """Whether verdicts are taken: from the deadline on nobody's are, whether or not it was swept."""
    return closed_at is None and at < due_at


def at_deadline(verdict: Verdict | None, status: Status | None) -> tuple[Verdict, Event | None]:
    """What a campaign's end makes of a habilitation: its verdict from then on, and what happens to it.

    Silence suspends whatever the status is worth, one that nobody knows included; what ended otherwise is gone.
    """
    if verdict is not None:
        return verdict, None
    if status in ACCESS or status is None:
        return Verdict.SILENT, Event.SUSPEND
    return Verdict.GONE, None


def holds_until(until: datetime, due_at: datetime) -> datetime:
    """Until when an account is reviewed, once all that its campaign asked of it was kept or ended. Never sooner."""
    return max(until, due_at + LIFE)


def vouched(verdicts: Collection[Verdict | None]) -> bool:
    """Whether a campaign has vouched for an account: nothing of it waits for a word, and something was kept."""
    return None not in verdicts and Verdict.KEEP in verdicts


def leads_to(verdict: Verdict, status: Status) -> Status:
    """The status that a reviewer's word leads to; keeping changes nothing."""
    event = Event.CLOSE if verdict is Verdict.REMOVE else Event.REVIEW
    return after(status, event) or status
