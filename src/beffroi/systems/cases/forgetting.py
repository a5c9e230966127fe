"""People who were erased: appointments, cases, programmes and due steps kept by their random id go too."""

from collections.abc import Sequence

from django.db import connection, transaction


def forget(people: Sequence[str]) -> int:
    """Delete what these tables keep of these people, by random id; how many rows.

    A postponed appointment and the one it was postponed to are the same person's: both go in one transaction.
    """
    done = 0
    with transaction.atomic(), connection.cursor() as cursor:
        for table in ("appointment", '"case"', "programme", "due_step"):
            cursor.execute(f"DELETE FROM {table} WHERE person = ANY (%s::uuid[])", [list(people)])
            done += cursor.rowcount
    return done
