"""People who were erased: their prescriptions go, with what became of them. Places taken stay counted."""

from collections.abc import Sequence

from django.db import connection, transaction


def forget(people: Sequence[str]) -> int:
    """Delete the prescriptions of these people, by random id, with their steps; how many prescriptions."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM prescription_step s USING prescription p"
            " WHERE p.id = s.prescription AND p.person = ANY (%s::uuid[])",
            [list(people)],
        )
        cursor.execute("DELETE FROM prescription WHERE person = ANY (%s::uuid[])", [list(people)])
        done: int = cursor.rowcount
    return done
