"""The command ``beffroi``: each subcommand is imported only when it is asked for.

So ``beffroi guard`` never imports Django, and ``beffroi --help`` imports nothing.
"""

import importlib
import importlib.util
import sys

import click

COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("beffroi.config.run:run", "Start everything: database, guard, console, identity provider."),
    "guard": ("beffroi.config.commands:guard", "Serve the guard."),
    "console": ("beffroi.config.console.process:console", "Serve the web application that people use."),
    "identity-provider": (
        "beffroi.config.commands:identity_provider",
        "Serve the demonstration identity provider.",
    ),
    "worker": ("beffroi.config.background:worker", "Seal the journal; what is periodic: sweeps, reviews, mails."),
    "sweep": ("beffroi.config.background:sweep", "Sweep once, or say what a sweep would do."),
    "leavers": ("beffroi.config.leavers:leavers", "Read from a personnel file who left and who will."),
    "migrate": ("beffroi.config.commands:migrate", "Prepare the database and bring its schemas up to date."),
    "init": ("beffroi.config.init:init", "Enrol the three founders on an empty journal."),
    "demo": ("beffroi.config.demo:demo", "Load the invented demonstration network."),
    "import": ("beffroi.config.importing:import_", "Import people from CSV or Parquet."),
    "drill": ("beffroi.config.drill:drill", "Play an attack against a scratch installation and count people read."),
    "policy": ("beffroi.config.policy:policy", "Check, explain and compare policies."),
    "key": ("beffroi.config.keys:key", "Make, rotate and check the guard's keys."),
    "contain": ("beffroi.config.contain:contain", "Suspend or close, from this host."),
    "rows": ("beffroi.config.rows:rows", "Compare every row with the journal; set right what was put back."),
    "scim": ("beffroi.config.scim:scim", "Issue and revoke the tokens of partners' directories."),
    "reviews": ("beffroi.config.reviews:reviews", "Open, remind and end campaigns of review."),
    "mail": ("beffroi.config.mail:mail", "Try the sending of mails, see how it fares."),
    "journal": (
        "beffroi.config.journal:journal",
        "Verify, prove, witness the sealed journal; put its past away.",
    ),
    "forensics": ("beffroi.config.forensics:forensics", "Who was read by whom, exactly, over all that is kept."),
    "backup": ("beffroi.config.backup:backup", "Write a backup of everything but the keys."),
    "restore": ("beffroi.config.backup:restore", "Restore a backup, then replay what is missing from it."),
}
"""Name of a subcommand: where its click command is, and one line for the help."""


class LazyCommands(click.Group):
    """A group that knows its subcommands by name and imports one when it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names, in the order of the registry, of the subcommands whose module is part of this build."""
        return [name for name, (target, _) in COMMANDS.items() if _is_built(target)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the subcommand. None when there is no such name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        found = getattr(importlib.import_module(module), attribute)
        if not isinstance(found, click.Command):
            raise TypeError(f"{COMMANDS[cmd_name][0]} is not a click command")
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list from the registry alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


def _is_built(target: str) -> bool:
    try:
        return importlib.util.find_spec(target.partition(":")[0]) is not None
    except ModuleNotFoundError:
        return False


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="beffroi", message="%(prog)s %(version)s")
def beffroi() -> None:
    """Shared personal records, opened through one guard."""


def main() -> None:
    """Run the command; refusals end with their sentence and status 2, without a traceback."""
    from beffroi.config.refusals import refusal_of

    try:
        beffroi.main(prog_name="beffroi", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except Exception as error:
        sentence = refusal_of(error)
        if sentence is None:
            raise
        click.echo(f"beffroi: {sentence}", err=True)
        sys.exit(2)
