"""``beffroi key``: what an operator can do to the keys, against a real database."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from beffroi.core.ids import PersonId
from beffroi.guard import key_check, keys
from beffroi.guard.commands import key
from beffroi.guard.journal import Entry
from beffroi.guard.keys import KeysRefused
from beffroi.guard.vault import people
from beffroi.guard.vault.records import AgencyId
from tests.databases import FreshDatabase

AT = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    made = tmp_path / "keys" / "guard.key", tmp_path / "keys" / "journal.key"
    key.make(*made)
    return made


def test_keys_are_made_once(files: tuple[Path, Path]) -> None:
    with pytest.raises(KeysRefused, match="never overwritten"):
        key.make(*files)


def test_rotated_then_forgotten_master_key_leaves_everything_readable(
    fresh: FreshDatabase, files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    person = PersonId(str(uuid4()))

    async def fill() -> None:
        conn = await asyncpg.connect(fresh.guard)
        held = keys.load(files[0])
        await key_check.establish(conn, held)
        async with conn.transaction():
            record = {"agency_id": AgencyId(agency_id="20261101009")}
            await people.create(conn, held, person, record, entry=Entry(AT, "created", person=person))
        await conn.close()

    async def readable() -> bool:
        conn = await asyncpg.connect(fresh.guard)
        found = await people.read(conn, keys.load(files[0]), person, 8)
        await conn.close()
        return not isinstance(found, people.Absent) and b"20261101009" in bytes(found["agency_id"])

    asyncio.run(fill())
    asyncio.run(key.check(fresh.guard, *files))
    asyncio.run(key.rotate(fresh.guard, files[0]))
    assert keys.load(files[0]).epochs == {1, 2}
    with pytest.raises(KeysRefused, match="backups"):
        asyncio.run(key.forget(fresh.guard, files[0]))
    assert keys.load(files[0]).epochs == {1, 2}
    asyncio.run(key.forget(fresh.guard, files[0], retention=timedelta(0)))
    assert keys.load(files[0]).epochs == {2}
    asyncio.run(key.check(fresh.guard, *files))
    assert asyncio.run(readable())
    assert "still wait" not in capsys.readouterr().out


def test_check_with_another_installations_keys_refuses(
    fresh: FreshDatabase, files: tuple[Path, Path], tmp_path: Path
) -> None:
    async def establish() -> None:
        conn = await asyncpg.connect(fresh.guard)
        await key_check.establish(conn, keys.load(files[0]))
        await conn.close()

    asyncio.run(establish())
    others = tmp_path / "other" / "guard.key", tmp_path / "other" / "journal.key"
    key.make(*others)
    with pytest.raises(KeysRefused):
        asyncio.run(key.check(fresh.guard, *others))
