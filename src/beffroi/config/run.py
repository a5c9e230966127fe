"""``beffroi run``: everything on one machine, under one user, for a demonstration or a first look."""

import click

from beffroi.config import wiring
from beffroi.config.mailing import mail_folder
from beffroi.config.open_database import OpenDatabase, migrate_guard, open_database
from beffroi.config.processes import StartRefused, Supervisor
from beffroi.config.settings import Mode, Settings, load, remember


@click.command()
def run() -> None:
    """Start the database, guard, worker, console and, in demonstration, identity provider; stop with Ctrl-C."""
    settings = load()
    if settings.mode is Mode.PRODUCTION:
        raise StartRefused(
            "`beffroi run` starts every process under one user, who could read the guard's keys: in production run "
            "`beffroi migrate`, then `beffroi guard`, `beffroi worker` and `beffroi console` (under its own user)."
        )
    remember(settings.state, "BEFFROI_MODE", settings.mode.value)
    click.echo("Starting the database…")
    with open_database(settings, alone=True) as database:
        prepare(settings, database)
        services = wiring.services(settings)
        with Supervisor(services, settings.logs, watch=lambda: _database_ended(database)) as supervisor:
            click.echo("Starting the guard, the console and what they need…")
            supervisor.start()
            if not supervisor.stop_asked:
                click.echo(announcement(settings))
            ended = supervisor.wait()
            click.echo("Stopping…")
    if ended is not None:
        raise StartRefused(ended)


def prepare(settings: Settings, database: OpenDatabase) -> None:
    """Keys, schema and, in demonstration, the invented network: all that must exist before a process starts."""
    wiring.ensure_keys(settings)
    for name in migrate_guard(database.databases.owner, wiring.key_file(settings)):
        click.echo(f"Applied {name}.")
    wiring.migrate_console(settings)
    wiring.load_demonstration(settings, database.databases)


def announcement(settings: Settings) -> str:
    """What a newcomer must know once everything answers."""
    lines = [
        "",
        f"  Console            {settings.console_url}",
        f"  Guard              {settings.guard_url}",
    ]
    if settings.mode is Mode.DEMONSTRATION:
        lines += [
            f"  Identity provider  {settings.identity_provider_url} (demonstration)",
            "",
            "  This is a demonstration: every person is invented, and all processes run under one user, so the",
            "  wall between console and guard is not real here. In production they run under different users.",
            "",
            wiring.sign_in_sheet(settings),
            f"  Mails to agents: {mail_folder(settings)}, one file each; none leaves this machine.",
        ]
    return "\n".join([*lines, f"  Logs: {settings.logs}. Stop with Ctrl-C.", ""])


def _database_ended(database: OpenDatabase) -> str | None:
    status = database.server.exit_status() if database.server else None
    if database.server is None or status is None:
        return None
    return f"PostgreSQL ended (status {status}). The end of {database.server.log_path}:\n{database.server.log_tail()}"
