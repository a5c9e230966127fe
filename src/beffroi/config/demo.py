"""``beffroi demo``: the invented network, at any size."""

import click

from beffroi.config import wiring
from beffroi.config.database import OWNER
from beffroi.config.open_database import migrate_guard, open_database
from beffroi.config.settings import Mode, SettingMissing, load

MOST_PEOPLE = 10_000_000


@click.group()
def demo() -> None:
    """Invented people and agents, for a demonstration or a measure."""


@demo.command("load")
@click.option("--people", type=click.IntRange(0, MOST_PEOPLE), default=wiring.DEMONSTRATION_PEOPLE, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed always gives the same people.")
def load_(people: int, seed: int) -> None:
    """Load an invented network of --people people into an empty database, with who may sign in to it."""
    settings = load()
    if settings.mode is not Mode.DEMONSTRATION:
        raise SettingMissing(
            "beffroi demo load runs with BEFFROI_MODE=demonstration only: it makes accounts for all."
        )
    from beffroi.simulation.loading import load as load_population
    from beffroi.simulation.population import Population

    with open_database(settings) as database:
        wiring.ensure_keys(settings)
        migrate_guard(settings.database(OWNER), wiring.key_file(settings))
        wiring.migrate_console(settings)
        place = wiring.demonstration_place(settings, database.databases)
        count = load_population(place, Population(people, seed))
    click.echo(f"{count:,} invented people loaded.")
