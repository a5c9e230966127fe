"""Databases that a command of the host works on."""

from collections.abc import Iterator

import pytest

from beffroi.config.embedded_postgres import EmbeddedPostgres
from tests.databases import prepare_template, scratch_folder
from tests.databases import test_bin_dir as server_bin_dir


@pytest.fixture(scope="module")
def durable() -> Iterator[EmbeddedPostgres]:
    """One server with fsync on for a module: a restored database bears no mark of a throw-away."""
    with (
        scratch_folder() as folder,
        EmbeddedPostgres(folder / "pg", shared_buffers="64MB", bin_dir=server_bin_dir()) as server,
    ):
        prepare_template(server)
        yield server
