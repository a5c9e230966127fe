"""A stack that the tests of one module share."""

from collections.abc import Iterator

import pytest

from tests.config.console.stack import Stack, running
from tests.databases import FreshDatabase


@pytest.fixture(scope="module")
def stack(fresh_for_module: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(fresh_for_module, tmp_path_factory.mktemp("stack")) as started:
        yield started
