"""``beffroi policy explain|diff``, and what ``check`` says of a file: read a policy before it becomes law."""

from collections.abc import Callable, Iterator
from pathlib import Path

import click

from beffroi.core.fields import NAMES
from beffroi.core.ids import PurposeCode, RoleCode
from beffroi.core.policy import Policy
from beffroi.core.policy_difference import Difference, demanded, differences, in_words
from beffroi.core.policy_file import load, load_default

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
Holders = Callable[[RoleCode], int | None]


def validity(file: Path, policy: Policy) -> Iterator[str]:
    """What to say of a file that is a valid policy."""
    yield f"{file}: valid, version {policy.version}"
    readers = sum(bool(role.rules) for role in policy.roles.values())
    yield f"{len(policy.roles)} roles, of which {readers} read files; {len(policy.purposes)} purposes"


@click.command()
@click.argument("role")
@click.argument("purpose")
@click.option("--file", type=FILE, help="Policy file; without it, the policy that ships with the product.")
def explain(role: str, purpose: str, file: Path | None) -> None:
    """Say what ROLE may do for PURPOSE, how strongly identified, and how many people it may reach."""
    law = load_default() if file is None else read(file)
    if role not in law.roles:
        raise click.UsageError(f"no role {role}; the policy has {', '.join(sorted(law.roles))}")
    if purpose not in law.purposes:
        raise click.UsageError(f"no purpose {purpose}; the policy has {', '.join(sorted(law.purposes))}")
    for line in explanation(law, RoleCode(role), PurposeCode(purpose)):
        click.echo(line)


@click.command()
@click.argument("before", type=FILE)
@click.argument("after", type=FILE)
def diff(before: Path, after: Path) -> None:
    """Say what changes from policy BEFORE to policy AFTER, rule by rule."""
    for line in comparison(read(before), read(after), lambda role: None):
        click.echo(line)


def explanation(policy: Policy, code: RoleCode, purpose: PurposeCode) -> Iterator[str]:
    """What a role may do for a purpose, in lines of plain English."""
    role = policy.roles[code]
    yield f"{role.label.en} ({code}), for {policy.purposes[purpose].en.lower()} ({purpose})"
    yield f"  held at: {', '.join(sorted(role.organisations))}"
    yield f"  identified by: {demanded(role.demand)}"
    rule = role.rules.get(purpose)
    if rule is None:
        yield f"  may do nothing: a role of kind {role.kind.value} has no rule for this purpose"
        return
    for action in sorted(rule.actions):
        yield f"  may {action.value}: {demanded(policy.actions[action])}"
    for name, bit in NAMES.items():
        verbs = [verb for verb, mask in (("read", rule.read), ("written", rule.write)) if mask & bit]
        need = f": {demanded(policy.groups[int(bit)])}" if verbs else ""
        yield f"  {name}: {' and '.join(verbs) or 'never'}{need}"
    for relation, bucket in role.buckets.items():
        yield f"  people known by {relation.value}: budget {bucket}, {in_words(policy.buckets[bucket])}"
    if role.newcomer is not None:
        yield f"  relations younger than {policy.newcomer_days} days: budget {role.newcomer}"
    if role.buckets:
        yield f"  until the habilitation is confirmed: {policy.probation_percent} % of each budget"
    yield "  anybody else: " + ("break-glass, for a reason of the list" if role.break_glass else "never")


def comparison(before: Policy, after: Policy, holders: Holders) -> Iterator[str]:
    """What changes, one line a difference; ``holders`` says how many agents hold a role now (``None``: not known)."""
    found = differences(before, after)
    yield f"from {before.version}"
    yield f"  to {after.version}"
    if not found:
        yield "nothing changes"
    for difference in found:
        yield _line(difference, holders)


def _line(difference: Difference, holders: Holders) -> str:
    about, before, after, role = difference
    count = None if role is None else holders(role)
    whose = "" if count is None else f"  [{count:,} agents]"
    if before is None:
        return f"+ {about}: {after}{whose}"
    if after is None:
        return f"- {about}: {before}{whose}"
    return f"~ {about}: {before} → {after}{whose}"


def read(file: Path) -> Policy:
    """The policy of a file; all that is wrong with it is said on standard error. Raises ClickException."""
    try:
        found = load(file.read_text(encoding="utf-8"), file.name)
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file.name}: not UTF-8 text (byte {error.start})") from None
    if isinstance(found, tuple):
        for wrong in found:
            click.echo(str(wrong), err=True)
        raise click.ClickException(f"{file.name}: {len(found)} errors; no policy is read from it")
    return found
