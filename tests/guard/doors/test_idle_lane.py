"""A guard that nobody asks anything keeps its lanes: no statement of theirs is left open, to be timed out."""

from tests.guard.doors.conftest import Guard


async def test_guard_just_started_leaves_no_statement_open(guard: Guard) -> None:
    left_open = await guard.world.conn.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE usename = current_user AND datname = current_database()"
        " AND pid <> pg_backend_pid() AND state = 'active'"
    )
    assert left_open == 0
