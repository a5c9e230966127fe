"""Fixtures that every room shares: real PostgreSQL databases, and whom HTTP clients trust."""

from collections.abc import Iterator
from pathlib import Path

import certifi
import pytest

from beffroi.config.embedded_postgres import EmbeddedPostgres
from tests.databases import FreshDatabase, fresh_database, let_go, prepare_template, scratch_folder, test_bin_dir


@pytest.fixture(scope="session", autouse=True)
def one_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Trust one authority of the web instead of all: tests speak to this machine, and every HTTP client that they or
    the product make would read the whole list, for a third of the time of most tests."""
    first, end, _ = Path(certifi.where()).read_text().partition("-----END CERTIFICATE-----\n")
    kept = tmp_path_factory.mktemp("authorities") / "first.pem"
    kept.write_text(first + end)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(certifi, "where", lambda: str(kept))
        patched.setenv("SSL_CERT_FILE", str(kept))
        yield


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
