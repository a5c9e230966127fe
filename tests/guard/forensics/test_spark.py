"""The same texts on a Spark cluster, an executor killed in mid-query: same answers to the row."""

import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from beffroi.guard.forensics.duck import Duck
from beffroi.guard.forensics.engines import EngineRefused
from beffroi.guard.forensics.questions import By, Question, ReadBy, Readers
from tests.guard.forensics.asked import answered, expected, gathered, lay_out, rows_of
from tests.guard.forensics.cluster import MISSING, Cluster, cluster, java_home, spark_home
from tests.guard.retention import past

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

SINCE = datetime(2026, 1, 10, tzinfo=UTC)
DAYS = 50


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster; without Spark or Java the test is skipped, and fails where CI is true."""
    if spark_home() is None or java_home() is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with cluster(tmp_path_factory.mktemp("spark")) as found:
        yield found


def questions() -> list[Question]:
    window = SINCE + timedelta(hours=30), SINCE + timedelta(days=DAYS, hours=-5)
    return [
        Readers(By.ACCOUNT, tuple(past.ACCOUNTS[:3]), *window),
        Readers(By.ORGANISATION, (past.OFFICES[0],), *window),
        Readers(By.SESSION, tuple(past.SESSIONS[:9]), *window),
        Readers(By.APPLICATION, ("cases", "unknown"), *window),
        ReadBy(past.PEOPLE[3], *window),
    ]


def test_i11_spark_whose_executor_is_killed_in_mid_query_answers_as_duckdb_and_the_oracle(
    spark: Cluster, tmp_path: Path
) -> None:
    from beffroi.guard.forensics.spark import Spark

    journal = rows_of(past.history(SINCE, DAYS, 4_000, seed=51))
    files = lay_out(tmp_path, journal, SINCE + timedelta(days=DAYS - 2), merged=False)
    engine, local = Spark(spark.remote), Duck(tmp_path)
    for question in questions():
        sources = gathered(files, journal, question)
        there = answered(engine, tmp_path, question, sources)
        assert there == answered(local, tmp_path, question, sources) == expected(journal, question)

    before = spark.executors()
    assert len(before) == 2
    killed: list[Any] = []
    question = questions()[0]
    killer = threading.Thread(target=lambda: killed.append(spark.kill_one_in_mid_query(time.monotonic())))
    killer.start()
    sources = gathered(files, journal, question)
    while killer.is_alive():  # until one query was met at work
        assert answered(engine, tmp_path, question, sources) == expected(journal, question)
    killer.join()
    assert killed, "no query was met at work"
    assert killed[0] >= 4
    assert before[0] not in spark.executors()
    for question in questions():
        assert answered(engine, tmp_path, question, gathered(files, journal, question)) == expected(journal, question)
    engine.close()
    local.close()


@pytest.mark.parametrize("remote", ["sc://127.0.0.1:1", "sc://", "http://127.0.0.1", "sc://127.0.0.1:x"])
def test_spark_that_does_not_answer_is_a_refusal(remote: str) -> None:
    from beffroi.guard.forensics.spark import Spark

    if spark_home() is None:
        pytest.skip(MISSING)
    with pytest.raises(EngineRefused):
        Spark(remote)
