"""The oracle of accounts and habilitations: everything that happened, in one plain list, read from its beginning.

Written from the design's words (sections 3 and 6) and not from the product: it keeps no state, no transitions and no
index. Each question walks the whole list again. ``tests/differential/test_habilitations.py`` holds whole
histories of the product to it. The delays are the design's and the default policy's, written out once more.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

RECIPROCITY = timedelta(days=180)
NETWORK = "network"
IDLE = {True: timedelta(days=45), False: timedelta(days=90)}
"""Days without use after which a sweep suspends: those who administer, those who read files."""
LAPSE = {True: timedelta(days=7), False: timedelta(days=30)}
"""Days after which a sweep writes down as suspended what a lapsed attestation or review already refuses."""
WATCHING = {"approver", "security", "founder"}
APPROVING = {"approver", "founder"}


class Born(NamedTuple):
    """An account came into being; ``approved_by`` names everybody who agreed, none for those who were there first."""

    account: str
    requested_by: str | None
    approved_by: tuple[str, ...]
    at: datetime
    founder: bool = False


class Became(NamedTuple):
    """An account's status: invited, active, suspended."""

    account: str
    status: str
    at: datetime


class Held(NamedTuple):
    """A habilitation was given; ``requested_by`` is nobody for those that were there first, ``approved_by`` names
    everybody who agreed."""

    habilitation: str
    account: str
    organisation: str
    kind: str
    from_at: datetime
    until_at: datetime
    requested_by: str | None = None
    approved_by: tuple[str, ...] = ()


class Moved(NamedTuple):
    """A habilitation's status."""

    habilitation: str
    status: str


class Attested(NamedTuple):
    """An exam was passed (or an attestation was there from the first)."""

    account: str
    until: datetime


class Reviewed(NamedTuple):
    """A review was done (or was there from the first)."""

    account: str
    until: datetime


class Approved(NamedTuple):
    """Somebody agreed to somebody's request."""

    request: str
    approver: str
    requester: str
    at: datetime


class Confirmed(NamedTuple):
    """The end of an account's probation, agreed to by ``witness``."""

    account: str
    witness: str


class Cut(NamedTuple):
    """A containment: of a line, an account, an organisation or everything."""

    id: str
    kind: str
    scope: str


class Lifted(NamedTuple):
    """The end of a containment."""

    id: str


class Used(NamedTuple):
    """An account was used."""

    account: str
    at: datetime


Event = Born | Became | Held | Moved | Attested | Reviewed | Approved | Confirmed | Cut | Lifted | Used
History = Sequence[Event]


def born(history: History, account: str) -> Born:
    """How an account came into being."""
    return next(one for one in history if isinstance(one, Born) and one.account == account)


def accounts(history: History) -> list[str]:
    """Every account there is."""
    return [one.account for one in history if isinstance(one, Born)]


def line(history: History, head: str, *, by_role: bool = False) -> set[str]:
    """The head, and, transitively, every account that somebody of the line requested or approved; ``by_role``, by one
    of its habilitations as well. Founders' is themselves: they count in no line."""
    members = {head}
    if born(history, head).founder:
        return members
    founders = {one.account for one in history if isinstance(one, Born) and one.founder}
    grown = True
    while grown:
        grown = False
        for one in history:
            if (
                isinstance(one, Born | Held if by_role else Born)
                and one.account not in members
                and (members - founders) & {one.requested_by, *one.approved_by}
            ):
                members.add(one.account)
                grown = True
    return members


def outside(history: History, one: str, other: str) -> bool:
    """I-04: whether neither is in the other's line. Whoever handed somebody one role judges him as no stranger."""
    return one not in line(history, other, by_role=True) and other not in line(history, one, by_role=True)


def pools(history: History, account: str) -> set[str]:
    """I-03: everybody it descends from by request, until somebody outside that person's line confirmed it. A manager
    descends from whoever had requested his role, on the day the account came into being."""
    witnesses = [
        (one.witness, history[:place])  # judged on that day: a line that grows afterwards takes nothing back
        for place, one in enumerate(history)
        if isinstance(one, Confirmed) and one.account == account and one.witness != account
    ]
    then = history[: history.index(born(history, account))]
    makers, waiting = set[str](), {born(history, account).requested_by}
    while waiting:
        maker = waiting.pop()
        if maker is not None and maker not in makers and not born(history, maker).founder:
            makers.add(maker)
            waiting |= {born(history, maker).requested_by}
            waiting |= {
                one.requested_by
                for one in then
                if isinstance(one, Held) and one.account == maker and one.kind in ("manager", "founder")
            }
    return {
        maker
        for maker in makers - {account}
        if not any(outside(before, maker, witness) for witness, before in witnesses)
    }


def status(history: History, account: str) -> str:
    """An account's status now."""
    return [one.status for one in history if isinstance(one, Became) and one.account == account][-1]


def held(history: History, account: str) -> list[tuple[Held, str]]:
    """An account's habilitations, each with its status now."""
    return [
        (
            one,
            [move.status for move in history if isinstance(move, Moved) and move.habilitation == one.habilitation][
                -1
            ],
        )
        for one in history
        if isinstance(one, Held) and one.account == account
    ]


def in_force(history: History, account: str, at: datetime) -> list[Held]:
    """Habilitations that give access at an instant, as far as it depends on them."""
    return [
        one
        for one, stands in held(history, account)
        if stands in ("probation", "confirmed") and one.from_at <= at < one.until_at
    ]


def cuts(history: History) -> list[Cut]:
    """Containments in force."""
    over = {one.id for one in history if isinstance(one, Lifted)}
    return [one for one in history if isinstance(one, Cut) and one.id not in over]


