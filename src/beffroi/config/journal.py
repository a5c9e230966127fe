"""``beffroi journal``: verify a log and prove entries from its files, witness it; and what only the host may."""

import asyncio
import signal
import threading
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from beffroi.config import wiring
from beffroi.config.database import GUARD
from beffroi.config.open_database import open_database
from beffroi.config.retention import export, retire
from beffroi.config.settings import Settings, load

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys
    from beffroi.guard.sealing.verifying import Report, Trust
    from beffroi.standards.tlog.note import VerifierKey

Result = TypeVar("Result")
NAMED = 50
"""Problems that are printed; more are counted."""


class JournalRefused(RuntimeError):
    """A command cannot do what it is asked; the message says why."""


@click.group()
def journal() -> None:
    """Verify, prove and witness the sealed journal; put its past away in files."""


journal.add_command(export)
journal.add_command(retire)


KEY = click.option(
    "--key", "keys", multiple=True, metavar="KEY", help="Key of the log (name+id+key), or a file that holds it."
)
WITNESS = click.option("--witness", "witnesses", multiple=True, metavar="KEY", help="Key of a witness you trust.")
QUORUM = click.option("--quorum", type=click.IntRange(0, 16), default=None, help="How many must have cosigned (all).")


@journal.command()
@click.argument("place")
@KEY
@WITNESS
@QUORUM
@click.option("--older", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="A checkpoint kept from before, which the log must continue.")  # fmt: skip
@click.option(
    "--keep", type=click.Path(dir_okay=False, path_type=Path), help="Keep the checkpoint here for next time."
)
def verify(
    place: str,
    keys: tuple[str, ...],
    witnesses: tuple[str, ...],
    quorum: int | None,
    older: tuple[Path, ...],
    keep: Path | None,
) -> None:
    """Verify the log at PLACE, a folder or an address, or a proof file. No database, no secret. Status 1: wrong."""
    trust = _trust(keys, witnesses, quorum)
    if Path(place).is_file():
        _read_proof(Path(place), trust)
        return
    from beffroi.guard.sealing import reading, verifying

    reader = reading.place(place)
    with click.progressbar(length=0, label="Verifying", show_pos=True) as bar:

        def show(done: int, size: int) -> None:
            if done % 65_536 == 0 or done == size:
                bar.length = size
                bar.update(done - bar.pos)

        report = verifying.verify(reader, trust, [(str(path), path.read_bytes()) for path in older], show)
    _say(report)
    if report.problems:
        raise SystemExit(1)
    if keep is not None:
        found = reader.checkpoint()
        assert found is not None, "it was verified"
        keep.write_bytes(found)
        click.echo(f"Checkpoint kept in {keep}.")


@journal.command()
@click.argument("place", required=False)
@click.option("--entry", type=click.IntRange(1), help="Number of a journal entry.")
@click.option("--person", type=click.UUID, help="Every entry about a person; on the guard's host.")
@click.option("--from", "old", type=click.IntRange(0), help="Prove that the tree of so many entries…")
@click.option("--to", "new", type=click.IntRange(0), help="…is the beginning of the tree of so many (all).")
@click.option("--show", is_flag=True, help="Show what the entry says as well; on the guard's host.")
@click.option("--output", type=click.Path(path_type=Path), help="File, or folder for --person; else standard output.")
def prove(
    place: str | None,
    entry: int | None,
    person: Any,
    old: int | None,
    new: int | None,
    show: bool,
    output: Path | None,
) -> None:
    """Prove that an entry stands in the log at PLACE (by default this installation's), or that the log only grew."""
    from beffroi.guard.sealing import proving, reading

    if sum(asked is not None for asked in (entry, person, old)) != 1:
        raise click.UsageError("Name one of --entry, --person, --from.")
    settings = None if place is not None and person is None and not show else load(roles=(GUARD,))
    where = place if place is not None or settings is None else str(wiring.journal_store(settings))
    assert where is not None, "without a place there are settings"
    log = proving.log_at(reading.place(where))
    if old is not None:
        _consistency(log, old, log.told.size if new is None else new, output)
    elif entry is not None:
        shown = None
        if show and settings is not None:
            shown = _on_host(settings, lambda conn, held: proving.shown(conn, held, entry))
        _write(proving.prove(log, entry, shown).render(), output)
    else:
        assert settings is not None, "they were loaded"
        folder = Path() if output is None else output
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _on_host(settings, lambda conn, held: _of_person(conn, held, log, str(person), folder))


