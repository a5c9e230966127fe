"""The demonstration's loading: whole, resumable, refused on a network that is already there."""

import asyncio
import base64
import stat
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from beffroi.core.awareness import ATTESTATION
from beffroi.guard import keys
from beffroi.guard.vault import blind
from beffroi.guard.vault.records import decode
from beffroi.guard.vault.sealing import owner_bytes, unseal_for
from beffroi.simulation import loading
from beffroi.simulation.identity_provider.personas import read_users_file
from beffroi.simulation.loading import LoadingRefused, Place, load, load_when_empty
from beffroi.simulation.personas import BY_LOGIN
from beffroi.simulation.population import Population
from beffroi.simulation.sign_in_sheet import sign_in_sheet
from tests.databases import FreshDatabase

PEOPLE = 1_600
ISSUER = "http://127.0.0.1:8002/api/v2"


def empty(database: FreshDatabase, folder: Path) -> Place:
    """An empty installation."""
    keys.generate(folder / "keys" / "guard.key")
    return Place(
        guard_dsn=database.guard,
        key_file=folder / "keys" / "guard.key",
        policy_file=Path(str(files("beffroi.core") / "policies" / "default.toml")),
        personas_file=folder / "identity-provider" / "personas.json",
        application="console",
        application_key_file=folder / "keys" / "console.jwk",
        redirect_uris=("http://localhost:8000/back/",),
        issuer=ISSUER,
    )


@pytest.fixture(scope="module")
def loaded(fresh_for_module: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A demonstration loaded into an empty installation; no test of it writes."""
    place = empty(fresh_for_module, tmp_path_factory.mktemp("place"))
    assert load(place, Population(PEOPLE), quiet=True) == PEOPLE
    return place


def fetch(place: Place, sql: str, *arguments: object) -> list[asyncpg.Record]:
    """Rows read as the guard."""

    async def run() -> list[asyncpg.Record]:
        conn = await asyncpg.connect(place.guard_dsn)
        try:
            found: list[asyncpg.Record] = await conn.fetch(sql, *arguments)
            return found
        finally:
            await conn.close()

    return asyncio.run(run())


def test_demonstration_loaded_into_an_empty_database_is_whole(loaded: Place) -> None:
    held = keys.load(loaded.key_file)
    (people,) = fetch(loaded, "SELECT count(*) FROM guard.person")
    assert people[0] == PEOPLE
    own = fetch(
        loaded,
        "SELECT * FROM guard.relation WHERE referent = $1 AND kind = 'followed'",
        BY_LOGIN["camille.moreau"].id,
    )
    assert len(own) == 72
    assert all(held.authenticator.genuine_row("relation", row) for row in own)
    (lasting,) = fetch(loaded, "SELECT max(attested_until - created_at) FROM guard.account")
    assert lasting[0] == ATTESTATION


def test_persona_of_a_loaded_demonstration_is_recognised_with_the_telephone_of_its_file(loaded: Place) -> None:
    held = keys.load(loaded.key_file)
    assert stat.S_IMODE(loaded.personas_file.stat().st_mode) == 0o600
    persona = {one.login: one for one in read_users_file(loaded.personas_file)}["camille.moreau"]
    subject = blind.subject(held, ISSUER, persona.sub)
    (account,) = fetch(loaded, "SELECT * FROM guard.account WHERE subject_index = $1", subject)
    (factor,) = fetch(loaded, "SELECT * FROM guard.factor WHERE account = $1", account["id"])
    owner = owner_bytes(str(account["id"]))
    label = f"factor/{factor['id']}"
    secret = unseal_for(held, owner, account["wrapped_key"], account["epoch"], label, factor["secret"])
    assert persona.totp_secret is not None
    assert secret == base64.b32decode(persona.totp_secret)


def test_account_manager_of_a_demonstration_gets_a_code_for_a_passkey_and_no_telephone(loaded: Place) -> None:
    personas = {one.login: one for one in read_users_file(loaded.personas_file)}
    assert personas["philippe.garnier"].totp_secret is None
    sheet = sign_in_sheet(loaded.personas_file)
    (line,) = [line for line in sheet.splitlines() if "Philippe Garnier" in line]
    assert "-" in line.split()[2]
    assert stat.S_IMODE((loaded.personas_file.parent / "enrolment-codes.json").stat().st_mode) == 0o600


def test_named_people_of_a_demonstration_have_notes_steps_payments_and_representatives(loaded: Place) -> None:
    people = Population(PEOPLE).world.highlights()
    held = keys.load(loaded.key_file)
    [row] = fetch(loaded, "SELECT * FROM guard.person WHERE id = $1", people["own"].person.id)

    def opened(group: str) -> Any:
        owner = owner_bytes(people["own"].person.id)
        return decode(group, unseal_for(held, owner, row["wrapped_key"], row["epoch"], group, row[group]))

    followup = opened("followup")
    assert [step.status for step in followup.actions] == ["to-do", "to-do", "done"]
    assert followup.payments
    assert any(note.earlier for note in followup.notes)
    assert opened("sensitive_followup").notes
    assert opened("situation").changes


def test_second_network_in_the_same_database_is_refused(loaded: Place) -> None:
    with pytest.raises(LoadingRefused):
        load(loaded, Population(300), quiet=True)
    load_when_empty(loaded, 300)
    (people,) = fetch(loaded, "SELECT count(*) FROM guard.person")
    assert people[0] == PEOPLE


def test_loading_interrupted_after_the_network_is_taken_up_with_the_same_secrets(
    fresh: FreshDatabase, tmp_path: Path
) -> None:
    place = empty(fresh, tmp_path)
    population = Population(250)
    policy = loading._policy(place.policy_file)
    asyncio.run(loading._write_network(place, population, policy))
    before = read_users_file(place.personas_file)
    load_when_empty(place, 20_000)
    (people,) = fetch(place, "SELECT count(*) FROM guard.person")
    assert people[0] == 250
    assert read_users_file(place.personas_file) == before


def test_population_of_one_seed_is_the_same_wherever_it_is_generated_and_differs_by_seed() -> None:
    def rows(population: Population) -> list[object]:
        return [tuple(row) for chunk in population.chunks() for row in population.rows(chunk)]

    first = rows(Population(300))
    assert len(first) == 300
    assert first == rows(replace(Population(300)))
    assert first != rows(Population(300, seed=2))
    assert Population(300).digest != Population(300, seed=2).digest


def test_demonstration_loaded_for_other_ports_refuses_to_start_and_for_its_own_does_not(loaded: Place) -> None:
    load_when_empty(loaded, PEOPLE)
    with pytest.raises(
        LoadingRefused, match=r"its console at http://localhost:8000/back/, not at http://localhost:9"
    ):
        load_when_empty(replace(loaded, redirect_uris=("http://localhost:9000/back/",)), PEOPLE)
    with pytest.raises(LoadingRefused, match=r"an identity provider at another address than http://127\.0\.0\.1:9"):
        load_when_empty(replace(loaded, issuer=ISSUER.replace("8002", "9002")), PEOPLE)
