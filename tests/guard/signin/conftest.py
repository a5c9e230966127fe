"""A guard, a provider and a database for each module of this folder."""

from collections.abc import Iterator

import pytest

from tests.databases import FreshDatabase
from tests.guard.signin.serving import Guard, serve


@pytest.fixture(scope="module")
def running(fresh_for_module: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guard]:
    """Served once for a module."""
    with serve(fresh_for_module.guard, tmp_path_factory.mktemp("provider")) as guard:
        yield guard


@pytest.fixture
def guard(running: Guard) -> Guard:
    """The module's guard, its provider honest again, its counts of attempts at nought."""
    running.provider.forget()
    running.execute("DELETE FROM guard.attempt")
    return running
