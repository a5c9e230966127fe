"""The policy's types: who may do what, for which purpose, how strongly identified, and how many people.

A policy is data (one versioned file, read by :mod:`beffroi.core.policy_file`); these frozen values are what the
decision reads. Nothing has a default here: what a policy does not say is denied.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum, StrEnum
from typing import Final, NamedTuple

from beffroi.core.attachment_kinds import AttachmentKind
from beffroi.core.budgets import Caps, percent_of
from beffroi.core.ids import Bucket, PurposeCode, RoleCode
from beffroi.core.machine_limit import MachineLimit


class Action(StrEnum):
    """What a door may be asked to do with one person's record."""

    OPEN = "open"
    LIST = "list"
    FIND = "find"
    CREATE = "create"
    UPDATE = "update"
    ERASE = "erase"
    RELEASE = "release"
    RELATE = "relate"
    EXPORT = "export"

    __hash__ = str.__hash__  # in C: Enum's own is Python, and every decision hashes half a dozen members


class Relation(StrEnum):
    """Why an organisation may know a person; the strongest that applies explains the opening."""

    REFERENT = "referent"
    FOLLOWED = "followed"
    APPOINTMENT = "appointment"
    PRESCRIPTION = "prescription"
    ENROLMENT = "enrolment"
    ARCHIVED = "archived"
    """Nobody follows the person any more (:mod:`beffroi.core.erasing`)."""
    RESTRICTED = "restricted"
    """No reason to know anybody: the person's file is not used for now (:mod:`beffroi.core.restricting`)."""

    __hash__ = str.__hash__


class RoleKind(StrEnum):
    """Separation of duties (I-05): a role reads files, or manages accounts, or approves, or watches, or bills."""

    READER = "reader"
    MANAGER = "manager"
    APPROVER = "approver"
    SECURITY = "security"
    FOUNDER = "founder"
    BILLING = "billing"


Separation = frozenset[frozenset[RoleKind]]
"""Pairs of kinds of role that one person may not hold together."""

# What no policy may leave out: reading excludes every duty over accounts, managing excludes approving what managers
# request. Billing commands nobody: in a small organisation whoever trains may bill too, under another membership.
FLOOR: Final[Separation] = frozenset(
    {frozenset({RoleKind.READER, kind}) for kind in RoleKind if kind not in (RoleKind.READER, RoleKind.BILLING)}
    | {frozenset({RoleKind.MANAGER, RoleKind.APPROVER})}
)


class Level(IntEnum):
    """Assurance of a session: a bare identity, a second factor, a second factor that resists phishing."""

    NONE = 0
    SINGLE = 1
    SECOND_FACTOR = 2
    PASSKEY = 3


ORGANISATION_KINDS: Final = frozenset({"youth-office", "training-organisation", "employment-agency", "network"})
SEARCH: Final = Bucket("search")
BREAK_GLASS: Final = Bucket("break-glass")
RELATIONS: Final = Bucket("relations")
ASSIGNMENTS: Final = Bucket("assignments")
RECEIVED: Final = Bucket("received")
EXPORTS: Final = Bucket("exports")
MESSAGES: Final = Bucket("messages")
EVERYTHING: Final = Bucket("all")


class Label(NamedTuple):
    """What people read, in French and in English."""

    fr: str
    en: str


@dataclass(frozen=True, slots=True)
class Demand:
    """Assurance an action or a group needs: a level, and the greatest age of the second factor in seconds."""

    level: Level
    factor_age: int | None
    factor_life: timedelta | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        life = None if self.factor_age is None else timedelta(seconds=self.factor_age)
        object.__setattr__(self, "factor_life", life)


@dataclass(frozen=True, slots=True)
class Rule:
    """What one role may do for one purpose."""

    actions: frozenset[Action]
    read: int
    write: int


@dataclass(frozen=True, slots=True)
class Role:
    """A role: its kind, where it may be held, its rules, and which budget each relation draws on.

    ``newcomer`` is the bucket of a person whose relation is younger than the policy's ``newcomer_days``; ``None``
    for a role that reads no file.
    """

    code: RoleCode
    label: Label
    kind: RoleKind
    organisations: frozenset[str]
    rules: Mapping[PurposeCode, Rule]
    buckets: Mapping[Relation, Bucket]
    newcomer: Bucket | None
    break_glass: bool
    demand: Demand


@dataclass(frozen=True, slots=True)
class OrganisationBudget:
    """Daily people per confirmed agent (28-day mean), a floor, and the share one account may use, in percent.

    ``counts`` are the buckets that draw on it: an agent's own people are bounded by the portfolio itself.
    """

    per_agent: int
    floor: int
    account_share: int
    counts: frozenset[Bucket]


@dataclass(frozen=True, slots=True)
class ApplicationBudget:
    """Breaker of an application: growth over its busiest day and same hour in percent, and a new one's caps."""

    day_percent: int
    hour_percent: int
    newcomer: Caps


@dataclass(frozen=True, slots=True)
class SessionRules:
    """Seconds a session lives without use and in all, and seconds between two writings of its last use."""

    idle: int
    absolute: int
    touch: int
    idle_life: timedelta = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "idle_life", timedelta(seconds=self.idle))


