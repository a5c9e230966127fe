"""Import of the network: every row genuine, nothing personal in clear, all or nothing, never twice."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest

from beffroi.guard import keys, stamped
from beffroi.guard.authentic import TABLES
from beffroi.guard.importing.network import import_network
from beffroi.guard.importing.network_rows import FactorRow, NetworkRefused, ProviderRow, read_lines, write_lines
from beffroi.guard.keys import Keys
from beffroi.guard.vault import blind, sealing
from beffroi.guard.vault.records import decode_agent
from tests.databases import FreshDatabase
from tests.guard.importing.network_samples import (
    ADVISER,
    AT,
    FACTOR,
    NETWORK,
    OFFICE,
    adviser,
    identifier,
    organisation,
)


@dataclass
class Guard:
    conn: asyncpg.Connection
    keys: Keys


@pytest.fixture
async def guard(fresh: FreshDatabase, tmp_path: Path) -> AsyncIterator[Guard]:
    conn = await asyncpg.connect(fresh.guard)
    yield Guard(conn, keys.generate(tmp_path / "keys" / "guard.key"))
    await conn.close()


async def whole(conn: asyncpg.Connection) -> dict[str, list[Any]]:
    return {table: await conn.fetch(f"SELECT * FROM guard.{table}") for table in TABLES}


async def test_network_imported_has_a_genuine_mac_on_every_row(guard: Guard) -> None:
    added = await import_network(guard.conn, guard.keys, NETWORK, operator="ops")
    assert added == {
        "organisation": 3, "application": 1, "application_key": 1, "account": 2, "habilitation": 2,
        "habilitation_application": 2, "factor": 1, "relation": 1, "contract": 1, "checklist_item": 8,
        "roster_domain": 1, "organisation_provider": 1,
    }  # fmt: skip
    for table, rows in (await whole(guard.conn)).items():
        for row in rows:
            assert guard.keys.authenticator.genuine_row(table, row), table


async def test_agent_imported_is_found_by_address_and_subject_and_sealed_under_an_own_key(guard: Guard) -> None:
    await import_network(guard.conn, guard.keys, NETWORK, operator="ops")
    index = blind.agent_email(guard.keys, "CAMILLE@exemple.fr")
    row = await guard.conn.fetchrow("SELECT * FROM guard.account WHERE email_index = $1", index)
    assert row is not None
    assert str(row["id"]) == ADVISER
    assert row["subject_index"] == blind.subject(guard.keys, "https://idp.exemple", "sub-camille")
    held = (row["id"].bytes, row["wrapped_key"], row["epoch"])
    assert decode_agent(sealing.unseal_for(guard.keys, *held, "agent", row["personal"])).last_name == "Martin"
    secret = await guard.conn.fetchval("SELECT secret FROM guard.factor")
    assert sealing.unseal_for(guard.keys, *held, f"factor/{FACTOR}", secret) == b"a secret of 20 bytes"
    dump = str(await whole(guard.conn)).lower()
    assert "martin" not in dump
    assert "camille" not in dump


async def test_network_imported_again_changes_nothing(guard: Guard) -> None:
    await import_network(guard.conn, guard.keys, NETWORK, operator="ops")
    before = await whole(guard.conn)
    added = await import_network(guard.conn, guard.keys, NETWORK, operator="ops")
    assert set(added.values()) == {0}
    assert await whole(guard.conn) == before


async def test_provider_withdrawn_after_an_import_is_not_given_back_by_another(guard: Guard) -> None:
    await import_network(guard.conn, guard.keys, NETWORK, operator="ops")
    row = await guard.conn.fetchrow("SELECT * FROM guard.organisation_provider")
    assert row is not None
    await stamped.amend(guard.conn, guard.keys, "organisation_provider", row, withdrawn_at=AT)
    added = await import_network(guard.conn, guard.keys, NETWORK, operator="ops")
    assert added["organisation_provider"] == 0
    assert await guard.conn.fetchval("SELECT withdrawn_at FROM guard.organisation_provider") == AT


async def test_factor_for_an_account_imported_earlier_opens_under_that_accounts_key(guard: Guard) -> None:
    await import_network(guard.conn, guard.keys, NETWORK, operator="ops")
    late = FactorRow(id=identifier(22), account=ADVISER, secret=b"another secret of it", created_at=AT)
    await import_network(guard.conn, guard.keys, [late], operator="ops")
    row = await guard.conn.fetchrow(
        "SELECT a.wrapped_key, a.epoch, f.secret FROM guard.factor f JOIN guard.account a ON a.id = f.account"
        " WHERE f.id = $1",
        late.id,
    )
    assert row is not None
    owner = sealing.owner_bytes(ADVISER)
    label = f"factor/{late.id}"
    assert (
        sealing.unseal_for(guard.keys, owner, row["wrapped_key"], row["epoch"], label, row["secret"]) == late.secret
    )


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (adviser(identifier(99), "camille"), "unique"),
        (organisation(identifier(99), "ML-UN", "youth-office"), "unique"),
        (FactorRow(id=identifier(98), account=identifier(97), secret=b"a" * 20, created_at=AT), "does not exist"),
        (msgspec.structs.replace(adviser(identifier(99), "z"), email="not an address"), "email_malformed"),
        (msgspec.structs.replace(adviser(identifier(99), "z"), idp_id=None), "go together"),
        (ProviderRow(organisation=identifier(96), provider="idp", name="Nobody's"), "does not exist"),
    ],
)
async def test_network_with_one_row_wrong_leaves_nothing(guard: Guard, row: Any, expected: str) -> None:
    with pytest.raises(NetworkRefused, match=expected) as refusal:
        await import_network(guard.conn, guard.keys, [*NETWORK, row], operator="ops")
    assert "camille" not in str(refusal.value)
    assert not any((await whole(guard.conn)).values())


def test_network_written_as_lines_reads_back_the_same(tmp_path: Path) -> None:
    file = tmp_path / "network.jsonl"
    assert write_lines(NETWORK, file) == len(NETWORK)
    assert tuple(read_lines(file)) == NETWORK


@pytest.mark.parametrize(
    "line",
    [
        '{"row":"person"}',
        '{"row":"organisation","id":"x"}',
        "not json",
        '{"row":"organisation","secret":"Dupont"}',
        "[" * 70_000,
    ],
)
def test_line_that_is_no_row_is_refused_by_its_number_without_its_value(tmp_path: Path, line: str) -> None:
    file = tmp_path / "network.jsonl"
    write_lines(NETWORK[:1], file)
    file.write_text(file.read_text() + line + "\n")
    with pytest.raises(NetworkRefused, match="line 2") as refusal:
        list(read_lines(file))
    assert "Dupont" not in str(refusal.value)


def test_row_shown_in_a_traceback_is_redacted() -> None:
    assert "camille" not in repr(adviser(OFFICE, "camille")).lower()
