"""A shared vocabulary for tests of the law: one ordinary adviser, and what can be changed around her."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from beffroi.core.budgets import Caps, Window
from beffroi.core.facts import (
    AccountFacts,
    ApplicationFacts,
    Clock,
    Containment,
    Facts,
    HabilitationFacts,
    OrganisationFacts,
    Reach,
    RelationFacts,
    Request,
    SessionFacts,
)
from beffroi.core.fields import Group
from beffroi.core.ids import (
    AccountId,
    ApplicationId,
    Bucket,
    HabilitationId,
    OrganisationId,
    PersonId,
    PurposeCode,
    RoleCode,
    SessionId,
)
from beffroi.core.policy import Action, OrganisationBudget, Policy, Relation
from beffroi.core.policy_file import load_default

PARIS: Final = ZoneInfo("Europe/Paris")
POLICY: Final[Policy] = load_default()
NOW: Final = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WIDE: Final = Caps(10_000, 10_000, 100_000, 100_000)
CONSOLE: Final = ApplicationId("console")
ADVISER: Final = AccountId("00000000-0000-4000-8000-00000000000a")
OFFICE: Final = OrganisationId("00000000-0000-4000-8000-00000000000f")
PERSON: Final = PersonId("00000000-0000-4000-8000-000000000001")
HELD: Final = HabilitationId("00000000-0000-4000-8000-0000000000aa")
NO_WINDOWS: Final[Mapping[str, Window]] = {}

# Budgets so small that a few openings reach every one of them, in every span.
TIGHT: Final = replace(
    POLICY,
    buckets={
        Bucket("portfolio"): Caps(3, 4, 5, 6),
        Bucket("office"): Caps(2, 3, 4, 5),
        Bucket("reception"): Caps(2, 3, 4, 5),
        Bucket("trainees"): Caps(2, 3, 4, 5),
        Bucket("search"): Caps(1, 2, 3, 4),
        Bucket("break-glass"): Caps(1, 1, 2, 3),
        Bucket("relations"): Caps(1, 1, 2, 3),
        Bucket("assignments"): Caps(1, 2, 3, 4),
        Bucket("exports"): Caps(1, 2, 2, 3),
        Bucket("messages"): Caps(2, 2, 3, 4),
    },
    pool=Caps(2, 3, 4, 5),
    organisation=OrganisationBudget(1, 4, 50, POLICY.organisation.counts),
    organisation_relations=Caps(1, 2, 3, 4),
    organisation_assignments=Caps(2, 3, 4, 5),
    exports=replace(POLICY.exports, organisation=Caps(2, 3, 3, 4)),
)


def clock_at(instant: datetime) -> Clock:
    """The clock of an instant as the database states it: Paris day, hours since the epoch."""
    return Clock(instant, instant.astimezone(PARIS).toordinal(), int(instant.timestamp()) // 3600)


def followed(*, own: bool = False, days: int = 60, at: datetime = NOW) -> RelationFacts:
    """The organisation follows the person since some days."""
    return RelationFacts(Relation.FOLLOWED, own, at - timedelta(days=days), None)


def opening(action: Action = Action.OPEN, groups: int = int(Group.IDENTITY | Group.CONTACT)) -> Request:
    """The adviser opens the person's file to follow the person up."""
    return Request(action, CONSOLE, PurposeCode("follow-up"), PERSON, groups, None)


def adviser(at: datetime = NOW, relations: tuple[RelationFacts, ...] | None = None) -> Facts:
    """Facts under which :func:`opening` is allowed: an adviser in order, at a youth office, with her own person."""
    later, before = at + timedelta(days=90), at - timedelta(days=400)
    return Facts(
        clock=clock_at(at),
        containment=Containment(False, frozenset(), 0),
        application=ApplicationFacts(CONSOLE, True, WIDE),
        session=SessionFacts(SessionId("s"), ADVISER, HELD, CONSOLE, at + timedelta(hours=9), at, False, 3, at, True),
        account=AccountFacts(ADVISER, True, later, later, (), (), ()),
        habilitation=HabilitationFacts(
            HELD, ADVISER, OFFICE, RoleCode("adviser"), "confirmed", before, later, (CONSOLE,)
        ),
        organisation=OrganisationFacts(OFFICE, "youth-office", True, later, 5),
        relations=(followed(own=True, at=at),) if relations is None else relations,
        reach=None,
    )


def holding(facts: Facts, *held: HabilitationFacts) -> Facts:
    """The same facts of somebody who also holds these."""
    assert facts.account is not None
    return facts._replace(account=facts.account._replace(held=held))


def also(role: str, status: str = "confirmed", *, from_days: int = -400, until_days: int = 90) -> HabilitationFacts:
    """Another habilitation of the adviser, elsewhere, from and until so many days after ``NOW``."""
    return HabilitationFacts(
        HabilitationId(f"also-{role}"), ADVISER, OrganisationId("elsewhere"), RoleCode(role), status,
        NOW + timedelta(days=from_days), NOW + timedelta(days=until_days), (),
    )  # fmt: skip


def found_today(facts: Facts) -> Facts:
    """The same facts once a search of this account has found the person today."""
    return facts._replace(reach=Reach(0, (), facts.clock.day))
