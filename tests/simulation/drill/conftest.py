"""One scratch server for the drills of a module."""

from collections.abc import Iterator

import pytest

from beffroi.config.drill import ScratchServer, scratch_server


@pytest.fixture
def own_scratch() -> Iterator[ScratchServer]:
    """A throw-away server for one test: what an earlier drill planted would still be in its files."""
    with scratch_server() as server:
        yield server


@pytest.fixture(scope="module")
def scratch() -> Iterator[ScratchServer]:
    """A throw-away server."""
    with scratch_server() as server:
        yield server
