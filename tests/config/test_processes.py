"""The supervisor: everything answers or nothing stays; one death is everybody's, and says why."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from beffroi.config.postgres_postmaster import is_alive, wait_until
from beffroi.config.processes import Service, StartRefused, Supervisor
from beffroi.simulation.drill.ports import free_port

SERVER = """
import http.server, os, signal, sys
name, port, folder, status = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
def end(*_):
    with open(folder + "/order", "a") as order:
        order.write(name + "\\n")
    print(name, "stopped in order", flush=True)
    os._exit(0)
signal.signal(signal.SIGTERM, end)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(status)
        self.end_headers()
with open(folder + "/" + name + ".pid", "w") as file:
    file.write(str(os.getpid()))
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


def service(name: str, folder: Path, *, status: int = 200, port: int | None = None) -> Service:
    chosen = port or free_port()
    words = (sys.executable, "-c", SERVER, name, str(chosen), str(folder), str(status))
    return Service(name, words, f"http://127.0.0.1:{chosen}/healthz", chosen)


def pid_of(name: str, folder: Path) -> int:
    return int((folder / f"{name}.pid").read_text())


def test_services_that_answer_run_and_stop_in_reverse_order(tmp_path: Path) -> None:
    with Supervisor([service("first", tmp_path), service("second", tmp_path)], tmp_path / "logs") as supervisor:
        supervisor.start()
        pids = [pid_of(name, tmp_path) for name in ("first", "second")]
        assert all(is_alive(pid) for pid in pids)
    assert not any(is_alive(pid) for pid in pids)
    assert (tmp_path / "order").read_text().split() == ["second", "first"]


def test_service_that_dies_ends_the_wait_with_its_last_words(tmp_path: Path) -> None:
    with Supervisor([service("first", tmp_path), service("second", tmp_path)], tmp_path / "logs") as supervisor:
        supervisor.start()
        os.kill(pid_of("first", tmp_path), signal.SIGKILL)
        sentence = supervisor.wait()
        survivor = pid_of("second", tmp_path)
    assert sentence is not None
    assert sentence.startswith("first ended (signal 9)")
    assert not is_alive(survivor)


def test_service_that_fails_at_start_is_reported_with_its_log(tmp_path: Path) -> None:
    words = (sys.executable, "-c", "raise SystemExit('the key file is missing')")
    port = free_port()
    failing = Service("guard", words, f"http://127.0.0.1:{port}/", port)
    with Supervisor([service("first", tmp_path), failing], tmp_path / "logs") as supervisor:
        with pytest.raises(StartRefused, match="the key file is missing"):
            supervisor.start()
        started = pid_of("first", tmp_path)
    assert not is_alive(started)


def test_service_that_answers_with_errors_is_not_healthy(tmp_path: Path) -> None:
    with (
        Supervisor([service("guard", tmp_path, status=503)], tmp_path / "logs") as supervisor,
        pytest.raises(StartRefused, match="does not answer"),
    ):
        supervisor.start(seconds=1.5)


def test_service_that_redirects_or_refuses_strangers_is_healthy(tmp_path: Path) -> None:
    both = [service("console", tmp_path, status=302), service("guard", tmp_path, status=403)]
    with Supervisor(both, tmp_path / "logs") as supervisor:
        supervisor.start()


def test_port_already_taken_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = int(other.getsockname()[1])
        with (
            Supervisor(
                [service("first", tmp_path), service("identity-provider", tmp_path, port=taken)], tmp_path / "logs"
            ) as supervisor,
            pytest.raises(StartRefused, match=f"Port {taken} is taken.*BEFFROI_IDENTITY_PROVIDER_PORT"),
        ):
            supervisor.start()
    assert not (tmp_path / "first.pid").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stop_signal_ends_the_wait_without_complaint(tmp_path: Path, number: signal.Signals) -> None:
    with Supervisor([service("guard", tmp_path)], tmp_path / "logs") as supervisor:
        supervisor.start()
        os.kill(os.getpid(), number)
        assert supervisor.wait() is None
        pid = pid_of("guard", tmp_path)
    assert not is_alive(pid)


def test_database_that_ends_stops_the_whole(tmp_path: Path) -> None:
    words: list[str] = []
    with Supervisor(
        [service("guard", tmp_path)], tmp_path / "logs", watch=lambda: words[0] if words else None
    ) as supervisor:
        supervisor.start()
        words.append("PostgreSQL ended")
        assert supervisor.wait() == "PostgreSQL ended"


OWNER = """
import sys
from pathlib import Path
from beffroi.config.processes import Service, Supervisor
words = sys.argv[3:]
port = int(words[4])
with Supervisor([Service("guard", words, f"http://127.0.0.1:{port}/", port)], Path(sys.argv[1])) as supervisor:
    supervisor.start()
    print("started", flush=True)
    supervisor.wait()
"""


def test_supervisor_killed_leaves_no_service_behind(tmp_path: Path) -> None:
    words = service("guard", tmp_path).words
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path / "logs"), "-", *words], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "started\n"
        pid = pid_of("guard", tmp_path)
        assert is_alive(pid)
        owner.kill()
    assert wait_until(lambda: not is_alive(pid), 10)
