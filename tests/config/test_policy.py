"""``beffroi policy check``: a file that is valid or not, and who of a real database does not fit it."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from beffroi.config import policy as commands
from beffroi.core.ids import AccountId
from beffroi.core.policy import FLOOR, Policy, RoleKind
from beffroi.core.policy_file import default_text, load
from beffroi.core.refusals import Code
from beffroi.core.violations import Violation
from beffroi.guard import stamped
from beffroi.guard.commands.violations import CODES, Checked, in_json, in_lines
from beffroi.guard.keys import KeysRefused
from beffroi.guard.process import PolicyRefused
from tests.core.worlds import POLICY
from tests.databases import FreshDatabase
from tests.guard import world as worlds
from tests.guard.world import World, new_keys

NOBODY = dict.fromkeys((code.value for code in CODES), 0)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(commands.policy, [str(argument) for argument in arguments])


@pytest.fixture
async def world(fresh: FreshDatabase) -> Any:
    """Two offices where everything is in order: an adviser, a manager, a receptionist of both offices."""
    world = await worlds.build(fresh.guard)
    await world.agent(world.offices["North"])
    await world.agent(world.offices["North"], "account-manager", status="probation")
    both = await world.agent(world.offices["South"], "receptionist")
    await world.habilitation(both.account, world.offices["North"], "receptionist")
    yield world
    await world.conn.close()


async def looked(fresh: FreshDatabase, world: World, policy: Policy = POLICY) -> Checked:
    return await commands.look(fresh.guard, world.keys, policy, POLICY)


async def test_operator_finds_nobody_where_all_is_in_order(fresh: FreshDatabase, world: World) -> None:
    checked = await looked(fresh, world)
    assert (checked.counts, checked.accounts, checked.in_force, checked.organisations) == (NOBODY, 3, 4, 2)
    assert list(in_lines(checked))[-1] == "no violation"


async def test_i05_operator_finds_who_holds_duties_that_are_apart_and_not_who_did(
    fresh: FreshDatabase, world: World
) -> None:
    ana = await world.agent(world.offices["North"])
    bea = await world.agent(world.offices["North"])
    second = await world.habilitation(ana.account, world.offices["South"], "founder")
    await world.habilitation(bea.account, world.offices["South"], "founder", status="closed")
    checked = await looked(fresh, world)
    assert checked.counts == {**NOBODY, "duties-clash": 1, "role-unknown": 1}  # founders are of the network
    clash, unknown = checked.found
    assert (clash.account, set(clash.habilitations), clash.about) == (
        ana.account, {ana.habilitation, second}, "founder and reader",
    )  # fmt: skip
    assert (unknown.account, unknown.habilitations, unknown.about) == (
        ana.account, (second,), "founder at youth-office",
    )  # fmt: skip


async def test_operator_finds_who_would_clash_under_another_policy_before_it_is_in_force(
    fresh: FreshDatabase, world: World
) -> None:
    network = await world.organisation("Network", "network")
    who = await world.agent(network, "approver")
    await world.habilitation(who.account, network, "security-officer")
    wider = replace(POLICY, separation=FLOOR | {frozenset({RoleKind.APPROVER, RoleKind.SECURITY})})
    assert (await looked(fresh, world)).counts == NOBODY
    assert (await looked(fresh, world, wider)).counts == {**NOBODY, "duties-clash": 1}


async def test_operator_finds_roles_that_the_policy_no_longer_has(fresh: FreshDatabase, world: World) -> None:
    fewer = replace(POLICY, roles={code: role for code, role in POLICY.roles.items() if code != "receptionist"})
    checked = await looked(fresh, world, fewer)
    assert checked.counts == {**NOBODY, "role-unknown": 2}
    assert {one.about for one in checked.found} == {"receptionist at youth-office"}


async def test_i12_operator_finds_active_accounts_whose_attestation_or_review_ended(
    fresh: FreshDatabase, world: World
) -> None:
    past = await world.now() - timedelta(days=1)
    late = await world.agent(world.offices["North"], attested_until=past, reviewed_until=past)
    await world.agent(world.offices["North"], attested_until=past, reviewed_until=past)
    gone = await world.agent(world.offices["North"], attested_until=past)
    await world.amend("account", gone.account, status="suspended")
    checked = await looked(fresh, world)
    assert checked.counts == {**NOBODY, "attestation-expired": 2, "review-overdue": 2}
    assert late.account in {one.account for one in checked.found}
    assert gone.account not in {one.account for one in checked.found}


async def test_operator_finds_an_organisation_whose_contract_ended_with_somebody_still_habilitated(
    fresh: FreshDatabase, world: World
) -> None:
    ended = await world.organisation("Ended")
    await world.organisation("Ended too, and nobody there", contract_until=await world.now())
    who = await world.agent(ended)
    await world.amend("organisation", ended, contract_until=await world.now() - timedelta(days=1))
    checked = await looked(fresh, world)
    assert checked.counts == {**NOBODY, "organisation-closed": 1}
    [found] = checked.found
    assert (found.organisation, found.habilitations) == (ended, (who.habilitation,))


@pytest.mark.parametrize("table", ["account", "habilitation", "organisation"])
async def test_i16_operator_finds_rows_that_are_not_genuine(fresh: FreshDatabase, world: World, table: str) -> None:
    await world.conn.execute(
        f"UPDATE guard.{table} SET version = version + 1 WHERE id = (SELECT id FROM guard.{table} LIMIT 1)"
    )
    assert (await looked(fresh, world)).counts["integrity"] == 1


async def test_operator_reads_counts_then_ids_and_no_name(fresh: FreshDatabase, world: World) -> None:
    ana = await world.agent(world.offices["North"])
    await world.habilitation(ana.account, world.offices["South"], "account-manager")
    checked = await looked(fresh, world)
    lines = list(in_lines(checked))
    assert lines[0] == "present population: 4 active accounts, 6 habilitations in force, 2 organisations"
    assert lines[1:3] == ["1 violation", "        1  duties-clash"]
    assert lines[-1].startswith(f"duties-clash: account {ana.account}, habilitations ")
    assert lines[-1].endswith(", manager and reader")
    document = json.loads(in_json(checked))
    assert document["counts"] == {**NOBODY, "duties-clash": 1}
    assert document["policy"] == POLICY.version
    assert [one["account"] for one in document["violations"]] == [ana.account]
    for name in world.offices:
        assert name not in "\n".join(lines) + in_json(checked)


async def test_operator_naming_no_policy_gets_the_one_in_force_in_the_database(
    fresh: FreshDatabase, world: World
) -> None:
    assert (await commands.look(fresh.guard, world.keys, None, POLICY)).policy == POLICY
    source = default_text().replace("probation_percent = 50", "probation_percent = 40")
    other = load(source, "x")
    assert isinstance(other, Policy)
    row = {"version": other.version, "source": source, "activated_at": await world.now()}
    await stamped.insert(world.conn, world.keys, "policy", row)
    assert (await commands.look(fresh.guard, world.keys, None, POLICY)).policy == other
    assert (await commands.look(fresh.guard, world.keys, POLICY, POLICY)).policy == POLICY
    await world.conn.execute("UPDATE guard.policy SET source = source || '# more'")
    with pytest.raises(PolicyRefused):
        await commands.look(fresh.guard, world.keys, None, POLICY)


async def test_operator_with_the_keys_of_another_database_is_refused(fresh: FreshDatabase, world: World) -> None:
    with pytest.raises(KeysRefused):
        await commands.look(fresh.guard, new_keys(), None, POLICY)


def test_operator_checking_where_nothing_is_installed_starts_no_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEFFROI_MODE", "demonstration")
    monkeypatch.setenv("BEFFROI_STATE", str(tmp_path))
    result = run("check")
    assert isinstance(result.exception, KeysRefused)
    assert not list(tmp_path.iterdir())


def test_operator_finding_violations_gets_status_1_and_none_status_0(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = Checked(POLICY, 1, 1, 1, ())
    monkeypatch.setattr(commands, "_checked", lambda named: nobody)
    assert run("check").exit_code == 0
    assert json.loads(run("check", "--json").output)["violations"] == []
    found = (Violation(Code.DUTIES_CLASH, AccountId("a"), None, (), "manager and reader"),)
    monkeypatch.setattr(commands, "_checked", lambda named: nobody._replace(found=found))
    assert run("check").exit_code == 1
    result = run("check", "--json")
    assert (result.exit_code, json.loads(result.output)["counts"]["duties-clash"]) == (1, 1)


def test_operator_checking_the_default_policy_reads_its_version(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(default_text(), encoding="utf-8")
    result = run("check", "--file-only", file)
    assert result.exit_code == 0
    assert POLICY.version in result.output


def test_operator_checking_a_broken_policy_is_told_file_line_and_key(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    text = default_text().replace("touch = 300", "touch = 0")
    file.write_text(text, encoding="utf-8")
    result = run("check", "--file-only", file)
    assert result.exit_code == 1
    line = text[: text.index("touch = 0")].count("\n") + 1
    assert f"policy.toml:{line}: session.touch: found 0" in result.output
    assert "no policy is read" in result.output


def test_operator_checking_bytes_that_are_no_text_is_told_so(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_bytes(b"a = \xff")
    result = run("check", "--file-only", file)
    assert result.exit_code == 1
    assert "not UTF-8 text (byte 4)" in result.output


def test_operator_reading_a_file_only_must_name_it_and_asks_for_no_document(tmp_path: Path) -> None:
    assert run("check", "--file-only").exit_code == 2
    file = tmp_path / "policy.toml"
    file.write_text(default_text(), encoding="utf-8")
    assert run("check", "--file-only", "--json", file).exit_code == 2
