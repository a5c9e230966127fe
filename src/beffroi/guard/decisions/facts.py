"""From the rows of ``load_facts.sql`` to the frozen facts of the law; a row that is not genuine becomes a refusal."""

import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from beffroi.core.budgets import Caps
from beffroi.core.facts import (
    AccountFacts,
    ApplicationFacts,
    Clock,
    Containment,
    CoverFacts,
    Facts,
    HabilitationFacts,
    OrganisationFacts,
    Reach,
    RelationFacts,
    SessionFacts,
)
from beffroi.core.ids import AccountId, ApplicationId, HabilitationId, OrganisationId, PersonId, RoleCode, SessionId
from beffroi.core.policy import Relation
from beffroi.guard.authentic import Authenticator
from beffroi.guard.decisions import hot_rows
from beffroi.guard.decisions.asks import Agent, Ask
from beffroi.guard.decisions.rows import Forged, Reader, Row, instant, maybe_instant

PARIS: Final = ZoneInfo("Europe/Paris")
_RELATIONS: Final = {relation.value: relation for relation in Relation if relation is not Relation.REFERENT}


class Shared(NamedTuple):
    """What all requests of a batch have in common. ``tampered``: an application's row is not genuine.

    ``number`` is the turnstile's, in the snapshot the facts are of.
    """

    clock: Clock
    policy: str | None
    containment: Containment
    applications: dict[ApplicationId, ApplicationFacts]
    tampered: bool
    number: int


class Known(NamedTuple):
    """Facts of one request; ``forged`` names the table whose row is not genuine, and then nothing else counts.

    ``record`` holds the session's bytes, for its revocation; ``reach_version`` is 0 where no reach row exists;
    ``agent`` is who asks, where all of it is known.
    """

    facts: Facts
    forged: str | None
    record: bytes | None
    reach_version: int
    agent: Agent | None


