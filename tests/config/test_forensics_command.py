"""``beffroi journal export``, ``beffroi journal retire`` and ``beffroi forensics`` on the guard's host."""

import asyncio
import csv
import io
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest
from click.testing import CliRunner, Result
from pyarrow import parquet

from beffroi.config import forensics, journal, retention, wiring
from beffroi.core import policy_file
from beffroi.guard import key_check, keys
from beffroi.guard.forensics.questions import By, Readers
from beffroi.guard.settings import GuardSettings, Mode
from spec.readings import readers
from tests.databases import FreshDatabase
from tests.guard.retention import past


@dataclass
class Host:
    """The guard's host, its journal and the folder of files."""

    journal: list[dict[str, Any]]
    folder: Path
    database: str

    def run(self, command: Any, *words: str) -> Result:
        return CliRunner().invoke(command, list(words))


@pytest.fixture
def host(fresh: FreshDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    tmp_path.chmod(0o700)
    held = keys.generate(tmp_path / "guard.key")
    policy, cold = tmp_path / "policy.toml", tmp_path / "cold"
    policy.write_text(policy_file.default_text())
    given = GuardSettings(
        database=fresh.guard, key_file=tmp_path / "guard.key", journal_key_file=None, policy_file=policy,
        public_url="https://guard.example", mode=Mode.DEMONSTRATION, provider=None, cold_folder=cold,
    )  # fmt: skip
    said = SimpleNamespace(
        database=lambda role: fresh.owner if role == "beffroi_owner" else fresh.guard,
        said=lambda name, default="": default,
        state=tmp_path,
    )
    for module in (forensics, retention):
        monkeypatch.setattr(module, "load", lambda roles: said)
        monkeypatch.setattr(module, "open_database", lambda _: nullcontext())
    monkeypatch.setattr(wiring, "guard_settings", lambda _: given)
    monkeypatch.setattr(wiring, "key_file", lambda _: tmp_path / "guard.key")
    monkeypatch.setattr(wiring, "policy_file", lambda _: policy)

    async def lived() -> list[dict[str, Any]]:
        conn = await asyncpg.connect(fresh.guard)
        await key_check.establish(conn, held)
        rows = await past.lived(fresh.owner, conn, past.history(past.midnight(4), 5, 400, seed=41))
        await conn.close()
        return rows

    return Host(asyncio.run(lived()), cold, fresh.guard)


def expected(host: Host, by: str, ids: list[str], from_at: datetime, until_at: datetime) -> set[tuple[str, int]]:
    found = readers(
        host.journal, by, [past.UUID(one) if by != "application" else one for one in ids], from_at, until_at
    )
    return {(str(person), read.openings) for person, read in found.items()}


def test_operator_exports_then_asks_and_the_answer_is_the_journal_s(host: Host) -> None:
    done = host.run(journal.journal, "export")
    assert (done.exit_code, done.stdout.strip()) == (0, "days 4"), done.output
    assert len(list(host.folder.glob("*.parquet"))) == 4
    window = past.midnight(9), past.midnight(-1)
    asked = host.run(
        forensics.forensics, "readers", "--account", past.ACCOUNTS[0], "--account", past.ACCOUNTS[1],
        "--from", window[0].isoformat(), "--until", window[1].isoformat(),
    )  # fmt: skip
    assert asked.exit_code == 0, asked.output
    rows = list(csv.DictReader(io.StringIO(asked.stdout)))
    assert {(row["person"], int(row["openings"])) for row in rows} == expected(
        host, "account", past.ACCOUNTS[:2], *window
    )
    assert f"{len(rows)} people." in asked.stderr
    assert host.run(journal.journal, "export").stdout.strip() == "nothing to do"


def test_operator_asks_who_read_a_person_into_a_parquet_file(host: Host, tmp_path: Path) -> None:
    target = tmp_path / "read-by.parquet"
    asked = host.run(
        forensics.forensics, "read-by", past.PEOPLE[0], "--from", past.midnight(9).isoformat(),
        "--until", past.midnight(-1).isoformat(), "--format", "parquet", "--output", str(target),
    )  # fmt: skip
    assert asked.exit_code == 0, asked.output
    openings = [
        row for row in host.journal if str(row["person"]) == past.PEOPLE[0] and row["kind"] in ("released", "found")
    ]
    assert sorted(parquet.read_table(target).column("entry").to_pylist()) == [row["entry"] for row in openings]
    assert list(tmp_path.glob(".*.part")) == []


def test_operator_s_question_is_journaled_with_his_name_on_the_system(host: Host) -> None:
    window = "--from", past.midnight(1).isoformat(), "--until", past.midnight(0).isoformat()
    assert host.run(forensics.forensics, "readers", "--application", "cases", *window).exit_code == 0

    async def said() -> str:
        conn = await asyncpg.connect(host.database)
        found: str = await conn.fetchval("SELECT detail FROM guard.journal WHERE kind = 'readings-asked'")
        await conn.close()
        return found

    assert '"operator":' in asyncio.run(said())


@pytest.mark.parametrize(
    "words",
    [
        ("readers", "--from", "2026-01-02", "--until", "2026-01-03"),
        (
            "readers",
            "--application",
            "a",
            "--account",
            past.ACCOUNTS[0],
            "--from",
            "2026-01-02",
            "--until",
            "2026-01-03",
        ),
        ("readers", "--application", "a", "--from", "2026-01-03", "--until", "2026-01-02"),
        ("readers", "--application", "a", "--from", "yesterday", "--until", "2026-01-02"),
        ("readers", "--account", "somebody", "--from", "2026-01-01", "--until", "2026-01-02"),
        ("readers", "--application", "a", "--from", "2026-01-01", "--until", "2026-01-02", "--engine", "spark"),
        ("readers", "--application", "a", "--from", "2026-01-01", "--until", "2026-01-02", "--format", "parquet"),
        ("read-by", "Jeanne", "--from", "2026-01-01", "--until", "2026-01-02"),
    ],
)
def test_operator_who_asks_wrongly_is_told_how_and_nothing_is_read(host: Host, words: tuple[str, ...]) -> None:
    asked = host.run(forensics.forensics, *words)
    assert asked.exit_code == 2
    assert asked.stdout == ""


def test_operator_is_told_that_no_month_is_old_enough(host: Host) -> None:
    host.run(journal.journal, "export")
    done = host.run(journal.journal, "retire")
    assert (done.exit_code, done.stdout.strip()) == (0, "No month is old enough."), done.output


def test_answer_over_days_no_longer_kept_ends_with_status_three(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    from beffroi.guard.retention.exporting import Place

    monkeypatch.setattr(wiring, "cold_place", lambda _: Place(host.folder, past.timedelta(days=2)))
    assert host.run(journal.journal, "export").exit_code == 0
    asked = host.run(
        forensics.forensics, "readers", "--application", "cases", "--from", past.midnight(9).isoformat(),
        "--until", past.midnight(-1).isoformat(),
    )  # fmt: skip
    assert asked.exit_code == 3
    assert "no longer kept" in asked.stderr


def test_day_without_an_offset_is_a_day_of_paris() -> None:
    read = forensics.Instant().convert("2026-07-14", None, None)
    assert read.isoformat() == "2026-07-13T22:00:00+00:00"
    assert Readers(By.ACCOUNT, (), read, read).from_at is read