def is_cut(history: History, account: str) -> bool:
    """I-07: whether an account is contained by name, or stands in a line that is, however it came into it."""
    return any(
        (one.kind == "account" and one.scope == account)
        or (one.kind == "line" and account in line(history, one.scope))
        for one in cuts(history)
    )


def stands(history: History, account: str, at: datetime) -> bool:
    """I-07 and I-12: in use, not contained, attested, reviewed."""
    attested = [one.until for one in history if isinstance(one, Attested) and one.account == account][-1]
    reviewed = [one.until for one in history if isinstance(one, Reviewed) and one.account == account][-1]
    return (
        status(history, account) == "active" and not is_cut(history, account) and at < attested and at < reviewed
    )  # fmt: skip


def holds_duties_apart(history: History, account: str, at: datetime) -> bool:
    """I-05: whether what gives access now lets one person read files and do anything else about accounts."""
    kinds = {one.kind for one in in_force(history, account, at)}
    return "reader" in kinds and len(kinds) > 1


def may_read(history: History, habilitation: Held, at: datetime) -> bool:
    """Whether files may be read under this habilitation, by all that is known of accounts."""
    account = habilitation.account
    stopped = {("organisation", habilitation.organisation), ("everything", "")}
    return (
        habilitation.kind == "reader"
        and habilitation in in_force(history, account, at)
        and stands(history, account, at)
        and not holds_duties_apart(history, account, at)
        and not any((one.kind, one.scope) in stopped for one in cuts(history))
    )


def may_command(history: History, habilitation: Held, at: datetime) -> bool:
    """Whether commands are taken under this habilitation: those who approve, contain or investigate are stopped by no
    containment but one that names them."""
    account = habilitation.account
    stopped = {("organisation", habilitation.organisation), ("everything", "")}
    spared = habilitation.kind in WATCHING
    return (
        habilitation in in_force(history, account, at)
        and stands(history, account, at)
        and not holds_duties_apart(history, account, at)
        and (spared or not any((one.kind, one.scope) in stopped for one in cuts(history)))
    )


def approvers(history: History, organisation: str, network: str, at: datetime) -> set[str]:
    """Who holds the duty of approving at an organisation: there, or at the network itself."""
    return {
        account
        for account in accounts(history)
        if stands(history, account, at)
        and any(
            one.kind in APPROVING and one.organisation in (organisation, network)
            for one in in_force(history, account, at)
        )
    }


def objections(
    history: History, approver: str, requester: str, beneficiary: str | None, at: datetime, *, apart: bool = False
) -> set[str]:
    """I-04: all that speaks against this person's approval. ``apart``: of what gives back to the beneficiary."""
    found = set()
    if approver in (requester, beneficiary) or requester == beneficiary:
        found.add("same-person")
    elif apart and beneficiary is not None:
        found |= objections(history, approver, beneficiary, None, at)
    if not outside(history, approver, requester):
        found.add("within-line")
    for one in history:
        favour = isinstance(one, Approved) and (one.approver, one.requester) == (requester, approver)
        if isinstance(one, Approved) and favour and at - one.at < RECIPROCITY:
            found.add("reciprocal")
    return found


def eligible(
    history: History, organisation: str, network: str, requester: str, beneficiary: str | None, at: datetime,
    *, apart: bool = False,
) -> set[str]:  # fmt: skip
    """I-04: everybody who may approve such a request. Fewer than two: it cannot be made."""
    return {
        one
        for one in approvers(history, organisation, network, at)
        if not objections(history, one, requester, beneficiary, at, apart=apart)
    }


def tied(history: History, one: str, other: str, at: datetime) -> bool:
    """I-04: whether two people may not agree to one thing together: kin, or one of late in the other's debt."""
    favours = {
        (past.approver, past.requester)
        for past in history
        if isinstance(past, Approved) and at - past.at < RECIPROCITY
    }
    return not outside(history, one, other) or bool({(one, other), (other, one)} & favours)


def administers(history: History, account: str) -> bool:
    """Whether any habilitation not closed is another than a reader's."""
    return any(one.kind != "reader" for one, stands in held(history, account) if stands != "closed")


def idle_for(history: History, account: str, at: datetime, *, anew: bool = True) -> timedelta:
    """How long an account was not used: since its last use, its creation, or (``anew``) the day it was given back."""
    instants = [born(history, account).at]
    before = None
    for one in history:
        if isinstance(one, Used) and one.account == account:
            instants.append(one.at)
        if isinstance(one, Became) and one.account == account:
            if anew and before == "suspended" and one.status != "suspended":
                instants.append(one.at)
            before = one.status
    return at - max(instants)


def overdue(history: History, account: str, at: datetime, *, anew: bool = True) -> bool:
    """I-12: whether a sweep must not leave this account in use for idleness."""
    return idle_for(history, account, at, anew=anew) >= IDLE[administers(history, account)]


def lapsed(history: History, account: str, at: datetime) -> bool:
    """I-12: whether an attestation or a review ended so long ago that a sweep suspends the account."""
    ends = [
        [one.until for one in history if isinstance(one, Attested) and one.account == account][-1],
        [one.until for one in history if isinstance(one, Reviewed) and one.account == account][-1],
    ]
    return any(at - end >= LAPSE[administers(history, account)] for end in ends)


def nothing_left(history: History, account: str, at: datetime) -> bool:
    """Whether every habilitation is closed or past its period."""
    all_of = held(history, account)
    return bool(all_of) and all(stands == "closed" or one.until_at <= at for one, stands in all_of)
