"""``beffroi contain`` on the guard's host: cut, count, list; it gives nothing back."""

import asyncio
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from beffroi.config import contain
from beffroi.core import policy_file
from beffroi.guard import keys
from beffroi.guard.settings import GuardSettings, Mode, Sealed
from tests.databases import FreshDatabase
from tests.guard import world as worlds
from tests.guard.world import AgentOfTest


@dataclass
class Host:
    """The guard's host by night: a manager with two children, and a command line."""

    manager: AgentOfTest
    child: AgentOfTest

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(contain.contain, list(words))


@pytest.fixture
def host(fresh: FreshDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    tmp_path.chmod(0o700)
    held = keys.generate(tmp_path / "guard.key")
    policy = tmp_path / "policy.toml"
    policy.write_text(policy_file.default_text())

    async def build() -> Host:
        world = await worlds.build(fresh.guard, held)
        north = world.offices["North"]
        manager = await world.agent(north, "account-manager")
        child = await world.agent(north, requested_by=manager.account)
        await world.agent(north, approved_by=child.account)
        await world.agent(world.offices["South"])
        await world.conn.close()
        return Host(manager, child)

    settings = GuardSettings(
        database=fresh.guard, key_file=tmp_path / "guard.key", journal_key_file=None, policy_file=policy,
        public_url="https://guard.example", mode=Mode.DEMONSTRATION, sealed=Sealed(None), provider=None,
    )  # fmt: skip
    monkeypatch.setattr(contain, "load", lambda roles: SimpleNamespace())
    monkeypatch.setattr(contain, "open_database", lambda _: nullcontext())
    monkeypatch.setattr(contain.wiring, "guard_settings", lambda _: settings)
    return asyncio.run(build())


def test_operator_looks_first_then_cuts_a_line_and_sees_it_listed(host: Host) -> None:
    told = host.run("line", host.manager.account, "--preview")
    assert told.exit_code == 0, told.output
    assert "accounts cut by name:    3" in told.output
    assert "live sessions that end:  3" in told.output
    assert "agents who go on:        1" in told.output
    assert told.output.endswith("Nothing was cut.\n")
    assert host.run("list").output == "Nothing is cut.\n"
    done = host.run("line", host.manager.account, "--reason", "stolen-account")
    assert done.exit_code == 0, done.output
    assert "3 accounts of the line; 3 sessions ended." in done.output
    listed = host.run("list").output
    assert host.manager.account in listed
    assert "stolen-account" in listed


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["line"], "Name what to contain"),
        (["everything", "x", "--reason", "a"], "no scope"),
        (["everything"], "--reason"),
        (["list", "--preview"], "no preview"),
        (["groups", "secrets", "--reason", "a"], "no field group"),
        (["lift", "x", "--reason", "a"], "Invalid value"),
    ],
)
def test_operator_who_asks_for_what_cannot_be_is_told(host: Host, words: list[str], said: str) -> None:
    answer = host.run(*words)
    assert answer.exit_code == 2
    assert said in answer.output
    assert host.run("list").output == "Nothing is cut.\n"
