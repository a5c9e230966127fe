"""Invented people and agents: same for a seed, coherent, unique, shaped as ordinary life says."""

from __future__ import annotations

import csv
import stat
from collections import Counter
from datetime import date
from itertools import islice
from pathlib import Path
from statistics import median, quantiles

import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.core.ids import is_uuid
from beffroi.core.nir import Nir, parse_nir
from beffroi.core.normalisation import (
    agency_id_key,
    birth_date,
    email_key,
    first_name_key,
    name_key,
    phone_key,
)
from beffroi.simulation.directory import NETWORK_CODE
from beffroi.simulation.files import COLUMNS, row, write_people
from beffroi.simulation.people import ENROLMENT, FOLLOWED, Record
from beffroi.simulation.personas import BY_LOGIN, OFFICE, OTHER_OFFICE
from beffroi.simulation.world import World, build_world

SIZE = 20_000


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(SIZE, seed=7)


@pytest.fixture(scope="module")
def records(world: World) -> list[Record]:
    return list(world.people())


@settings(deadline=None, max_examples=8)
@given(st.integers(0, 3_000), st.integers(0, 2**32))
def test_world_same_seed_gives_the_same_people_and_another_seed_others(people: int, seed: int) -> None:
    first, second, other = (build_world(people, s) for s in (seed, seed, seed + 1))
    made = list(first.people())
    assert len(made) == people
    assert made == list(second.people())
    assert first.agents == second.agents
    assert people == 0 or made != list(other.people())


def test_world_generated_office_by_office_in_reverse_gives_the_same_people(
    world: World, records: list[Record]
) -> None:
    reverse = {plan.rank: list(world.people_of(plan)) for plan in reversed(world.plans)}
    assert [record for plan in world.plans for record in reverse[plan.rank]] == records


def test_person_larger_world_keeps_the_same_first_people(world: World) -> None:
    small, large = (build_world(size, seed=7).plans[0] for size in (SIZE, 2 * SIZE))
    assert small.organisation_code == large.organisation_code == OFFICE
    ours, theirs = (list(islice(world.people_of(plan), 400)) for plan in (small, large))
    assert [r.person[:22] for r in ours] == [r.person[:22] for r in theirs]


def test_nir_matches_birth_sex_and_parses(records: list[Record]) -> None:
    checked = 0
    for person in (record.person for record in records):
        if not person.nir:
            continue
        nir = parse_nir(person.nir)
        assert isinstance(nir, Nir)
        assert nir.reveal() == person.nir
        assert nir.reveal_sex() == person.sex
        assert nir.reveal_birth() == (person.birth_date.year % 100, person.birth_date.month)
        checked += 1
    assert checked > 0.95 * SIZE
    abroad = sum(record.person.nir[5:7] == "99" for record in records)
    assert 0.06 * SIZE < abroad < 0.14 * SIZE


@pytest.mark.parametrize("column", ["id", "nir", "agency_id", "email"])
def test_identifier_known_belongs_to_one_person(column: str, records: list[Record]) -> None:
    values = [value for record in records if (value := getattr(record.person, column))]
    assert len(set(values)) == len(values)
    assert len(values) > 0.8 * SIZE


def test_people_values_are_those_an_import_accepts(world: World, records: list[Record]) -> None:
    for person in (record.person for record in records[::5]):
        assert is_uuid(person.id)
        assert isinstance(name_key(person.last_name), str)
        assert name_key(person.last_name).isascii()
        assert first_name_key(person.first_names).isascii()
        assert not person.email or email_key(person.email) == person.email
        assert not person.agency_id or agency_id_key(person.agency_id) == person.agency_id
        assert birth_date(person.birth_date.isoformat(), today=world.as_of) == person.birth_date


def test_people_cannot_be_reached_for_real(records: list[Record]) -> None:
    blocks = ("+3319900", "+3326191", "+3335301", "+3346571", "+3353649", "+3363998")
    for person in (record.person for record in records):
        assert not person.email or person.email.endswith((".example", "@example.org"))
        assert not person.phone or str(phone_key(person.phone)).startswith(blocks)


def test_minors_alone_have_a_legal_representative(world: World, records: list[Record]) -> None:
    majority = date(world.as_of.year - 18, world.as_of.month, world.as_of.day)
    minors = 0
    for person in (record.person for record in records):
        minor = person.birth_date > majority
        minors += minor
        assert minor == bool(person.legal_representative_last_name) == bool(person.legal_representative_phone)
    assert 0.05 * SIZE < minors < 0.25 * SIZE


