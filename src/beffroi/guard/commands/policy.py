"""``beffroi policy check|explain|diff``: read a policy file before it becomes law. Nothing here changes anything."""

from collections.abc import Callable, Iterator
from pathlib import Path

import click

from beffroi.core.fields import NAMES
from beffroi.core.ids import PurposeCode, RoleCode
from beffroi.core.policy import Policy
from beffroi.core.policy_difference import Difference, demanded, differences, in_words
from beffroi.core.policy_file import load, load_default

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
Holders = Callable[[RoleCode], int | None]


@click.group()
def policy() -> None:
    """Check and explain the policy."""


@policy.command()
@click.argument("file", type=_FILE)
def check(file: Path) -> None:
    """Say whether FILE is a valid policy, or all that is wrong with it."""
    read = _read(file)
    click.echo(f"{file}: valid, version {read.version}")
    readers = sum(bool(role.rules) for role in read.roles.values())
    click.echo(f"{len(read.roles)} roles, of which {readers} read files; {len(read.purposes)} purposes")


@policy.command()
@click.argument("role")
@click.argument("purpose")
@click.option("--file", type=_FILE, help="Policy file; without it, the policy that ships with the product.")
def explain(role: str, purpose: str, file: Path | None) -> None:
    """Say what ROLE may do for PURPOSE, how strongly identified, and how many people it may reach."""
    read = load_default() if file is None else _read(file)
    if role not in read.roles:
        raise click.UsageError(f"no role {role}; the policy has {', '.join(sorted(read.roles))}")
    if purpose not in read.purposes:
        raise click.UsageError(f"no purpose {purpose}; the policy has {', '.join(sorted(read.purposes))}")
    for line in explanation(read, RoleCode(role), PurposeCode(purpose)):
        click.echo(line)


@policy.command()
@click.argument("before", type=_FILE)
@click.argument("after", type=_FILE)
def diff(before: Path, after: Path) -> None:
    """Say what changes from policy BEFORE to policy AFTER, rule by rule."""
    for line in comparison(_read(before), _read(after), lambda role: None):
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


def _read(file: Path) -> Policy:
    try:
        read = load(file.read_text(encoding="utf-8"), file.name)
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file.name}: not UTF-8 text (byte {error.start})") from None
    if isinstance(read, tuple):
        for wrong in read:
            click.echo(str(wrong), err=True)
        raise click.ClickException(f"{file.name}: {len(read)} errors; no policy is read from it")
    return read
