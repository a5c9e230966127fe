"""The policy file: one TOML text read into a :class:`~beffroi.core.policy.Policy`, or into all that is wrong with it.

Nothing has a default: a key that is missing, unknown, out of range or that contradicts another is an error, and a
policy with one error is no policy. ``docs/reference/policy.md`` describes each key.
"""

import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Final, TypeVar

from beffroi.core.attachment_kinds import LARGEST_ATTACHMENT, AttachmentKind
from beffroi.core.budgets import Caps
from beffroi.core.fields import NAMES, RECORDED
from beffroi.core.ids import CODE, Bucket, PurposeCode
from beffroi.core.machine_limit import MachineLimit
from beffroi.core.person_rights import PURPOSE as PERSON_RIGHTS
from beffroi.core.policy import (
    ASSIGNMENTS,
    BREAK_GLASS,
    EVERYTHING,
    EXPORTS,
    FLOOR,
    MESSAGES,
    RELATIONS,
    SEARCH,
    Action,
    AgentShown,
    ApplicationBudget,
    AssuranceRule,
    AttachmentRules,
    Demand,
    ExportRules,
    FollowingRules,
    Label,
    Level,
    OrganisationBudget,
    Policy,
    RestrictionRules,
    RetentionRules,
    RoleKind,
    Separation,
    SessionRules,
    SweepDelays,
    SweepRules,
)
from beffroi.core.policy_canonical import versioned
from beffroi.core.policy_roles import demand, read_roles
from beffroi.core.policy_source import CHARACTERS, MISSING, PolicyError, Source, Table

FORMAT: Final = 1
PEOPLE: Final = 100_000
MOST_EXPORTED: Final = 500
"""People of one file: what one call of the guard decides and hands out."""
_PROVIDER_LEVELS: Final = {"single": Level.SINGLE, "second-factor": Level.SECOND_FACTOR}
_NO_SECOND_FACTOR: Final = frozenset({"pwd", "mail", "email", "kba", "sms", "tel"})
_CONTEXT: Final = re.compile(r"[!-~]{1,200}")
_METHOD: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}")

Rated = TypeVar("Rated", Action, int, AttachmentKind)


def load_default() -> Policy:
    """The policy that ships with the product.

    Raises ``RuntimeError`` when the packaged file is broken: the installation is, and nothing may start.
    """
    policy = load(default_text(), "default.toml")
    if isinstance(policy, tuple):
        raise RuntimeError("\n".join(map(str, policy)))
    return policy


def default_text() -> str:
    """Text of the policy file that ships with the product."""
    return files("beffroi.core").joinpath("policies/default.toml").read_text(encoding="utf-8")


def load(text: str, name: str) -> Policy | tuple[PolicyError, ...]:
    """Read a policy of at most 262,144 characters; ``name`` is the file's name, for the errors."""
    if len(text) > CHARACTERS:
        return (PolicyError(name, 1, "(file)", f"{len(text):,} characters", f"at most {CHARACTERS:,}"),)
    try:
        values: Mapping[str, object] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"at line (\d+)", str(error))
        line = int(where[1]) if where else text.count("\n") + 1
        return (PolicyError(name, line, "(file)", str(error), "valid TOML 1.0"),)
    source = Source(text, name)
    policy = _policy(Table(source, (), values))
    return tuple(sorted(source.errors, key=lambda error: error.line)) if source.errors else policy


def _policy(top: Table) -> Policy:
    top.integer("format", FORMAT, FORMAT)
    reasons = _labels(top.table("reasons"))
    purposes = {PurposeCode(code): label for code, label in _labels(top.table("purposes")).items()}
    budgets = _budgets(top.table("budgets"))
    roles = read_roles(top.table("roles"), purposes, budgets)
    session = top.table("session")
    weaker = {str(code): code for code, role in roles.items() if role.demand.level < Level.PASSKEY}
    policy = Policy(
        version="",
        roles=roles,
        purposes=purposes,
        reasons=reasons,
        actions=_demands(top.table("actions"), {action.value: action for action in Action}),
        groups=_demands(top.table("groups"), {name: int(group) for name, group in NAMES.items()}),
        buckets=budgets,
        pool=_caps(top.table("pool")),
        organisation=_organisation(top.table("organisation"), budgets),
        application=_application(top.table("application")),
        session=SessionRules(
            session.integer("idle", 60, 86_400),
            session.integer("absolute", 60, 86_400),
            session.integer("touch", 1, 86_400),
        ),
        sweeps=_sweeps(top.table("sweeps")),
        assurance=_assurance(top.tables("assurance")),
        newcomer_days=top.integer("newcomer_days", 1, 365),
        organisation_relations=_caps(top.table("organisation_relations")),
        organisation_assignments=_caps(top.table("organisation_assignments")),
        received=_caps(top.table("received")),
        following=_following(top.table("following")),
        exports=_exports(top.table("exports")),
        retention=_retention(top.table("retention")),
        restriction=_restriction(top.table("restriction"), purposes, reasons),
        questions_per_hour=top.integer("questions_per_hour", 1, 10_000),
        written_a_day=top.integer("written_a_day", 5_000, 200_000),
        totp_roles=top.several("totp_roles", weaker),
        backup_retention_days=top.integer("backup_retention_days", 1, 35),
        separation=_separation(top),
        probation_percent=top.integer("probation_percent", 1, 100),
        agent_shown=top.choice("agent_shown", {shown.value: shown for shown in AgentShown}, AgentShown.ORGANISATION),
        attachments=_attachments(top.table("attachments")),
    )
    if not policy.session.touch < policy.session.idle <= policy.session.absolute:
        top.refuse("session", "other", "touch shorter than idle, idle no longer than absolute")
    session.end()
    top.end()
    return versioned(policy)