@dataclass(frozen=True, slots=True)
class SweepDelays:
    """Days without use before a warning and before the suspension; days a lapsed attestation, review or contract has
    been refused before it is written down as a suspension."""

    idle_warn_days: int
    idle_suspend_days: int
    lapse_days: int

    @property
    def idle_warn(self) -> timedelta:
        """Without use for so long: a warning."""
        return timedelta(days=self.idle_warn_days)

    @property
    def idle_suspend(self) -> timedelta:
        """Without use for so long: suspended."""
        return timedelta(days=self.idle_suspend_days)

    @property
    def lapse(self) -> timedelta:
        """Refused for so long: suspended."""
        return timedelta(days=self.lapse_days)


@dataclass(frozen=True, slots=True)
class SweepRules:
    """Delays for who only reads files and for everybody else, and how many suspensions a machine may decide."""

    readers: SweepDelays
    administrators: SweepDelays
    machine: MachineLimit


@dataclass(frozen=True, slots=True)
class FollowingRules:
    """How long what is said about following people may last, in days: a prescription or an enrolment at most, a
    transfer that nobody answers, an absence that is covered; for how many colleagues one may stand in at once, and
    how many covers in 24 hours an account makes, or are made for one stand-in."""

    prescription_days: int
    transfer_days: int
    cover_days: int
    covers: int
    covers_a_day: int


@dataclass(frozen=True, slots=True)
class ExportRules:
    """What a file of several people may hold: bits of the groups, people at most; how many copies of an export that a
    second person agreed to are handed out and within how many days of the agreement; people a whole organisation
    exports; why."""

    groups: int
    people: int
    copies: int
    days: int
    organisation: Caps
    reasons: Mapping[str, Label]


@dataclass(frozen=True, slots=True)
class AttachmentRules:
    """Bytes of one attachment at most, attachments of one person at most, and the assurance each kind demands."""

    largest: int
    most: int
    kinds: Mapping[AttachmentKind, Demand]


@dataclass(frozen=True, slots=True)
class RetentionRules:
    """Days after the end of the last relation until a file is archived, and until it is due for erasure; days that a
    file may be held back; people on one list at most, people whom lists erase in 24 hours at most, everywhere."""

    archive_days: int
    erase_days: int
    hold_days: int
    list_people: int
    erased_a_day: int


@dataclass(frozen=True, slots=True)
class RestrictionRules:
    """What goes on with a file while its person has its use restricted (GDPR article 18.2): purposes, and reasons of
    a break-glass opening."""

    purposes: frozenset[PurposeCode]
    reasons: frozenset[str]


@dataclass(frozen=True, slots=True)
class AssuranceRule:
    """One line of the assurance table: this provider, ``acr`` and any of ``amr`` give this level.

    ``idp_id`` ``None`` stands for every provider; an empty ``amr`` for a provider that named no method.
    """

    idp_id: str | None
    acr: str
    amr: frozenset[str]
    level: Level


class AgentShown(StrEnum):
    """What people are shown of an agent who consulted their file; never the name."""

    ORGANISATION = "organisation"
    JOB = "job-and-organisation"


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the law's parameters; ``version`` is the SHA-256 of the file's canonical form."""

    version: str
    roles: Mapping[RoleCode, Role]
    purposes: Mapping[PurposeCode, Label]
    reasons: Mapping[str, Label]
    actions: Mapping[Action, Demand]
    groups: Mapping[int, Demand]
    buckets: Mapping[Bucket, Caps]
    pool: Caps
    organisation: OrganisationBudget
    application: ApplicationBudget
    session: SessionRules
    sweeps: SweepRules
    assurance: tuple[AssuranceRule, ...]
    newcomer_days: int
    organisation_relations: Caps
    organisation_assignments: Caps
    received: Caps
    following: FollowingRules
    exports: ExportRules
    retention: RetentionRules
    restriction: RestrictionRules
    questions_per_hour: int
    written_a_day: int
    totp_roles: frozenset[RoleCode]
    backup_retention_days: int
    separation: Separation
    probation_percent: int
    agent_shown: AgentShown
    attachments: AttachmentRules
    newcomer_life: timedelta = field(init=False, repr=False, compare=False)
    rated: int = field(init=False, repr=False, compare=False)
    group_demands: tuple[tuple[int, Demand], ...] = field(init=False, repr=False, compare=False)
    probation_buckets: Mapping[Bucket, Caps] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Derive what every decision would otherwise compute again: groups that share a demand are tried once."""
        together: dict[Demand, int] = {}
        for bit, demand in self.groups.items():
            together[demand] = together.get(demand, 0) | bit
        smaller = {bucket: percent_of(caps, self.probation_percent) for bucket, caps in self.buckets.items()}
        object.__setattr__(self, "probation_buckets", smaller)
        object.__setattr__(self, "newcomer_life", timedelta(days=self.newcomer_days))
        object.__setattr__(self, "rated", sum(together.values()))
        object.__setattr__(self, "group_demands", tuple((bits, one) for one, bits in together.items()))
