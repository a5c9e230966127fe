"""``beffroi init``: enrol the three founders on an empty journal, and show their codes once."""

import asyncio
import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from beffroi.config import wiring
from beffroi.config.database import GUARD, OWNER
from beffroi.config.open_database import migrate_guard, open_database
from beffroi.config.settings import Settings, load

if TYPE_CHECKING:
    from beffroi.guard.founding import FirstApplication, Founder

_MOST_KEY_BYTES = 16_384


@click.command()
@click.option("--network", prompt="Name of the network", help="Public name of the network that the founders found.")
@click.option(
    "--founder",
    "founders",
    nargs=3,
    multiple=True,
    metavar="FIRST LAST EMAIL",
    help="First name, last name and professional address; three times. Asked for when left out.",
)
@click.option(
    "--identity-provider",
    "providers",
    multiple=True,
    help="Identity provider (idp_id) through which founders sign in. Default: BEFFROI_PROVIDER_IDP_ID.",
)
@click.option("--application", default="", help="Code of the application they will work through, such as console.")
@click.option("--redirect-uri", "redirect_uris", multiple=True, help="Its return address, letter for letter.")
@click.option(
    "--application-key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Its public key (JWK), never the private one.",
)
def init(
    network: str,
    founders: tuple[tuple[str, str, str], ...],
    providers: tuple[str, ...],
    application: str,
    redirect_uris: tuple[str, ...],
    application_key: Path | None,
) -> None:
    """Enrol the three founders on an empty journal.

    Their codes are printed once and kept nowhere: hand each to its founder, in person. The network accepts the
    identity providers named here; through any other nobody can be enrolled until two people have agreed to it.
    """
    from beffroi.guard.founding import FOUNDERS, FirstApplication, Founder

    named = [Founder(*founder) for founder in founders] or [_ask(place) for place in range(1, FOUNDERS + 1)]
    first = None
    if application:
        if application_key is None:
            raise click.UsageError("--application needs --application-key and --redirect-uri.")
        from beffroi.core.ids import ApplicationId

        with application_key.open("rb") as file:
            jwk = file.read(_MOST_KEY_BYTES).decode("utf-8", "replace")
        first = FirstApplication(ApplicationId(application), application, redirect_uris, jwk)
    settings = load(roles=(OWNER, GUARD))
    with open_database(settings):
        wiring.ensure_keys(settings)
        migrate_guard(settings.database(OWNER), wiring.key_file(settings))
        codes = asyncio.run(_found(settings, named, network, first, providers))
    for place, code in enumerate(codes, start=1):
        click.echo(f"Founder {place}: {code}")
    click.echo("These codes are shown once, and expire in seven days.", err=True)


def _ask(place: int) -> "Founder":
    from beffroi.guard.founding import Founder

    return Founder(
        click.prompt(f"Founder {place}, first name"),
        click.prompt(f"Founder {place}, last name"),
        click.prompt(f"Founder {place}, professional address"),
    )


async def _found(
    settings: Settings,
    founders: "list[Founder]",
    network: str,
    application: "FirstApplication | None",
    providers: tuple[str, ...],
) -> list[str]:
    import asyncpg

    from beffroi.core.providers import provider_id
    from beffroi.guard import keys
    from beffroi.guard.founding import found
    from beffroi.guard.process import read_policy

    given = wiring.guard_settings(settings)
    sole = None if given.provider is None else given.provider.idp_id
    accepted = [one for one in map(provider_id, providers or ((sole,) if sole else ())) if one is not None]
    if not accepted or len(accepted) < len(providers):
        raise click.UsageError("--identity-provider takes the idp_id of each provider by which founders sign in.")
    policy = read_policy(given.policy_file.read_text("utf-8"), given.policy_file.name)
    conn = await asyncpg.connect(given.database)
    try:
        held = keys.load(given.key_file)
        return await found(
            conn, held, policy, founders, network, application=application, providers=accepted,
            operator=getpass.getuser(),
        )  # fmt: skip
    finally:
        await conn.close()
