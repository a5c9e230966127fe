"""The roles of a policy file, and what keeps them separate (I-05)."""

from collections.abc import Mapping
from typing import Final

from beffroi.core.budgets import Caps
from beffroi.core.fields import NAMES
from beffroi.core.ids import CODE, Bucket, PurposeCode, RoleCode
from beffroi.core.policy import (
    ASSIGNMENTS,
    BREAK_GLASS,
    EVERYTHING,
    EXPORTS,
    MESSAGES,
    ORGANISATION_KINDS,
    RELATIONS,
    SEARCH,
    Action,
    Demand,
    Label,
    Level,
    Relation,
    Role,
    RoleKind,
    Rule,
)
from beffroi.core.policy_source import Table

NETWORK: Final = "network"
_LEVELS: Final = {"second-factor": Level.SECOND_FACTOR, "passkey": Level.PASSKEY}
_ACTIONS: Final = {action.value: action for action in Action}
_RELATIONS: Final[Mapping[str, Relation]] = {
    relation.value: relation for relation in Relation if relation is not Relation.RESTRICTED
}
_WRITING: Final = frozenset({Action.CREATE, Action.UPDATE})
_RESERVED: Final = frozenset({SEARCH, BREAK_GLASS, RELATIONS, ASSIGNMENTS, EXPORTS, MESSAGES})


def demand(table: Table) -> Demand:
    """An assurance demand: a second factor at least, of any age or of at most ``factor_age`` seconds."""
    level = table.choice("level", _LEVELS, Level.NONE)
    age = table.integer("factor_age", 60, 36_000) if table.has("factor_age") else None
    table.end()
    return Demand(level, age)


def read_roles(
    table: Table, purposes: Mapping[PurposeCode, Label], budgets: Mapping[Bucket, Caps]
) -> dict[RoleCode, Role]:
    """Every role of the file, by code."""
    roles: dict[RoleCode, Role] = {}
    for code in table.codes():
        if CODE.fullmatch(code) is None:
            table.refuse(code, code, "a code of lower-case letters, digits and hyphens, at most 48")
        roles[RoleCode(code)] = _role(RoleCode(code), table.table(code), purposes, budgets)
    for kind in RoleKind:
        if kind is not RoleKind.BILLING and kind not in {role.kind for role in roles.values()}:
            table.refuse("", sorted(roles), f"at least one role of kind {kind}: every duty needs a holder")
    return roles


def _role(
    code: RoleCode, table: Table, purposes: Mapping[PurposeCode, Label], budgets: Mapping[Bucket, Caps]
) -> Role:
    kind = table.choice("kind", {kind.value: kind for kind in RoleKind}, RoleKind.READER)
    label = Label(table.text("fr"), table.text("en"))
    organisations = table.several("organisations", {one: one for one in ORGANISATION_KINDS})
    needed = demand(table.table("demand"))
    if not organisations:
        table.refuse("organisations", [], "at least one kind of organisation")
    if kind is RoleKind.READER:
        role = _reader(code, label, organisations, needed, table, purposes, budgets)
    else:
        role = Role(code, label, kind, organisations, {}, {}, None, False, needed)
        _refuse_reading(role, table)
    table.end()
    return role


def _refuse_reading(role: Role, table: Table) -> None:
    """I-05: who manages accounts, approves, watches or bills reads no file, and proves himself by a passkey."""
    for key in ("purposes", "buckets", "newcomer", "break_glass"):
        if table.has(key):
            table.refuse(key, key, f"nothing: a role of kind {role.kind} reads no file (I-05)")
            table.drop(key)
    if role.demand.level < Level.PASSKEY:
        table.refuse("demand", role.demand.level.name.lower(), f"a passkey for a role of kind {role.kind}")
    if role.kind is RoleKind.FOUNDER and role.organisations != {NETWORK}:
        table.refuse("organisations", sorted(role.organisations), f"{NETWORK} alone, for founders")


def _reader(
    code: RoleCode,
    label: Label,
    organisations: frozenset[str],
    needed: Demand,
    table: Table,
    purposes: Mapping[PurposeCode, Label],
    budgets: Mapping[Bucket, Caps],
) -> Role:
    if NETWORK in organisations:
        table.refuse("organisations", sorted(organisations), f"no {NETWORK} for a reader: it follows nobody (I-05)")
    if "training-organisation" in organisations and len(organisations) > 1:
        table.refuse("organisations", sorted(organisations), "training-organisation alone: its people are trainees")
    payable = {str(bucket): bucket for bucket in budgets if bucket not in _RESERVED}
    entries = table.table("buckets")
    buckets = {
        _RELATIONS[name]: entries.choice(name, payable, EVERYTHING) for name in _RELATIONS if entries.has(name)
    }
    entries.end()
    if not buckets:
        table.refuse("buckets", {}, "a budget for at least one relation")
    rules = _rules(table.table("purposes"), purposes)
    if Relation.ARCHIVED in buckets and not any(Action.ERASE in rule.actions for rule in rules.values()):
        table.refuse(
            "buckets.archived", "archived", "nothing for a role that may not erase: an archive is no caseload"
        )
    newcomer = table.choice("newcomer", payable, EVERYTHING)
    return Role(
        code, label, RoleKind.READER, organisations, rules, buckets, newcomer, table.boolean("break_glass"), needed
    )


def _rules(table: Table, purposes: Mapping[PurposeCode, Label]) -> dict[PurposeCode, Rule]:
    rules: dict[PurposeCode, Rule] = {}
    for code in table.codes():
        purpose = PurposeCode(code)
        entry = table.table(code)
        if purpose not in purposes:
            table.refuse(code, code, "a purpose of [purposes]: " + ", ".join(sorted(purposes)))
        rule = Rule(
            entry.several("actions", _ACTIONS),
            sum(entry.several("read", {name: int(group) for name, group in NAMES.items()})),
            sum(entry.several("write", {name: int(group) for name, group in NAMES.items()})),
        )
        if not rule.actions:
            entry.refuse("actions", [], "at least one action")
        if bool(rule.write) != bool(rule.actions & _WRITING):
            entry.refuse("write", rule.write, "field groups when, and only when, an action creates or updates")
        entry.end()
        rules[purpose] = rule
    if not rules:
        table.refuse("", {}, "at least one purpose")
    return rules
