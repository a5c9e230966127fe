"""Answers of the doors of sessions."""

from datetime import datetime

from beffroi.guard.answers.shape import Answered, Label


class Counts(Answered, frozen=True):
    """Distinct people in one clock hour, one Paris day, rolling 7 and 30 days."""

    hour: int
    day: int
    week: int
    month: int


class Budget(Answered, frozen=True):
    """A budget of distinct people: what is spent of which caps."""

    bucket: str
    spent: Counts
    caps: Counts


class Organisation(Answered, frozen=True):
    """A public body or partner, by its public name."""

    id: str
    code: str
    name: str
    kind: str


class Membership(Answered, frozen=True):
    """A habilitation the agent may act under; ``label`` is the role's, absent when the policy lost that role."""

    habilitation: str
    organisation: Organisation
    role: str
    status: str
    label: Label | None = None


class Purpose(Answered, frozen=True):
    """Why the chosen role opens files, what it may then do, and the groups it may read and write."""

    code: str
    label: Label
    actions: frozenset[str]
    read: tuple[str, ...]
    write: tuple[str, ...]


class Reason(Answered, frozen=True):
    """A reason the policy accepts for a break-glass opening."""

    code: str
    label: Label


class Agent(Answered, frozen=True):
    """Whose session it is."""

    display_name: str


class Session(Answered, frozen=True):
    """The live session: whose, how strongly identified, under which membership, with which rights and budgets.

    The rights say what a screen may offer; the guard decides again on every call. ``duties`` are the families of
    commands that the chosen role gives. Access ends with the awareness attestation, at ``attested_until``.
    ``transfers_waiting`` are those of people that the organisation has to answer, where the role follows people;
    ``glass_waiting`` openings by break-glass that wait for a verdict, where the role investigates.
    ``files_closed``: no file opens for the organisation, as a security measure; the rest works.
    """

    session: str
    account: str
    level: int
    expires_at: datetime
    agent: Agent
    memberships: tuple[Membership, ...]
    habilitation: str | None
    attested_until: datetime
    budgets: tuple[Budget, ...] = ()
    purposes: tuple[Purpose, ...] = ()
    reasons: tuple[Reason, ...] = ()
    duties: frozenset[str] = frozenset()
    transfers_waiting: int = 0
    glass_waiting: int = 0
    files_closed: bool = False


class Begun(Session, frozen=True, kw_only=True):
    """A session just redeemed: its handle, to be kept where only this application reads it."""

    handle: str


class Ended(Answered, frozen=True):
    """A session ended; ``logout_url`` takes the browser to the identity provider's own sign-out."""

    logout_url: str | None
