"""What ``beffroi key`` does: make the key files, change the master key, prove that they are this database's."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import asyncpg
import click

from beffroi.guard import key_check, keys
from beffroi.guard.vault import rotation

BACKUPS_KEPT: Final = timedelta(days=35)
"""Longest retention of a backup (I-13)."""


def make(key_file: Path, journal_key_file: Path) -> None:
    """Make both key files. Raises KeysRefused when either is there: nothing is overwritten."""
    for path in (key_file, journal_key_file):
        if path.exists():
            raise keys.KeysRefused(f"{path} exists: a key file is never overwritten.")
    keys.generate(key_file)
    keys.generate_journal_key(journal_key_file)
    click.echo(f"Keys written to {key_file} and {journal_key_file}, for this user alone.")
    click.echo("Copy both to a safe outside this machine and its backups: without them nothing can be read again.")


async def rotate(dsn: str, key_file: Path) -> None:
    """Add a master key, wrap every key under it, then forget the master keys that wrap nothing.

    A rotation that was interrupted is taken up: no second key is added while rows wait for the current one.
    Raises KeysRefused, WrappedKeyRefused.
    """
    held = keys.load(key_file)
    conn = await asyncpg.connect(dsn)
    try:
        await key_check.verify(conn, held)
        if not await rotation.remaining(conn, held.epoch):
            held = keys.add_epoch(key_file)
        total = await rotation.remaining(conn, held.epoch)
        with click.progressbar(length=total, label=f"Wrapping under master key {held.epoch}") as bar:
            last = 0

            def show(done: int) -> None:
                nonlocal last
                bar.update(done - last)
                last = done

            changed = await rotation.rewrap(conn, held, progress=show)
        old = await rotation.unused_epochs(conn, held)
    finally:
        await conn.close()
    click.echo(f"{changed} keys wrapped under master key {held.epoch}.")
    if old:
        click.echo(
            f"Master keys {', '.join(map(str, sorted(old)))} wrap nothing here any more. Once no backup needs them "
            "(35 days), remove them: beffroi key forget."
        )


async def forget(dsn: str, key_file: Path, *, retention: timedelta = BACKUPS_KEPT) -> None:
    """Remove from the file, and from the proofs in the database, the master keys that wrap nothing.

    Raises KeysRefused when the file is not this database's, or when backups that need the old keys may be left: the
    current master key is younger than ``retention``.
    """
    held = keys.load(key_file)
    conn = await asyncpg.connect(dsn)
    try:
        await key_check.verify(conn, held)
        since = await key_check.recorded_at(conn, held.epoch)
        if datetime.now(UTC) - since < retention:
            raise keys.KeysRefused(
                f"Master key {held.epoch} is in use since {since:%Y-%m-%d}: backups of before need the older ones. "
                f"Wait {retention.days} days, or restores of those backups would be unreadable."
            )
        async with conn.transaction():
            old = await rotation.unused_epochs(conn, held)
            await key_check.withdraw(conn, old)
        if old:
            keys.drop_epochs(key_file, old)
    finally:
        await conn.close()
    click.echo(f"Master keys removed: {', '.join(map(str, sorted(old))) or 'none'}.")


async def check(dsn: str, key_file: Path, journal_key_file: Path) -> None:
    """Say whether the files can be used and are this database's. Raises KeysRefused when not."""
    held = keys.load(key_file)
    keys.load_journal_key(journal_key_file)
    conn = await asyncpg.connect(dsn)
    try:
        await key_check.verify(conn, held)
        waiting = await rotation.remaining(conn, held.epoch)
    finally:
        await conn.close()
    click.echo(f"The keys are this database's; master key {held.epoch} is current.")
    if waiting:
        click.echo(f"{waiting} keys still wait under an older master key: run `beffroi key rotate`.")
