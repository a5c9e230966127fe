"""The policy's types: who may do what, for which purpose, how strongly identified, and how many people.

A policy is data (one versioned file, read by :mod:`beffroi.core.policy_file`); these frozen values are what the
decision reads. Nothing has a default here: what a policy does not say is denied.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from beffroi.core.budgets import Caps
from beffroi.core.ids import Bucket, PurposeCode, RoleCode


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


class Relation(StrEnum):
    """Why an organisation may know a person; the strongest that applies explains the opening."""

    REFERENT = "referent"
    FOLLOWED = "followed"
    APPOINTMENT = "appointment"
    PRESCRIPTION = "prescription"
    ENROLMENT = "enrolment"


class RoleKind(StrEnum):
    """Separation of duties (I-05): a role reads files, or manages accounts, or approves, or watches."""

    READER = "reader"
    MANAGER = "manager"
    APPROVER = "approver"
    SECURITY = "security"
    FOUNDER = "founder"


class Level(IntEnum):
    """Assurance of a session: a bare identity, a second factor, a second factor that resists phishing."""

    NONE = 0
    SINGLE = 1
    SECOND_FACTOR = 2
    PASSKEY = 3


SEARCH: Final = Bucket("search")
BREAK_GLASS: Final = Bucket("break-glass")
RELATIONS: Final = Bucket("relations")
EVERYTHING: Final = Bucket("all")


@dataclass(frozen=True, slots=True)
class Demand:
    """Assurance an action or a group needs: a level, and the greatest age of the second factor in seconds."""

    level: Level
    factor_age: int | None


@dataclass(frozen=True, slots=True)
class Rule:
    """What one role may do for one purpose."""

    actions: frozenset[Action]
    read: int
    write: int


@dataclass(frozen=True, slots=True)
class Role:
    """A role: its kind, where it may be held, its rules, and which budget each relation draws on.

    ``newcomer`` is the bucket of a person whose relation is younger than the policy's ``newcomer_days``.
    """

    code: RoleCode
    kind: RoleKind
    organisations: frozenset[str]
    rules: Mapping[PurposeCode, Rule]
    buckets: Mapping[Relation, Bucket]
    newcomer: Bucket
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


@dataclass(frozen=True, slots=True)
class AssuranceRule:
    """One line of the assurance table: this provider, ``acr`` and (any of) ``amr`` give this level."""

    idp_id: str | None
    acr: str
    amr: frozenset[str]
    level: Level


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the law's parameters; ``version`` is the SHA-256 of the file's canonical form."""

    version: str
    roles: Mapping[RoleCode, Role]
    purposes: Mapping[PurposeCode, str]
    reasons: Mapping[str, str]
    actions: Mapping[Action, Demand]
    groups: Mapping[int, Demand]
    buckets: Mapping[Bucket, Caps]
    pool: Caps
    organisation: OrganisationBudget
    application: ApplicationBudget
    session: SessionRules
    assurance: tuple[AssuranceRule, ...]
    newcomer_days: int
    organisation_relations: Caps
    questions_per_hour: int
    totp_roles: frozenset[RoleCode]
    backup_retention_days: int
