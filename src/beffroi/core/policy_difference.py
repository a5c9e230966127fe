"""What changes from one policy to another, rule by rule: a list of facts in words, for those who approve it.

A policy becomes a set of statements, each true or not; two policies differ by the statements only one of them makes.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from beffroi.core.budgets import Caps
from beffroi.core.fields import names
from beffroi.core.ids import RoleCode
from beffroi.core.policy import Demand, Policy, Role


class Statement(NamedTuple):
    """One thing a policy says: about what (dotted, as in the file), in words, and whose role it concerns."""

    about: str
    says: str
    role: RoleCode | None


class Difference(NamedTuple):
    """One statement that only the earlier (``before``) or only the later (``after``) policy makes; or one changed."""

    about: str
    before: str | None
    after: str | None
    role: RoleCode | None


def differences(before: Policy, after: Policy) -> tuple[Difference, ...]:
    """Every difference, sorted by what it is about; empty exactly when the two say the same."""
    earlier = {statement.about: statement for statement in statements(before)}
    later = {statement.about: statement for statement in statements(after)}
    found: list[Difference] = []
    for about in sorted(earlier.keys() | later.keys()):
        old, new = earlier.get(about), later.get(about)
        if old != new:
            either = new or old
            assert either is not None, "the key came from one of them"
            found.append(Difference(about, old and old.says, new and new.says, either.role))
    return tuple(found)


def statements(policy: Policy) -> Iterator[Statement]:
    """Everything a policy says, each thing under a name of its own; labels included."""
    for code, role in policy.roles.items():
        yield from _of_role(code, role)
    for name, caps in policy.buckets.items():
        yield Statement(f"budgets.{name}", in_words(caps), None)
    yield Statement("pool", in_words(policy.pool), None)
    yield Statement("organisation_relations", in_words(policy.organisation_relations), None)
    yield Statement("organisation_assignments", in_words(policy.organisation_assignments), None)
    yield from _of_exports(policy)
    yield Statement("received", in_words(policy.received), None)
    yield Statement("following.prescription_days", str(policy.following.prescription_days), None)
    yield Statement("following.transfer_days", str(policy.following.transfer_days), None)
    yield Statement("following.cover_days", str(policy.following.cover_days), None)
    yield Statement("following.covers", str(policy.following.covers), None)
    yield Statement("following.covers_a_day", str(policy.following.covers_a_day), None)
    yield Statement("retention.archive_days", f"{policy.retention.archive_days} days", None)
    yield Statement("retention.erase_days", f"{policy.retention.erase_days} days", None)
    yield Statement("retention.hold_days", f"{policy.retention.hold_days} days", None)
    yield Statement("retention.list_people", str(policy.retention.list_people), None)
    yield Statement("retention.erased_a_day", str(policy.retention.erased_a_day), None)
    for purpose in policy.restriction.purposes:
        yield Statement(f"restriction.purposes.{purpose}", "goes on", None)
    for reason in policy.restriction.reasons:
        yield Statement(f"restriction.reasons.{reason}", "goes on", None)
    yield Statement("application.newcomer", in_words(policy.application.newcomer), None)
    yield Statement("application.day_percent", str(policy.application.day_percent), None)
    yield Statement("application.hour_percent", str(policy.application.hour_percent), None)
    yield Statement("organisation.per_agent", str(policy.organisation.per_agent), None)
    yield Statement("organisation.floor", str(policy.organisation.floor), None)
    yield Statement("organisation.account_share", f"{policy.organisation.account_share} %", None)
    for bucket in policy.organisation.counts:
        yield Statement(f"organisation.counts.{bucket}", "counted", None)
    for action, demand in policy.actions.items():
        yield Statement(f"actions.{action.value}", demanded(demand), None)
    for bit, demand in policy.groups.items():
        yield Statement(f"groups.{names(bit)[0]}", demanded(demand), None)
    for purpose, label in policy.purposes.items():
        yield Statement(f"purposes.{purpose}", f"{label.fr} / {label.en}", None)
    for reason, label in policy.reasons.items():
        yield Statement(f"reasons.{reason}", f"{label.fr} / {label.en}", None)
    for rule in policy.assurance:
        said = f"assurance.{rule.idp_id or 'any provider'}.{rule.acr}"
        for method in sorted(rule.amr) or ["(no method named)"]:
            yield Statement(f"{said}.{method}", rule.level.name.lower(), None)
    yield Statement("session.idle", f"{policy.session.idle} s", None)
    yield Statement("session.absolute", f"{policy.session.absolute} s", None)
    yield Statement("session.touch", f"{policy.session.touch} s", None)
    for who, delays in (("readers", policy.sweeps.readers), ("administrators", policy.sweeps.administrators)):
        yield Statement(f"sweeps.{who}.idle_warn_days", f"{delays.idle_warn_days} days", None)
        yield Statement(f"sweeps.{who}.idle_suspend_days", f"{delays.idle_suspend_days} days", None)
        yield Statement(f"sweeps.{who}.lapse_days", f"{delays.lapse_days} days", None)
    yield Statement("sweeps.machine.percent", f"{policy.sweeps.machine.percent} %", None)
    yield Statement("sweeps.machine.least", str(policy.sweeps.machine.least), None)
    yield Statement("sweeps.machine.hourly", str(policy.sweeps.machine.hourly), None)
    yield Statement("newcomer_days", str(policy.newcomer_days), None)
    yield Statement("questions_per_hour", str(policy.questions_per_hour), None)
    yield Statement("written_a_day", f"{policy.written_a_day} bytes", None)
    yield Statement("backup_retention_days", str(policy.backup_retention_days), None)
    for one, other in sorted(sorted(pair) for pair in policy.separation):
        yield Statement(f"separation.{one}.{other}", "apart", None)
    yield Statement("probation_percent", f"{policy.probation_percent} %", None)
    yield Statement("attachments.largest", f"{policy.attachments.largest} bytes", None)
    yield Statement("attachments.most", str(policy.attachments.most), None)
    for kind, demand in policy.attachments.kinds.items():
        yield Statement(f"attachments.kinds.{kind.value}", demanded(demand), None)
    yield Statement("agent_shown", policy.agent_shown.value, None)
    for code in policy.totp_roles:
        yield Statement(f"totp_roles.{code}", "allowed", code)


def _of_role(code: RoleCode, role: Role) -> Iterator[Statement]:
    here = f"roles.{code}"
    plain: Mapping[str, str] = {
        "kind": role.kind.value,
        "label": f"{role.label.fr} / {role.label.en}",
        "demand": demanded(role.demand),
        "newcomer": role.newcomer or "none",
        "break_glass": "yes" if role.break_glass else "no",
    }
    for key, says in plain.items():
        yield Statement(f"{here}.{key}", says, code)
    for organisation in role.organisations:
        yield Statement(f"{here}.organisations.{organisation}", "may be held there", code)
    for relation, bucket in role.buckets.items():
        yield Statement(f"{here}.buckets.{relation.value}", f"paid by {bucket}", code)
    for purpose, rule in role.rules.items():
        for action in rule.actions:
            yield Statement(f"{here}.purposes.{purpose}.{action.value}", "allowed", code)
        for name in names(rule.read):
            yield Statement(f"{here}.purposes.{purpose}.read.{name}", "allowed", code)
        for name in names(rule.write):
            yield Statement(f"{here}.purposes.{purpose}.write.{name}", "allowed", code)


def _of_exports(policy: Policy) -> Iterator[Statement]:
    rules = policy.exports
    for name in names(rules.groups):
        yield Statement(f"exports.groups.{name}", "allowed", None)
    for key in ("people", "copies", "days"):
        yield Statement(f"exports.{key}", str(getattr(rules, key)), None)
    yield Statement("exports.organisation", in_words(rules.organisation), None)
    for reason, label in rules.reasons.items():
        yield Statement(f"exports.reasons.{reason}", f"{label.fr} / {label.en}", None)


def in_words(caps: Caps) -> str:
    """Four caps as people read them."""
    return f"{caps.hour} an hour, {caps.day} a day, {caps.week} in 7 days, {caps.month} in 30 days"


def demanded(demand: Demand) -> str:
    """An assurance demand as people read it."""
    level = demand.level.name.lower().replace("_", " ")
    return level if demand.factor_age is None else f"{level} younger than {demand.factor_age} s"
