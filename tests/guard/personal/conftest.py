"""One space for each module."""

from collections.abc import Iterator

import pytest

from tests.databases import FreshDatabase
from tests.guard.personal.space import Space, space


@pytest.fixture(scope="module")
def served(fresh_for_module: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Space]:
    with space(fresh_for_module.guard, tmp_path_factory.mktemp("provider")) as made:
        yield made


@pytest.fixture(autouse=True)
def _nothing_counted(served: Space) -> None:
    served.guard.provider.forget()
    served.forget_limits()
    served.forget_bindings()
