"""Fixtures that every room shares: real PostgreSQL databases."""

from collections.abc import Iterator

import pytest

from beffroi.config.embedded_postgres import EmbeddedPostgres
from tests.databases import FreshDatabase, fresh_database, let_go, prepare_template, scratch_folder, test_bin_dir


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """One throw-away server for this test process (fsync off), with a migrated template."""
    with (
        scratch_folder(lasting=False) as folder,
        EmbeddedPostgres(folder / "pg", shared_buffers="64MB", unsafe_fast=True, bin_dir=test_bin_dir()) as server,
    ):
        prepare_template(server)
        yield server
        let_go(server)


@pytest.fixture
def fresh(postgres: EmbeddedPostgres) -> Iterator[FreshDatabase]:
    """A database for one test: roles made, guard migrated, nothing loaded."""
    with fresh_database(postgres) as database:
        yield database


@pytest.fixture(scope="module")
def fresh_for_module(postgres: EmbeddedPostgres) -> Iterator[FreshDatabase]:
    """A database that the tests of one module share."""
    with fresh_database(postgres) as database:
        yield database


@pytest.fixture
def durable_postgres() -> Iterator[EmbeddedPostgres]:
    """A server with fsync on, for tests that kill it; the template is there, still marked as a throw-away."""
    with (
        scratch_folder() as folder,
        EmbeddedPostgres(folder / "pg", shared_buffers="64MB", bin_dir=test_bin_dir()) as server,
    ):
        prepare_template(server)
        yield server
        let_go(server)