def _separation(top: Table) -> Separation:
    """The pairs of kinds of role that are apart: a policy may add to those of I-05, and leave none of them out."""
    pairs = top.pairs("separation", {kind.value: kind for kind in RoleKind})
    for missing in sorted(sorted(pair) for pair in FLOOR - pairs):
        top.refuse("separation", MISSING, f"{missing[0]} apart from {missing[1]} (I-05)")
    return pairs


def _labels(table: Table) -> dict[str, Label]:
    labels: dict[str, Label] = {}
    for code in table.codes():
        if CODE.fullmatch(code) is None:
            table.refuse(code, code, "a code of lower-case letters, digits and hyphens, at most 48")
        entry = table.table(code)
        labels[code] = Label(entry.text("fr"), entry.text("en"))
        entry.end()
    if not labels:
        table.refuse("", {}, "at least one entry")
    return labels


def _caps(table: Table) -> Caps:
    """Four caps of distinct people; a longer span may not be capped lower than a shorter one."""
    read = Caps(*(table.integer(span, 1, PEOPLE) for span in Caps._fields))
    if list(read) != sorted(read):
        table.refuse("", list(read), "hour ≤ day ≤ week ≤ month")
    table.end()
    return read


def _budgets(table: Table) -> dict[Bucket, Caps]:
    budgets: dict[Bucket, Caps] = {}
    for code in table.codes():
        if CODE.fullmatch(code) is None or code == EVERYTHING:
            table.refuse(code, code, f"a code of lower-case letters, digits and hyphens, other than {EVERYTHING}")
        budgets[Bucket(code)] = _caps(table.table(code))
    for needed in (SEARCH, BREAK_GLASS, RELATIONS, ASSIGNMENTS, EXPORTS, MESSAGES):
        if needed not in budgets:
            table.refuse(needed, {}, "this budget, which the law itself draws on")
    return budgets


def _demands(table: Table, rated: Mapping[str, Rated]) -> dict[Rated, Demand]:
    """What each action, group or kind of attachment needs: every one is rated, or the decision could not tell."""
    demands = {one: demand(table.table(code)) for code, one in rated.items()}
    table.end()
    return demands


def _organisation(table: Table, budgets: Mapping[Bucket, Caps]) -> OrganisationBudget:
    counted = {str(bucket): bucket for bucket in budgets if bucket not in (RELATIONS, ASSIGNMENTS, EXPORTS, MESSAGES)}
    law = OrganisationBudget(
        table.integer("per_agent", 1, 1_000),
        table.integer("floor", 1, PEOPLE),
        table.integer("account_share", 1, 100),
        table.several("counts", counted),
    )
    for bucket in (SEARCH, BREAK_GLASS):
        if bucket in budgets and bucket not in law.counts:
            table.refuse("counts", sorted(law.counts), f"{bucket} among them: nothing else bounds it")
    table.end()
    return law


def _following(table: Table) -> FollowingRules:
    rules = FollowingRules(
        table.integer("prescription_days", 1, 1_100),
        table.integer("transfer_days", 1, 90),
        table.integer("cover_days", 1, 366),
        table.integer("covers", 1, 20),
        table.integer("covers_a_day", 1, 100),
    )
    table.end()
    return rules