@journal.command()
@click.option("--name", required=True, help="Name of the witness: an address without its scheme.")
@click.option("--state", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder of its own.")
@click.option("--log", "logs", multiple=True, required=True, metavar="KEY", help="Key of a log to witness.")
@click.option("--bind", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65_535), default=8095, show_default=True)
def witness(name: str, state: Path, logs: tuple[str, ...], bind: str, port: int) -> None:
    """Serve a witness (C2SP tlog-witness) until a signal: run it elsewhere, under another person's hand."""
    from beffroi.guard.sealing import witness as witnessing

    made = witnessing.Witness(state, name, _keys(logs, 1))
    server = witnessing.server(made, bind, port)
    click.echo(made.key.encode())
    click.echo(f"Listening on http://{bind}:{server.server_address[1]}.")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever()
    server.server_close()


@journal.command()
def key() -> None:
    """Print the log's public key, by which everybody verifies it."""
    from beffroi.guard.sealing.work import signer_of

    click.echo(signer_of(wiring.journal_settings(load(roles=()))).key.encode())


@journal.command()
def compare() -> None:
    """Compare every row of the journal with the log: name those changed, removed or slipped in. Status 1: wrong."""
    from beffroi.guard.sealing import comparing, proving, reading

    settings = load(roles=(GUARD,))
    log = proving.log_at(reading.place(str(wiring.journal_store(settings))))
    found = _on_host(settings, lambda conn, held: comparing.compare(conn, held, log))
    click.echo(f"{found.same:,} entries of the journal are those that were sealed.")
    if found.before:
        click.echo(f"{found.before:,} older ones are no longer in the database.")
    if found.forgotten:
        click.echo(f"{found.forgotten:,} are of days whose key was destroyed: not compared.")
    for what, numbers in (
        ("changed since it was sealed", found.changed),
        ("sealed, and not in the database", found.missing),
        ("in the database, and never sealed", found.unsealed),
    ):
        for number in numbers[:NAMED]:
            click.echo(f"entry {number}: {what}")
        if len(numbers) > NAMED:
            click.echo(f"… and {len(numbers) - NAMED:,} more {what}")
    if not found.agrees:
        raise SystemExit(1)


@journal.command()
def rebuild() -> None:
    """Make a lost store again from the journal's rows, while no worker runs."""
    from beffroi.guard.sealing import mending
    from beffroi.guard.sealing.store import Folder
    from beffroi.guard.sealing.work import heard_elsewhere, signer_of

    settings = load(roles=(GUARD,))
    kept = wiring.journal_settings(settings)
    store = Folder(kept.store)
    store.open()
    try:
        signer = signer_of(kept)

        async def work(conn: Any, held: "Keys") -> int:
            return await mending.rebuild(conn, held, signer, store, await heard_elsewhere(kept, signer))

        done = _on_host(settings, work)
    finally:
        store.close()
    click.echo(f"{done:,} entries are in {kept.store} again.")


def _say(report: "Report") -> None:
    told = report.checkpoint
    if told is not None:
        click.echo(f"Log {told.origin}: {report.entries:,} of {told.size:,} entries are those that were sealed.")
        click.echo(
            f"Cosigned by {', '.join(report.cosigned)}." if report.cosigned else "Cosigned by no witness given."
        )
    for problem in report.problems[:NAMED]:
        click.echo(f"WRONG {problem}")
    if len(report.problems) > NAMED:
        click.echo(f"… and {len(report.problems) - NAMED:,} more.")
    if not report.problems:
        click.echo("Nothing is wrong.")


