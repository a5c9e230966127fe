from collections.abc import Iterator

import pytest

from beffroi.simulation.identity_provider.personas import write_users_file
from tests.simulation.identity_provider.served import CLAIRE, YANN, Served, serve


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve(tmp_path_factory.mktemp("provider")) as started:
        yield started


@pytest.fixture
def served(running: Served) -> Served:
    """The module's provider as new: truthful, on time, with a browser that nobody used."""
    running.forget()
    write_users_file(running.settings.users_file, [CLAIRE, YANN])
    return running
