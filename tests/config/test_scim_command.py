"""``beffroi scim``: what an operator types, and what is printed once."""

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from click.testing import CliRunner

from beffroi.config import scim
from beffroi.guard import key_check, keys, stamped
from beffroi.guard.scim import tokens
from tests.databases import FreshDatabase

ID = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def office(fresh: FreshDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FreshDatabase:
    """A database with one organisation, whose code is ML-NORTH, and the command told of it."""
    tmp_path.chmod(0o700)
    held = keys.generate(tmp_path / "guard.key")

    async def write() -> None:
        conn = await asyncpg.connect(fresh.guard)
        await key_check.establish(conn, held)
        row = {
            "id": ID, "code": "ML-NORTH", "name": "North", "kind": "youth-office", "siret": None, "active": True,
            "contract_until": datetime(2099, 1, 1, tzinfo=UTC), "confirmed_agents": 5, "version": 1,
        }  # fmt: skip
        await stamped.insert(conn, held, "organisation", row)
        await conn.close()

    asyncio.run(write())

    def with_guard(work: Any) -> str:
        return asyncio.run(scim._work(fresh.guard, tmp_path / "guard.key", work))

    monkeypatch.setattr(scim, "_with_guard", with_guard)
    return fresh


def run(*words: str) -> Any:
    return CliRunner().invoke(scim.scim, words)


def test_operator_issues_a_token_shown_once_lists_it_without_its_secret_and_revokes_it(office: FreshDatabase) -> None:
    done = run("token", "--organisation", "ML-NORTH", "--days", "30")
    assert done.exit_code == 0, done.output
    secret = done.output.splitlines()[0]
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", secret)
    listed = run("tokens", "--organisation", "ML-NORTH").output
    assert secret not in listed
    assert "live" in listed
    assert "never used" in listed
    token = listed.split()[0]
    assert run("revoke", token).output == "Revoked.\n"
    assert "revoked" in run("tokens", "--organisation", "ML-NORTH").output
    assert isinstance(run("revoke", token).exception, tokens.TokenRefused)


@pytest.mark.parametrize("days", ["0", "366", "many"])
def test_operator_asks_for_another_life_than_a_year_at_most_is_refused(office: FreshDatabase, days: str) -> None:
    assert run("token", "--organisation", "ML-NORTH", "--days", days).exit_code == 2
