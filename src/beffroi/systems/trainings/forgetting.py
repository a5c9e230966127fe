"""People who were erased: their attendance and how their training ended go; that a session had days stays."""

from collections.abc import Sequence

from django.db import connection, transaction


def forget(people: Sequence[str]) -> int:
    """Delete what hangs on the prescriptions of these people, by random id; how many rows.

    To be called before their prescriptions are deleted.
    """
    done = 0
    with transaction.atomic(), connection.cursor() as cursor:
        for table in ("attendance", "training_ending"):
            cursor.execute(
                f"DELETE FROM {table} t USING prescription p"
                " WHERE p.id = t.prescription AND p.person = ANY (%s::uuid[])",
                [list(people)],
            )
            done += cursor.rowcount
    return done
