"""What a decision is taken from: one request and the facts the guard loaded for it, as frozen values.

Every fact may be missing (``None``); a missing fact denies (I-06). Instants are aware UTC and come from the
database's clock; ``day`` is the Europe/Paris ordinal (``date.toordinal``), ``hour`` whole hours since the epoch.
"""

from datetime import datetime
from typing import NamedTuple

from beffroi.core.budgets import Caps
from beffroi.core.ids import (
    AccountId,
    ApplicationId,
    HabilitationId,
    OrganisationId,
    PersonId,
    PurposeCode,
    RoleCode,
    SessionId,
)
from beffroi.core.policy import Action, Relation


class Request(NamedTuple):
    """One question about at most one person. ``person`` is ``None`` when the action creates one.

    ``groups`` are the bits of the field groups wanted; ``reason`` a code of the policy's short list of
    break-glass reasons, ``None`` for an ordinary opening.
    """

    action: Action
    application: ApplicationId
    purpose: PurposeCode
    person: PersonId | None
    groups: int
    reason: str | None


class Clock(NamedTuple):
    """The instant of a batch, in the three units the law uses."""

    at: datetime
    day: int
    hour: int


class ApplicationFacts(NamedTuple):
    """A business application: whether it is open, and the caps of its breaker today."""

    id: ApplicationId
    open: bool
    caps: Caps


class SessionFacts(NamedTuple):
    """A live sign-in, bound to one application, one habilitation and one client.

    ``factor_at`` is the last verification of the second factor; ``same_client`` whether the handle came from the
    client it was given to.
    """

    id: SessionId
    account: AccountId
    habilitation: HabilitationId | None
    application: ApplicationId
    expires_at: datetime
    seen_at: datetime
    revoked: bool
    level: int
    factor_at: datetime
    same_client: bool


class HabilitationFacts(NamedTuple):
    """A role held at an organisation; ``status`` is ``probation`` or ``confirmed`` when it gives access.

    ``applications`` are those in which it serves, as far as they were read: a decision needs the session's own alone,
    and asks nothing of the applications of ``AccountFacts.held``.
    """

    id: HabilitationId
    account: AccountId
    organisation: OrganisationId
    role: RoleCode
    status: str
    from_at: datetime
    until_at: datetime
    applications: tuple[ApplicationId, ...]


class AccountFacts(NamedTuple):
    """One natural person who works: ``pools`` are the offspring pools this account still charges (I-03).

    ``held`` are the other habilitations, in force or not, than the one the session acts under. ``lines`` are those,
    of the lines that were ever contained, in which this account stands (I-07); its own goes without saying.
    ``covers`` are the colleagues of the session's organisation whom it stands in for, now or not.
    """

    id: AccountId
    active: bool
    attested_until: datetime
    reviewed_until: datetime
    pools: tuple[AccountId, ...]
    held: tuple[HabilitationFacts, ...]
    lines: tuple[AccountId, ...]
    covers: tuple["CoverFacts", ...] = ()


class CoverFacts(NamedTuple):
    """An absence that is covered: the people of ``absent`` are as the stand-in's own between two instants.

    ``handed``: the absent colleague said so. What somebody else said draws on the newcomer budget for as long after
    ``made_at`` as a new relation does.
    """

    absent: AccountId
    from_at: datetime
    until_at: datetime
    made_at: datetime
    handed: bool


class OrganisationFacts(NamedTuple):
    """An organisation: its kind, whether its contract runs, its confirmed agents (28-day mean, rounded)."""

    id: OrganisationId
    kind: str
    active: bool
    contract_until: datetime
    confirmed_agents: int


class RelationFacts(NamedTuple):
    """One relation between the person and the session's organisation; ``own``: the agent is the referent.

    ``covers`` are those of the agent's covers that are of the referent. Not ``here``: the relation is another
    organisation's, which is read where a file is archived or restricted, for that holds everywhere.
    """

    kind: Relation
    own: bool
    since_at: datetime
    until_at: datetime | None
    covers: tuple[CoverFacts, ...] = ()
    here: bool = True


class Reach(NamedTuple):
    """This account's last opening of this person: its day, and the marks of the budgets it charged that day.

    ``found_day`` is the last day the person was found by a search of this account (0: never).
    """

    day: int
    marks: tuple[int, ...]
    found_day: int


class Containment(NamedTuple):
    """What is cut off now: everything, or these ``(kind, id)`` scopes, or these field groups."""

    everything: bool
    scopes: frozenset[tuple[str, str]]
    groups: int

    def cuts(self, account: AccountFacts) -> bool:
        """Whether the account itself is cut off, by its id or with a line it stands in; whatever else is."""
        scopes = self.scopes
        if ("account", account.id) in scopes or ("line", account.id) in scopes:
            return True
        return any(("line", line) in scopes for line in account.lines)

    def closes_files(self, organisation: "OrganisationFacts") -> bool:
        """Whether no file opens for this organisation, or for none of its kind, while its people work on."""
        scopes = self.scopes
        return ("files", organisation.id) in scopes or ("files", organisation.kind) in scopes


class Facts(NamedTuple):
    """All that one decision may read."""

    clock: Clock
    containment: Containment
    application: ApplicationFacts | None
    session: SessionFacts | None
    account: AccountFacts | None
    habilitation: HabilitationFacts | None
    organisation: OrganisationFacts | None
    relations: tuple[RelationFacts, ...]
    reach: Reach | None


def found(facts: Facts) -> tuple[SessionFacts, AccountFacts, HabilitationFacts, OrganisationFacts]:
    """The four facts that :func:`beffroi.core.decision.present` found."""
    session, account, habilitation, organisation = (
        facts.session, facts.account, facts.habilitation, facts.organisation
    )  # fmt: skip
    assert session is not None, "step 2 passed"
    assert account is not None, "step 3 passed"
    assert habilitation is not None, "step 4 passed"
    assert organisation is not None, "step 4 passed"
    return session, account, habilitation, organisation