def _read_proof(path: Path, trust: "Trust") -> None:
    from beffroi.guard.sealing import proving
    from beffroi.standards.tlog import Malformed

    try:
        found = proving.read(path.read_bytes(), trust)
    except Malformed as error:
        found = f"it is no proof: {error}"
    if isinstance(found, str):
        click.echo(f"WRONG {path}: {found}")
        raise SystemExit(1)
    click.echo(f"Entry {found.row.entry} stands in the log {found.told.origin} of {found.told.size:,} entries:")
    for name, value in found.row._asdict().items():
        if value is not None and name != "entry":
            click.echo(f"  {name:13}{value.isoformat() if name == 'at' else value}")


def _consistency(log: Any, old: int, new: int, output: Path | None) -> None:
    """A consistency proof in the form of tlog-witness's call: old size, hashes, then the newer checkpoint.

    A size at which no checkpoint is at hand is given without signature.
    """
    from beffroi.standards.tlog import merkle
    from beffroi.standards.tlog import witness as call
    from beffroi.standards.tlog.checkpoint import Checkpoint

    if not 0 < old <= new <= log.told.size:
        raise JournalRefused(f"The log has {log.told.size} entries: name sizes from 1 to that, the smaller first.")
    node = log.tree.node
    signed = log.signed
    if new != log.told.size:
        signed = Checkpoint(log.told.origin, new, merkle.root(new, node)).text.encode()
    _write(call.render(call.Request(old, tuple(merkle.consistency_proof(old, new, node)), signed)), output)


async def _of_person(conn: Any, held: "Keys", log: Any, person: str, folder: Path) -> None:
    from beffroi.core.journal_encoding import opened
    from beffroi.guard.sealing import proving
    from beffroi.standards.tlog.proof import SUFFIX

    count = 0
    async for made in proving.of_person(conn, held, log, person):
        assert made.extra is not None, "it shows its entry"
        (folder / f"{opened(made.extra).entry}{SUFFIX}").write_bytes(made.render())
        count += 1
    click.echo(f"{count:,} proofs in {folder}.")


def _on_host(settings: Settings, work: "Callable[[Any, Keys], Awaitable[Result]]") -> Result:
    """Run something on a connection of the guard's role, with the guard's keys, which must be this database's."""

    async def run() -> Result:
        import asyncpg

        from beffroi.guard import key_check, keys

        held = keys.load(wiring.key_file(settings))
        conn = await asyncpg.connect(settings.database(GUARD))
        try:
            await key_check.verify_keys(conn, held)
            return await work(conn, held)
        finally:
            await conn.close()

    with open_database(settings):
        return asyncio.run(run())


def _trust(keys: Sequence[str], witnesses: Sequence[str], quorum: int | None) -> "Trust":
    from beffroi.guard.sealing.verifying import Trust
    from beffroi.standards.tlog.cosignature import COSIGNATURE, CosignatureVerifier

    if not keys:
        raise click.UsageError("Name the log's key with --key: it was given to you apart from the log itself.")
    trusted = [CosignatureVerifier(one) for one in _keys(witnesses, COSIGNATURE)]
    return Trust(_keys(keys, 1), trusted, len(trusted) if quorum is None else quorum)


def _keys(named: Sequence[str], algorithm: int) -> "list[VerifierKey]":
    """Keys given as such or as the file that holds one. Raises JournalRefused."""
    from beffroi.standards.tlog import Malformed, note

    found = []
    for one in named:
        try:
            text = Path(one).read_text("utf-8") if Path(one).is_file() else one
            key_found = note.decode_key(text)
        except (Malformed, OSError, UnicodeDecodeError) as error:
            raise JournalRefused(f"{one[:100]} is no key: {error}.") from None
        if key_found.algorithm != algorithm:
            raise JournalRefused(f"{key_found.name} is a key of algorithm {key_found.algorithm}, not {algorithm}.")
        found.append(key_found)
    return found


def _write(content: bytes, output: Path | None) -> None:
    if output is None:
        click.echo(content.decode(), nl=False)
    else:
        output.write_bytes(content)
        click.echo(f"Written to {output}.")