def _exports(table: Table) -> ExportRules:
    groups = table.several("groups", {name: int(group) for name, group in RECORDED.items()})
    rules = ExportRules(
        sum(groups),
        table.integer("people", 1, MOST_EXPORTED),
        table.integer("copies", 1, 20),
        table.integer("days", 1, 30),
        _caps(table.table("organisation")),
        _labels(table.table("reasons")),
    )
    if NAMES["identity"] not in groups:
        table.refuse("groups", sorted(groups), "identity among them: each line of a file is somebody")
    table.end()
    return rules


def _attachments(table: Table) -> AttachmentRules:
    kinds = {kind.value: kind for kind in AttachmentKind}
    rules = AttachmentRules(
        table.integer("largest", 1_024, LARGEST_ATTACHMENT),
        table.integer("most", 1, 200),
        _demands(table.table("kinds"), kinds),
    )
    table.end()
    return rules


def _retention(table: Table) -> RetentionRules:
    """Nobody is due within a year of the end, whatever a policy says: nor could one that was tampered with say so."""
    rules = RetentionRules(
        table.integer("archive_days", 30, 1_830),
        table.integer("erase_days", 365, 7_320),
        table.integer("hold_days", 30, 3_660),
        table.integer("list_people", 1, 2_000),
        table.integer("erased_a_day", 1, 5_000),
    )
    if rules.erase_days <= rules.archive_days:
        table.refuse("erase_days", rules.erase_days, f"more than archive_days ({rules.archive_days})")
    table.end()
    return rules


def _restriction(
    table: Table, purposes: Mapping[PurposeCode, Label], reasons: Mapping[str, Label]
) -> RestrictionRules:
    """Who answers people goes on, whatever a policy says: nobody else lifts a restriction or corrects the file."""
    rules = RestrictionRules(
        table.several("purposes", {str(code): code for code in purposes}),
        table.several("reasons", {code: code for code in reasons}),
    )
    if PERSON_RIGHTS not in rules.purposes:
        table.refuse("purposes", sorted(rules.purposes), f"{PERSON_RIGHTS} among them: restrictions end under it")
    table.end()
    return rules


def _application(table: Table) -> ApplicationBudget:
    breaker = ApplicationBudget(
        table.integer("day_percent", 100, 1_000),
        table.integer("hour_percent", 100, 1_000),
        _caps(table.table("newcomer")),
    )
    table.end()
    return breaker


def _sweeps(table: Table) -> SweepRules:
    readers, administrators = _delays(table.table("readers")), _delays(table.table("administrators"))
    for name in ("idle_warn_days", "idle_suspend_days", "lapse_days"):
        strict, patient = getattr(administrators, name), getattr(readers, name)
        if strict > patient:
            table.refuse(f"administrators.{name}", strict, f"no more than for readers ({patient}): they come first")
    machine = table.table("machine")
    limit = MachineLimit(
        machine.integer("percent", 1, 100), machine.integer("least", 1, 100), machine.integer("hourly", 1, 10_000)
    )
    machine.end()
    table.end()
    return SweepRules(readers, administrators, limit)


def _delays(table: Table) -> SweepDelays:
    read = SweepDelays(
        table.integer("idle_warn_days", 1, 730),
        table.integer("idle_suspend_days", 2, 730),
        table.integer("lapse_days", 0, 365),
    )
    if read.idle_warn_days >= read.idle_suspend_days:
        table.refuse("idle_warn_days", read.idle_warn_days, "fewer than idle_suspend_days: the warning comes first")
    table.end()
    return read


def _assurance(tables: tuple[Table, ...]) -> tuple[AssuranceRule, ...]:
    """The lines of the table, one for each ``acr`` they list."""
    rules: list[AssuranceRule] = []
    said: set[tuple[str | None, str, str]] = set()
    for table in tables:
        idp_id = table.text("idp_id", 64) if table.has("idp_id") else None
        contexts = table.words("acr", _CONTEXT, "acr values without spaces")
        methods = table.words("amr", _METHOD, "authentication methods (RFC 8176 or the provider's own)")
        level = table.choice("level", _PROVIDER_LEVELS, Level.NONE)
        if not contexts:
            table.refuse("acr", [], "at least one acr value")
        weak = sorted(methods & _NO_SECOND_FACTOR)
        if level > Level.SINGLE and (weak or not methods):
            table.refuse(
                "amr", weak, "methods that are a second factor: a password, a mail or a text message is none"
            )
        table.end()
        for acr in sorted(contexts):
            for method in methods or {""}:
                if (idp_id, acr, method) in said:
                    table.refuse("amr", method, f"one level for each provider, acr and method (here {acr})")
                said.add((idp_id, acr, method))
            rules.append(AssuranceRule(idp_id, acr, methods, level))
    return tuple(sorted(rules, key=lambda rule: (rule.idp_id or "", rule.acr, rule.level, sorted(rule.amr))))
