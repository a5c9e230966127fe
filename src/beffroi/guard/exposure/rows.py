"""From rows to the facts that exposures follow from; a row that is not genuine becomes one that gives nothing."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from beffroi.core.budgets import Caps
from beffroi.core.exposure import Count
from beffroi.core.exposure_network import Employed, Related, tally
from beffroi.core.facts import AccountFacts, ApplicationFacts, Containment, HabilitationFacts, OrganisationFacts
from beffroi.core.ids import AccountId, ApplicationId, HabilitationId, OrganisationId, RoleCode
from beffroi.core.line import Origin
from beffroi.core.policy import Relation
from beffroi.guard.stamped import is_genuine

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys

_KINDS: Final = {kind.value: kind for kind in Relation if kind is not Relation.REFERENT}
Row = Mapping[str, Any]


def employed(keys: "Keys", row: Row, held: Iterable[Row], others: Iterable[AccountId] = ()) -> Employed:
    """An account with what it holds. Forged: inactive, or without the habilitation that is.

    ``others`` requested or approved what it holds (:func:`makers`).
    """
    id_ = AccountId(str(row["id"]))
    genuine = is_genuine(keys, "account", row)
    facts = AccountFacts(
        id_,
        genuine and row["status"] == "active",
        row["attested_until"],
        row["reviewed_until"],
        tuple(AccountId(str(pool)) for pool in row["pools"]),
        (),  # its memberships are judged one by one
        (),
    )
    asker, approver = (
        None if row[name] is None else AccountId(str(row[name])) for name in ("requested_by", "approved_by")
    )
    holds = [habilitation(one) for one in held if is_genuine(keys, "habilitation", one)]
    return Employed(facts, Origin(asker, approver, frozenset(others) - {id_}), tuple(sorted(holds)))


def makers(keys: "Keys", origins: Iterable[Row], approvals: Iterable[Row]) -> dict[UUID, set[AccountId]]:
    """Everybody who requested or approved something of each account; a forged row names nobody."""
    agreed: dict[UUID, set[AccountId]] = {}
    for row in approvals:
        if is_genuine(keys, "approval", row):
            agreed.setdefault(row["request"], set()).add(AccountId(str(row["approver"])))
    found: dict[UUID, set[AccountId]] = {}
    for row in origins:
        if is_genuine(keys, "origin", row):
            people = found.setdefault(row["account"], set())
            people.update(AccountId(str(row[name])) for name in ("requested_by", "approved_by"))
            people.update(agreed.get(row["request"], ()))
    return found


def organisation(keys: "Keys", row: Row) -> OrganisationFacts:
    """An organisation; a forged one is not active."""
    return OrganisationFacts(
        OrganisationId(str(row["id"])),
        row["kind"],
        row["active"] and is_genuine(keys, "organisation", row),
        row["contract_until"],
        row["confirmed_agents"],
    )


def applications(keys: "Keys", rows: Iterable[Row]) -> tuple[ApplicationFacts, ...]:
    """Every genuine application."""
    return tuple(
        ApplicationFacts(ApplicationId(row["id"]), row["open"], Caps(*[row[f"{span}_cap"] for span in Caps._fields]))
        for row in rows
        if is_genuine(keys, "application", row)
    )


def containment(keys: "Keys", rows: Iterable[Row], members: Iterable[Row] = ()) -> Containment:
    """What is cut off, ``members`` of contained lines by name; a forged row cuts everything off, as for decisions."""
    everything, scopes, groups = False, set(), 0
    for row in rows:
        everything = everything or row["kind"] == "everything" or not is_genuine(keys, "containment", row)
        groups |= row["groups"]
        scopes.add((row["kind"], row["scope"]))
        if row["kind"] == "line":
            scopes.add(("account", row["scope"]))  # of a founder nothing else is written down
    scopes |= {("account", str(row["account"])) for row in members}
    return Containment(everything, frozenset(scopes), groups)


def covers(keys: "Keys", rows: Iterable[Row]) -> dict[OrganisationId, set[tuple[AccountId, AccountId]]]:
    """Who stands in for whom, by organisation; a forged row gives nobody."""
    found: dict[OrganisationId, set[tuple[AccountId, AccountId]]] = {}
    for row in rows:
        if is_genuine(keys, "cover", row):
            pair = AccountId(str(row["account"])), AccountId(str(row["absent"]))
            found.setdefault(OrganisationId(str(row["organisation"])), set()).add(pair)
    return found


def related(rows: Iterable[Row]) -> dict[OrganisationId, Related]:
    """The counts of relations by organisation; a kind that the law does not know gives nobody."""
    found: dict[UUID, list[tuple[Relation, AccountId | None, Count]]] = {}
    for row in rows:
        kind = _KINDS.get(row["kind"])
        if kind is not None:
            referent = None if row["referent"] is None else AccountId(str(row["referent"]))
            found.setdefault(row["organisation"], []).append((kind, referent, Count(row["settled"], row["young"])))
    return {OrganisationId(str(id_)): tally(counts) for id_, counts in found.items()}


def habilitation(row: Row) -> HabilitationFacts:
    """A habilitation, without where it serves. Whether the row is genuine is the caller's to say."""
    return HabilitationFacts(
        HabilitationId(str(row["id"])),
        AccountId(str(row["account"])),
        OrganisationId(str(row["organisation"])),
        RoleCode(row["role"]),
        row["status"],
        row["from_at"],
        row["until_at"],
        (),  # exposure supposes that it serves in every application, which is never less
    )