def clock_at(at: datetime) -> Clock:
    """The three units of an instant: itself, its Europe/Paris day, its hour since the epoch."""
    return Clock(at, at.astimezone(PARIS).toordinal(), int(at.timestamp()) // 3600)


class FactReader:
    """Builds facts, checking every MAC on the way."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator
        self.sessions = Reader("session", authenticator, _session)
        self._accounts = Reader("account", authenticator, _account)
        self._habilitations = Reader("habilitation", authenticator, _habilitation)
        self._organisations = Reader("organisation", authenticator, _organisation)
        self._applications = Reader("application", authenticator, _application)
        self._containments = Reader("containment", authenticator, _contained)
        self._members = Reader("line_member", authenticator, _line)
        self._covers = Reader("cover", authenticator, _cover)
        self._served = Reader("habilitation_application", authenticator, _serves)
        self._in_force: tuple[tuple[bytes, ...], frozenset[tuple[str, str]], Containment] = (
            (), frozenset(), Containment(False, frozenset(), 0)
        )  # fmt: skip

    def read(self, asks: Sequence[Ask], rows: Iterable[Sequence[Any]]) -> tuple[Shared, list[Known]]:
        """Facts of each request in the order of ``asks``; ``rows`` as load_facts.sql gives them."""
        by_request: list[Any] = [None] * (len(asks) + 2)
        more: dict[int, list[Any]] = {}
        for row in rows:
            n = row[0]
            if by_request[n] is None:
                by_request[n] = row
            else:
                more.setdefault(n, []).append(row)
        shared = self._shared(by_request[1])
        return shared, [
            self._one(ask, by_request[place], more.get(place, ()), shared) for place, ask in enumerate(asks, 2)
        ]

    def _shared(self, head: Sequence[Any]) -> Shared:
        applications: dict[ApplicationId, ApplicationFacts] = {}
        tampered = False
        for record in head[19]:
            try:
                facts = self._applications.read(record)
            except Forged:
                tampered = True
                continue
            applications[facts.id] = facts
        return Shared(
            clock_at(head[16]), head[17], self._containment(tuple(head[18])), applications, tampered, head[22]
        )

    def _containment(self, records: tuple[bytes, ...]) -> Containment:
        distrusted = self._authenticator.distrusted
        if records == self._in_force[0] and distrusted is self._in_force[1]:
            return self._in_force[2]
        everything, scopes, groups = ("everything", "") in distrusted, set(distrusted), 0
        for record in records:
            try:
                contained = self._containments.read(record)
            except Forged:
                everything = True  # somebody tampered with what is cut off: nothing opens until it is repaired
                continue
            if contained is None:
                continue
            kind, scope, mask = contained
            everything = everything or kind == "everything"
            groups |= mask
            scopes.add((kind, scope))
        self._in_force = (records, distrusted, Containment(everything, frozenset(scopes), groups))
        return self._in_force[2]

    def _one(self, ask: Ask, row: Sequence[Any], more: Iterable[Sequence[Any]], shared: Shared) -> Known:
        application = shared.applications.get(ask.request.application)
        record = row[1]
        session = account = habilitation = organisation = reach = None
        relations: tuple[RelationFacts, ...] = ()
        forged = "application" if application is None and shared.tampered else None
        try:
            if record is not None:
                session = self.sessions.read(record)
                session = SessionFacts(
                    session.id,
                    session.account,
                    session.habilitation,
                    session.application,
                    session.expires_at,
                    row[2],
                    session.revoked,
                    session.level,
                    session.factor_at,
                    ask.client_hash == self.sessions.row(record)["client_hash"],
                )
            if row[3] is not None:
                account = self._accounts.read(row[3])
                if row[23] is not None:
                    account = account._replace(held=tuple([self._habilitations.read(one) for one in row[23]]))
                if row[24]:
                    account = account._replace(lines=tuple([self._members.read(member) for member in row[24]]))
                if row[26] is not None:
                    account = account._replace(covers=tuple([self._covers.read(one) for one in row[26]]))
            if row[4] is not None:
                habilitation = self._habilitations.read(row[4])
                if row[25] is not None:
                    habilitation = habilitation._replace(applications=self._served.read(row[25]))
            if row[5] is not None:
                organisation = self._organisations.read(row[5])
            person = ask.request.person
            if row[9] is not None and session is not None and person is not None:
                covers = () if account is None else account.covers
                here = None if habilitation is None else habilitation.organisation
                relations = tuple(
                    [
                        self._relation(person, session.account, covers, OrganisationId(str(one[9])), here, one[10:16])
                        for one in (row, *more)
                    ]
                )
            if row[6] is not None and session is not None and person is not None:
                reach = self._reach(person, session.account, (*row[6:9], *row[20:22]))
        except Forged as error:
            forged = error.table
        facts = Facts(
            shared.clock, shared.containment, application, session, account, habilitation, organisation, relations,
            reach,
        )  # fmt: skip
        agent = None
        if session is not None and account is not None and habilitation is not None and organisation is not None:
            agent = Agent(session, account, habilitation, organisation)
        return Known(facts, forged, record, row[20] or 0, agent)

    def related(
        self, person: PersonId, agent: Agent, rows: Sequence[Sequence[Any]]
    ) -> tuple[tuple[RelationFacts, ...], Reach | None, int]:
        """Relations and reach of one request from its rows of load_relations.sql; the reach row's version or 0.

        Raises Forged.
        """
        first, account = rows[0], agent.account.id
        relations: tuple[RelationFacts, ...] = ()
        if first[1] is not None:
            organisation = agent.organisation.id
            covers = agent.account.covers
            relations = tuple(
                [
                    self._relation(
                        person,
                        account,
                        covers,
                        organisation if row[14] is None else OrganisationId(str(row[14])),
                        organisation,
                        row[1:7],
                    )
                    for row in rows
                ]
            )
        if first[7] is None:
            return relations, None, 0
        return relations, self._reach(person, account, first[7:12]), first[10]

    def _reach(self, person: PersonId, account: AccountId, row: Sequence[Any]) -> Reach:
        day, marks, found_day, version, mac = row
        encoded = hot_rows.reach(
            hot_rows.sized_id(account), hot_rows.person_id(person), day, marks, found_day, version
        )
        if not hmac.compare_digest(self._authenticator.stamp_encoded(encoded), mac):
            raise Forged("reach")
        return Reach(day, tuple(marks), found_day)

    def _relation(
        self,
        person: PersonId,
        account: AccountId,
        covers: tuple[CoverFacts, ...],
        organisation: OrganisationId,
        here: OrganisationId | None,
        row: Sequence[Any],
    ) -> RelationFacts:
        kind, referent, since_at, until_at, version, mac = row
        # Not remembered: people are many, and the memory is better spent on rows that come back.
        encoded = hot_rows.relation(
            hot_rows.person_id(person), hot_rows.sized_id(organisation), kind, referent, since_at, until_at, version
        )
        if not hmac.compare_digest(self._authenticator.stamp_encoded(encoded), mac):
            raise Forged("relation")
        known = _RELATIONS.get(kind)
        if known is None:
            raise Forged("relation")
        if organisation != here:
            return RelationFacts(known, False, since_at, until_at, (), here=False)
        own = referent is not None and str(referent) == account
        if own or not covers or referent is None:
            return RelationFacts(known, own, since_at, until_at)
        absent = str(referent)
        of_referent = tuple([cover for cover in covers if cover.absent == absent])
        return RelationFacts(known, own, since_at, until_at, of_referent)


def _session(row: Row) -> SessionFacts:
    habilitation = row["habilitation"]
    level = row["level"]
    assert isinstance(level, int)
    return SessionFacts(
        SessionId(str(row["id"])),
        AccountId(str(row["account"])),
        None if habilitation is None else HabilitationId(str(habilitation)),
        ApplicationId(str(row["application"])),
        instant(row["expires_at"]),
        instant(row["created_at"]),
        row["revoked_at"] is not None,
        level,
        instant(row["factor_at"]),
        False,
    )


def _account(row: Row) -> AccountFacts:
    pools = row["pools"]
    assert isinstance(pools, tuple)
    return AccountFacts(
        AccountId(str(row["id"])),
        row["status"] == "active",
        instant(row["attested_until"]),
        instant(row["reviewed_until"]),
        tuple(AccountId(str(pool)) for pool in pools),
        (),
        (),
    )


def _line(row: Row) -> AccountId:
    return AccountId(str(row["line"]))


def _cover(row: Row) -> CoverFacts:
    return CoverFacts(
        AccountId(str(row["absent"])),
        instant(row["from_at"]),
        instant(row["until_at"]),
        instant(row["made_at"]),
        row["made_by"] == row["absent"],
    )


def _habilitation(row: Row) -> HabilitationFacts:
    return HabilitationFacts(
        HabilitationId(str(row["id"])),
        AccountId(str(row["account"])),
        OrganisationId(str(row["organisation"])),
        RoleCode(str(row["role"])),
        str(row["status"]),
        instant(row["from_at"]),
        instant(row["until_at"]),
        (),
    )


def _serves(row: Row) -> tuple[ApplicationId, ...]:
    return () if maybe_instant(row["ended_at"]) is not None else (ApplicationId(str(row["application"])),)


def _organisation(row: Row) -> OrganisationFacts:
    agents = row["confirmed_agents"]
    assert isinstance(agents, int)
    return OrganisationFacts(
        OrganisationId(str(row["id"])),
        str(row["kind"]),
        row["active"] is True,
        instant(row["contract_until"]),
        agents,
    )


def _application(row: Row) -> ApplicationFacts:
    caps = [row[name] for name in ("hour_cap", "day_cap", "week_cap", "month_cap")]
    hour, day, week, month = (cap for cap in caps if isinstance(cap, int))
    return ApplicationFacts(ApplicationId(str(row["id"])), row["open"] is True, Caps(hour, day, week, month))


def _contained(row: Row) -> tuple[str, str, int] | None:
    if maybe_instant(row["lifted_at"]) is not None:
        return None
    groups = row["groups"]
    assert isinstance(groups, int)
    return str(row["kind"]), str(row["scope"]), groups
