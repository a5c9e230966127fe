"""Answers of the guard as frozen, typed values; every text that may identify a person is an ``Identifying``."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from beffroi.core.identifying import Identifying

GroupFields = Mapping[str, Any]
"""Fields of one group: texts are ``Identifying``; numbers, booleans, lists and nested mappings keep their shape."""


class Demanded(Struct, frozen=True):
    """What a step-up must bring, and where the person brings it (a page of the guard).

    ``level`` is 2 for a second factor, 3 for a passkey; ``max_age`` the greatest age in seconds of its last proof,
    where one is asked.
    """

    level: int
    url: str
    max_age: int | None = None


class Refused(Struct, frozen=True):
    """A denial (RFC 9457 problem document). ``code`` is stable; ``detail`` is a sentence for the person.

    ``span`` names the exhausted span of a budget; ``followed_by`` the organisations that follow the person, given
    only after a search of the same day found them; ``archived`` then, whether no reason opens the file.
    ``restricted_by`` says who decided that a file is used no more, and ``reasons`` those that open it all the same.
    """

    code: str
    title: str
    status: int
    detail: str
    span: str | None = None
    step_up: Demanded | None = None
    followed_by: tuple["Follower", ...] = ()
    archived: bool = False
    restricted_by: tuple["Restricting", ...] = ()
    reasons: tuple[str, ...] = ()
    matches: tuple["Match", ...] = ()
    errors: tuple["FieldError", ...] = ()
    retry_after: int | None = None


class FieldError(Struct, frozen=True):
    """One place of the request that the guard did not accept, and what was expected. Never the value."""

    field: str
    expected: str


class Follower(Struct, frozen=True):
    """An organisation that follows somebody: its id and its public name."""

    organisation: str
    name: str


class Restricting(Struct, frozen=True):
    """An organisation that restricted the use of a file, and since when."""

    organisation: str
    name: str
    since_at: datetime


class Counts(Struct, frozen=True):
    """Distinct people in one clock hour, one Paris day, rolling 7 and 30 days."""

    hour: int
    day: int
    week: int
    month: int


class Budget(Struct, frozen=True):
    """A budget of distinct people: what is spent of which caps."""

    bucket: str
    spent: Counts
    caps: Counts


class Organisation(Struct, frozen=True):
    """A public body or partner, by its public name."""

    id: str
    code: str
    name: str
    kind: str


class Label(Struct, frozen=True):
    """A word of the policy as people read it."""

    fr: str
    en: str


class Membership(Struct, frozen=True):
    """A habilitation the agent may act under; ``label`` is the role's, absent when the policy lost that role."""

    habilitation: str
    organisation: Organisation
    role: str
    status: str
    label: Label | None = None


class Purpose(Struct, frozen=True):
    """Why the chosen role opens files, what it may then do, and the groups it may read and write."""

    code: str
    label: Label
    actions: frozenset[str]
    read: tuple[str, ...]
    write: tuple[str, ...]


class Reason(Struct, frozen=True):
    """A reason the policy accepts for a break-glass opening."""

    code: str
    label: Label


class Session(Struct, frozen=True):
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
    display_name: Identifying
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

    def purpose(self, action: str) -> Purpose | None:
        """The first purpose for which the chosen role may do this."""
        return next((purpose for purpose in self.purposes if action in purpose.actions), None)

    @property
    def membership(self) -> Membership | None:
        """The membership chosen, if one is."""
        for membership in self.memberships:
            if membership.habilitation == self.habilitation:
                return membership
        return None


class Begun(Struct, frozen=True):
    """A session just redeemed: its handle, to be kept where only this application reads it."""

    handle: Identifying
    session: Session


class Ended(Struct, frozen=True):
    """A session ended; ``logout_url`` takes the browser to the identity provider's own sign-out."""

    logout_url: str | None


class Opened(Struct, frozen=True):
    """One person's released groups. ``entry`` is the journal entry made durable before this answer left.

    ``version`` is the record's, to be given back with an update.
    """

    entry: int
    person: str
    fields: Mapping[str, GroupFields]
    withheld: tuple[str, ...]
    explanation: str
    budget: Budget | None = None
    obligations: tuple[str, ...] = ()
    version: int | None = None


class Row(Struct, frozen=True):
    """A line of a portfolio; ``masked`` when its identity was refused, with the refusal's ``code``."""

    id: str
    fields: Mapping[str, GroupFields]
    explanation: str | None = None
    entry: int | None = None
    masked: bool = False
    code: str | None = None


class Page(Struct, frozen=True):
    """A page of a portfolio."""

    total: int
    page: int
    pages: int
    rows: tuple[Row, ...]
    budget: Budget | None = None


class Ids(Struct, frozen=True):
    """Random ids of people, the last followed first; ``more`` where there are too many to be told."""

    people: tuple[str, ...]
    more: bool = False


class Match(Struct, frozen=True):
    """Somebody a search found: the relation that opens the file, or else only who follows the person."""

    person: str
    relation: str | None
    followed_by: tuple[Follower, ...]


class Found(Struct, frozen=True):
    """At most five matches; ``more`` when the index holds others: the search must be more precise."""

    matches: tuple[Match, ...]
    more: bool = False


class Colleagues(Struct, frozen=True):
    """Names by account."""

    names: Mapping[str, Identifying]


class Released(Struct, frozen=True):
    """A charged and journaled decision about data the application itself holds."""

    outcome: str
    code: str
    groups: tuple[str, ...] = ()
    entry: int | None = None


class Registered(Struct, frozen=True):
    """A person updated or erased."""

    person: str
    entry: int


class Created(Struct, frozen=True):
    """A person created, and whether the caller is the referent."""

    person: str
    entry: int
    referent: bool
