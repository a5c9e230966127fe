"""``beffroi backup`` and ``beffroi restore``: a dump that needs the keys to be read, and what came after it."""

import asyncio
import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from beffroi.config import postgres_dumps, wiring
from beffroi.config.database import Databases
from beffroi.config.open_database import open_database
from beffroi.config.settings import load

if TYPE_CHECKING:
    import asyncpg

    from beffroi.core.policy import Policy
    from beffroi.guard.backup.recovering import Recovered
    from beffroi.guard.keys import Keys
    from beffroi.guard.sealing.work import JournalSettings

GUARD_DUMP, CONSOLE_DUMP = "guard.dump", "console.dump"
_KEY_CHECK = "guard.key_check"


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--after", is_flag=True, help="Add what was written since, to an existing backup; run it often.")
@click.option("--final", is_flag=True, help="Close this database for good, and add its last state.")
def backup(folder: Path, after: bool, final: bool) -> None:
    """Write a backup of both schemas to FOLDER, which must not exist yet. The keys are never in it."""
    from beffroi.guard import keys

    settings = load()
    with open_database(settings) as database:
        held = keys.load(wiring.key_file(settings))
        if after or final:
            added = asyncio.run(follow(database.databases, held, folder, final=final))
            click.echo(f"Added {added} rows to {folder}." + (" This database is closed." if final else ""))
        else:
            asyncio.run(write(database.databases, held, folder))
            click.echo(f"Backup written to {folder}. The key files are not in it: keep them in another safe.")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
@click.option(
    "--accept", is_flag=True, help="Go on without what is lost: budgets count as spent, two people lift the rest."
)
def restore(folder: Path | None, accept: bool) -> None:
    """Restore the backup in FOLDER into an empty database and replay what came after it.

    Unless the backup ends with --final, nothing is served before `beffroi restore --accept`.
    """
    from beffroi.guard import keys
    from beffroi.guard.process import read_policy

    if (folder is None) is not accept:
        raise click.UsageError("Name the folder of a backup, or --accept what is lost of the one restored before.")
    settings = load()
    with open_database(settings) as database:
        held = keys.load(wiring.key_file(settings))
        applied = wiring.policy_file(settings)
        policy = read_policy(applied.read_text("utf-8"), applied.name)
        if folder is None:
            done = asyncio.run(accept_loss(database.databases, held, policy, wiring.journal_settings(settings)))
            click.echo(f"{done.sessions} sessions ended, {done.codes} codes void, {done.budgets} budgets spent.")
            click.echo("Everything is contained: guards start, and open no file before two people on duty lift it.")
            click.echo("Check by hand what the registers say since: erasures asked for, accounts and keys withdrawn.")
        elif asyncio.run(bring_back(database.databases, held, policy, folder)):
            click.echo("Restored up to the closing of the old database: it can be served.")
        else:
            click.echo("Restored. What happened after the last increment is unknown, so no guard serves it yet.")
            click.echo("If the old database still answers: `beffroi backup --final` there, then restore again.")
            click.echo("If it is lost: `beffroi restore --accept`.")


async def write(databases: Databases, held: "Keys", folder: Path) -> None:
    """A new backup. Raises BackupRefused, DumpFailed, KeysRefused."""
    from beffroi.guard import key_check
    from beffroi.guard.backup import archive, following

    archive.begin(folder)
    conn = await _connect(databases.owner)
    try:
        await key_check.verify(conn, held)
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            snapshot = await conn.fetchval("SELECT pg_export_snapshot()")
            now = await following.point(conn)
            described = await following.description(conn)
            major, version = _major(conn), await conn.fetchval("SHOW server_version")
            for file, dsn, schema in _parts(folder, databases):
                but = [_KEY_CHECK] if schema == "guard" else []
                await postgres_dumps.dump(major, dsn, schema, file, snapshot, but)
    finally:
        await conn.close()
    told = {"at": now.at.isoformat(), "since": now.since, "last_entry": now.last_entry, "postgres": version}
    archive.write_manifest(folder, held, told | described, (GUARD_DUMP, CONSOLE_DUMP))


