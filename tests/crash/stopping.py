"""Stops a request of the guard at a chosen point, where its backend or its guard is ended.

Triggers that only a test's database has let a writing wait there for a lock, which the test holds. So whoever waits
for that lock is the request, and nobody else.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from typing import Final

import httpx
import psycopg

LOCK: Final = 20_261_128
AT_COMMIT: Final = 0
"""All of the transaction is written: a deferred constraint is looked at when it commits."""
AT_ENTRY: Final = -1
"""Before the entry is in the journal."""
NEVER: Final = -2
TURN: Final = "turnstile"
"""Its writing is not stopped: who has no more than the turn has done nothing, and another lane of the same guard may
still serve the request."""
_TABLES: Final = """
SELECT relname FROM pg_class
WHERE relnamespace = 'guard'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1
"""
_MADE: Final = f"""
CREATE SCHEMA stopping;
CREATE SEQUENCE stopping.write;
CREATE TABLE stopping.point AS SELECT {NEVER}::bigint AS at, ''::text AS kind;
CREATE FUNCTION stopping.write() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF nextval('stopping.write') = (SELECT at FROM stopping.point) THEN
        PERFORM pg_advisory_xact_lock({LOCK});
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION stopping.entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF EXISTS (SELECT FROM stopping.point WHERE at = TG_ARGV[0]::bigint AND kind = NEW.kind) THEN
        PERFORM pg_advisory_xact_lock({LOCK});
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stopping_entry BEFORE INSERT ON guard.journal
    FOR EACH ROW EXECUTE FUNCTION stopping.entry('{AT_ENTRY}');
CREATE CONSTRAINT TRIGGER stopping_commit AFTER INSERT ON guard.journal DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION stopping.entry('{AT_COMMIT}');
"""
_OF_TABLE: Final = """
CREATE TRIGGER stopping_write BEFORE INSERT OR UPDATE OR DELETE ON guard.{}
    FOR EACH STATEMENT EXECUTE FUNCTION stopping.write()
"""
_STOPPED: Final = """
SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_THERE: Final = "SELECT FROM pg_stat_activity WHERE pid = %s"
Rows = Counter[tuple[str, str]]
"""Of each row its table, and what it holds as text."""


class Stopper:
    """``admin`` is the administrator's connection to a throw-away database; it holds the lock."""

    def __init__(self, admin: psycopg.Connection) -> None:
        self._admin = admin
        tables = [str(name) for (name,) in admin.execute(_TABLES)]
        self._rows = " UNION ALL ".join(f"SELECT '{table}', t::text FROM guard.{table} t" for table in tables)
        admin.execute(_MADE)
        for table in tables:
            if table != TURN:
                admin.execute(_OF_TABLE.format(table))
        self._hold()

    def _hold(self) -> None:
        self._admin.execute("SELECT pg_advisory_lock(%s)", [LOCK])

    def rows(self) -> Rows:
        """All that the guard's tables hold."""
        return Counter(self._admin.execute(self._rows).fetchall())

    @contextmanager
    def stopped(
        self, ask: Callable[[], httpx.Response], at: int, kind: str
    ) -> Iterator[tuple["Future[httpx.Response]", int | None]]:
        """A request that was sent, and the backend that waits at the point; ``None`` where it was answered before.

        ``at``: before which writing statement, counted from 1 through all its transactions; or a point of the
        transaction that journals ``kind``.
        """
        self._admin.execute("SELECT setval('stopping.write', 1, false)")
        self._admin.execute("UPDATE stopping.point SET at = %s, kind = %s", [at, kind])
        try:
            with ThreadPoolExecutor(1) as pool:
                sent, backend = pool.submit(ask), None
                while backend is None and not wait([sent], 0.005).done:
                    backend = self._admin.execute(_STOPPED, [LOCK]).fetchone()
                yield sent, None if backend is None else int(backend[0])
        finally:
            self._admin.execute("UPDATE stopping.point SET at = %s", [NEVER])

    def killed(self, ask: Callable[[], httpx.Response], at: int, kind: str) -> tuple[httpx.Response, bool]:
        """The answer to a request whose backend is ended at the point, and whether it came there."""
        with self.stopped(ask, at, kind) as (sent, backend):
            if backend is not None:
                ended = self._admin.execute("SELECT pg_terminate_backend(%s, 10000)", [backend]).fetchone()
                assert ended == (True,)
            return sent.result(30), backend is not None

    def go_on(self, backend: int) -> None:
        """Let a backend whose guard is gone go on, until it ends of itself."""
        self._admin.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
        while self._admin.execute(_THERE, [backend]).fetchone() is not None:
            pass
        self._hold()


@contextmanager
def stopper(admin: str) -> Iterator[Stopper]:
    """On the administrator's database, for as long as the block runs."""
    with closing(psycopg.connect(admin, autocommit=True)) as connection:
        yield Stopper(connection)
