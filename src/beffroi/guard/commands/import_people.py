"""What ``beffroi import people`` does: import a file, show how far it is, leave a report of what was refused."""

from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from beffroi.guard.importing.people import Progress as Imported
from beffroi.guard.importing.people import import_people
from beffroi.guard.importing.problems import write_report
from beffroi.guard.importing.sources import open_source


def import_file(
    file: Path, *, dsn: str, key_file: Path, operator: str, workers: int | None, report: Path, dry_run: bool
) -> bool:
    """Import ``file``; whether every row was accepted. Refused rows are listed in ``report``, without values.

    Raises KeysRefused, SourceRefused, HeaderRefused, ImportStopped.
    """
    source = open_source(file)
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("Checking" if dry_run else "Importing", total=1.0)

        def show(progress: Imported) -> None:
            told = f"{progress.people:,} people, {progress.refused:,} refused".replace(",", " ")
            bar.update(task, completed=progress.done, description=told)

        outcome = import_people(
            source, dsn=dsn, key_file=key_file, operator=operator, workers=workers, dry_run=dry_run, progress=show
        )
    if dry_run:
        click.echo(
            f"{outcome.people} rows would be imported, {outcome.refused} would be refused; nothing was written."
        )
    else:
        click.echo(f"{outcome.people} people of this file are in the vault, {outcome.written} of them written now.")
    if outcome.problems:
        write_report(outcome.problems, report)
        click.echo(f"{outcome.refused} rows were refused: see {report} (lines and reasons, no value).", err=True)
    return not outcome.refused
