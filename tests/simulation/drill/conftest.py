"""One scratch server for the drills of a module."""

from collections.abc import Iterator

import pytest

from beffroi.config.drill import ScratchServer, scratch_server


@pytest.fixture(scope="module")
def scratch() -> Iterator[ScratchServer]:
    """A throw-away server."""
    with scratch_server() as server:
        yield server
