"""The SQL of a room of the guard: each text in a file of the room's folder ``sql/``, named and explained there."""

from collections.abc import Callable
from importlib.resources import files


def texts_beside(module: str) -> Callable[[str], str]:
    """What reads the texts of the room that ``module`` (its ``__name__``) is in, by their names without ``.sql``.

    Reading raises FileNotFoundError for a name that is not there.
    """
    folder = files(module.rpartition(".")[0]) / "sql"
    return lambda name: (folder / f"{name}.sql").read_text("utf-8")