async def follow(databases: Databases, held: "Keys", folder: Path, *, final: bool) -> int:
    """Append one increment; how many rows. Raises BackupRefused."""
    from beffroi.guard.backup import archive, following

    manifest = archive.read_manifest(folder, held)
    chain = archive.Chain(folder, held, manifest)
    ends = chain.ends()
    if ends and ends[-1]["final"]:
        raise archive.BackupRefused("This backup ends with the closing of its database: nothing comes after.")
    if final:
        guard = await _connect(databases.guard)
        try:
            await following.close(guard, held, manifest, operator=getpass.getuser())
        finally:
            await guard.close()
    conn = await _connect(databases.owner)
    try:
        since = following.end(ends[-1]) if ends else following.start(manifest)
        count = 0
        with chain.appending() as add:
            async for value in following.increment(conn, manifest, since, final=final):
                add(value)
                count += 1
    finally:
        await conn.close()
    return count - 1


async def bring_back(databases: Databases, held: "Keys", fallback: "Policy", folder: Path) -> bool:
    """Restore and replay; whether the database may be served. Raises BackupRefused, DumpFailed, MigrationRefused."""
    from beffroi.guard import migrations
    from beffroi.guard.backup import archive, following, replaying
    from beffroi.guard.backup.recovering import recover
    from beffroi.guard.process import active_policy

    manifest = archive.read_manifest(folder, held)
    archive.check_dumps(folder, manifest)
    migrations.pending(manifest["migrations"], migrations.shipped())
    chain = archive.Chain(folder, held, manifest)
    conn = await _connect(databases.owner)
    try:
        if await conn.fetchval("SELECT 1 FROM pg_tables WHERE schemaname IN ('guard', 'console') LIMIT 1"):
            raise archive.BackupRefused("This database is not empty: restore into a new one.")
        for file, dsn, schema in _parts(folder, databases):
            await postgres_dumps.restore(_major(conn), dsn, schema, file)
        replayed = await replaying.replay(conn, manifest, chain.read())
        await conn.execute("ANALYZE")
    finally:
        await conn.close()
    if not replayed.final:
        return False
    guard = await _connect(databases.guard)
    try:
        policy = await active_policy(guard, held, fallback)
        await recover(guard, held, policy, operator=getpass.getuser(), closing=following.closing_id(manifest))
    finally:
        await guard.close()
    return True


async def accept_loss(
    databases: Databases, held: "Keys", fallback: "Policy", journal: "JournalSettings | None" = None
) -> "Recovered":
    """Claim a database whose last events are lost, restored or put back; the log, where one is kept, goes on behind
    what it holds. Everything is contained until two people lift it.

    Raises BackupRefused when nothing is lost, LogRefused when the log is not this journal's, or others have more.
    """
    from beffroi.guard import key_check, place
    from beffroi.guard.backup.archive import BackupRefused
    from beffroi.guard.backup.recovering import recover
    from beffroi.guard.process import active_policy

    conn = await _connect(databases.guard)
    try:
        await key_check.verify_keys(conn, held)
        behind = journal is not None and await _go_on_behind(conn, held, journal)
        if await place.is_here(conn, held) and not behind:
            raise BackupRefused("This database is no restored copy: there is nothing to accept.")
        policy = await active_policy(conn, held, fallback)
        return await recover(conn, held, policy, operator=getpass.getuser(), closing=None)
    finally:
        await conn.close()


async def _go_on_behind(conn: "asyncpg.Connection", held: "Keys", journal: "JournalSettings") -> bool:
    """Let the log go on behind what it holds; whether this database was not the one that was published.

    Raises LogRefused, also where it has other entries in place of those published: nothing can be accepted.
    """
    from beffroi.guard.sealing.mending import adopt
    from beffroi.guard.sealing.published import Published, hold
    from beffroi.guard.sealing.sealer import LogRefused
    from beffroi.guard.sealing.store import Folder
    from beffroi.guard.sealing.work import heard_elsewhere, log_of, signer_of

    signer = signer_of(journal)
    published = Published(log_of(journal, signer.key))
    found = await hold(conn, held, published)
    await adopt(conn, held, signer, Folder(journal.store), await heard_elsewhere(journal, signer))
    after = await hold(conn, held, published, everywhere=False)
    published.close()
    if after.unlike is not None:
        raise LogRefused(str(after.unlike))
    return found.unlike is not None


def _parts(folder: Path, databases: Databases) -> list[tuple[Path, str, str]]:
    """Each dump: its file, the role that owns what is in it, its schema."""
    return [
        (folder / GUARD_DUMP, databases.owner, "guard"),
        (folder / CONSOLE_DUMP, databases.owner, "console"),
    ]


def _major(conn: "asyncpg.Connection") -> int:
    return int(conn.get_server_version().major)


async def _connect(dsn: str) -> "asyncpg.Connection":
    import asyncpg

    return await asyncpg.connect(dsn)