def test_relations_lead_to_known_organisations_and_agents(world: World, records: list[Record]) -> None:
    offices = {agent.login: {m.organisation_code for m in agent.memberships} for agent in world.agents}
    kinds: Counter[str] = Counter()
    for record in records:
        for relation in record.relations:
            kinds[relation.kind] += 1
            assert relation.person_id == record.person.id
            assert relation.organisation_code in world.directory.by_code
            if relation.referent_login is not None:
                assert relation.organisation_code in offices[relation.referent_login]
        assert bool(record.person.training_title) == any(r.kind == ENROLMENT for r in record.relations)
    assert kinds[FOLLOWED] == SIZE - 100
    assert 0.08 * SIZE < kinds[ENROLMENT] < 0.15 * SIZE


def test_caseloads_follow_the_parameters(records: list[Record]) -> None:
    loads = Counter(r.referent_login for record in records for r in record.relations if r.referent_login)
    assert 68 <= median(loads.values()) <= 92
    assert max(loads.values()) <= 300
    assert 180 <= quantiles(loads.values(), n=100)[98] <= 300


def test_caseloads_at_full_size_follow_the_parameters_and_so_does_the_staff() -> None:
    full = build_world(1_600_000)
    loads = Counter(login for plan in full.plans for login in plan.referents if login)
    assert 74 <= median(loads.values()) <= 86
    assert 230 <= quantiles(loads.values(), n=100)[98] <= 270
    assert 13_500 <= len(full.agents) <= 17_000
    assert sum(len(plan.referents) for plan in full.plans) == 1_600_000


def test_agents_are_unique_and_every_office_alive_is_staffed(world: World) -> None:
    for column in ("id", "login", "sub", "email"):
        values = [getattr(agent, column) for agent in world.agents]
        assert len(set(values)) == len(values)
    staff = Counter(m.organisation_code for agent in world.agents for m in agent.memberships)
    roles = {(m.organisation_code, m.role) for agent in world.agents for m in agent.memberships}
    alive = [plan.organisation_code for plan in world.plans if plan.organisation_code and plan.training]
    assert len(alive) >= 30
    for code in alive:
        assert staff[code] >= 5
        assert {(code, "adviser"), (code, "reception"), (code, "account-manager")} <= roles
    assert sum(m == (NETWORK_CODE, "approver") for agent in world.agents for m in agent.memberships) >= 2


def test_account_managers_hold_no_reading_role(world: World) -> None:
    for agent in world.agents:
        held = {membership.role for membership in agent.memberships}
        assert "account-manager" not in held or held == {"account-manager"}


@pytest.mark.parametrize("size", [1_500, SIZE])
def test_demonstration_adviser_has_a_portfolio_and_neighbours(size: int) -> None:
    demonstration = build_world(size, seed=3)
    loads = Counter(login for plan in demonstration.plans for login in plan.referents if login)
    assert 60 <= loads["camille.moreau"] <= 80
    assert demonstration.directory.by_code[OFFICE].invented
    found = demonstration.highlights()
    followers = {
        what: [(r.organisation_code, r.referent_login) for r in record.relations if r.kind == FOLLOWED]
        for what, record in found.items()
    }
    assert followers["own"] == followers["own_minor"] == [(OFFICE, "camille.moreau")]
    assert followers["colleague"] == [(OFFICE, "karim.haddad")]
    assert followers["other_office"] == [(OTHER_OFFICE, "sophie.lambert")]
    assert followers["unfollowed"] == []
    assert found["own"].person.first_names == "Inès"
    assert found["own_minor"].person.legal_representative_last_name


def test_personas_same_for_every_seed() -> None:
    for seed in (1, 2):
        hired = {agent.login: agent for agent in build_world(500, seed).agents}
        assert all(hired[login] == agent for login, agent in BY_LOGIN.items())


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_file_written_then_read_gives_the_people(suffix: str, world: World, tmp_path: Path) -> None:
    wanted = [row(record) for record in islice(world.people(), 12_000)]
    told: list[int] = []
    path = tmp_path / f"people{suffix}"
    assert write_people(islice(world.people(), 12_000), path, told.append) == 12_000
    assert told == [10_000, 12_000]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    if suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as stream:
            header, *lines = csv.reader(stream)
        assert tuple(header) == COLUMNS
        assert [tuple(line) for line in lines] == wanted
    else:
        table = pyarrow.parquet.read_table(path)
        assert tuple(table.column_names) == COLUMNS
        assert list(zip(*(column.to_pylist() for column in table.columns), strict=True)) == wanted


def test_file_existing_or_of_another_kind_refused(world: World, tmp_path: Path) -> None:
    (tmp_path / "people.csv").touch()
    with pytest.raises(FileExistsError):
        write_people([], tmp_path / "people.csv")
    with pytest.raises(ValueError, match=r"\.csv or \.parquet"):
        write_people([], tmp_path / "people.xlsx")


def test_world_negative_size_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        build_world(-1)
