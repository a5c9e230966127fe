"""Debian's clamd itself, with two signatures of the test's own, says what the attachments' door takes.

Nothing is fetched and no service runs: the daemon is a child of the test, on a socket in its folder.
"""

import asyncio
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from beffroi.core.attachments import Obstacle
from beffroi.guard.attachments.scanning import scanned
from beffroi.guard.settings import Scanner
from beffroi.standards import clamd
from tests.guard.attachments.conftest import Desk, desk, guard
from tests.guard.attachments.scanner import EICAR
from tests.standards.documents.samples import exif, jpeg, pdf, png

__all__ = ["desk", "guard"]
MARKER = b"BEFFROI-TEST-MARKER-NOTHING-ELSE-HOLDS-THIS"
PLACES = (os.environ.get("PATH", ""), "/usr/sbin", str(Path(sys.prefix, "clamav/usr/sbin")))
MARKED = pdf(b"/X(" + MARKER + b")")
LARGE = pdf(b"/X(" + b"a" * 4_900_000 + b")")


class Daemon(NamedTuple):
    """A clamd that answers."""

    process: subprocess.Popen[bytes]
    scanner: Scanner
    folder: Path

    def kill(self) -> None:
        """End it as a crash does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture(scope="session")
def program() -> str:
    """Debian's clamd; without it these tests are skipped, and under CI fail."""
    found = shutil.which("clamd", path=os.pathsep.join(PLACES))
    if found is None:
        reason = "clamd is missing: sh bin/clamav .venv, or apt-get install clamav-daemon"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@contextmanager
def running(program: str, folder: Path, *settings: str, port: int | None = None) -> Iterator[Daemon]:
    """clamd in the foreground, with the settings of the guide and these; it answers PING before the block begins."""
    signatures = folder / "signatures"
    signatures.mkdir()
    whole = f"Test.Marker:0:*:{MARKER.hex()}\nTest.Eicar:0:*:{EICAR.hex()}\n"
    (signatures / "own.ndb").write_text(whole)
    (folder / "streams").mkdir()
    scanner = Scanner(socket=folder / "clamd.ctl", seconds=5.0)
    listens = [f"LocalSocket {scanner.socket}", "LocalSocketMode 600"]
    if port is not None:
        scanner = Scanner(host="127.0.0.1", port=port, seconds=5.0)
        listens = ["TCPAddr 127.0.0.1", f"TCPSocket {port}"]
    told = {
        "Foreground": "yes", "DatabaseDirectory": signatures, "TemporaryDirectory": folder / "streams",
        "StreamMaxLength": "8M", "AlertExceedsMax": "yes", "LogFile": folder / "log", "LogClean": "yes",
    }  # fmt: skip
    told |= dict(one.split(" ", 1) for one in settings)
    conf = folder / "clamd.conf"
    conf.write_text("\n".join([*listens, *(f"{name} {value}" for name, value in told.items())]) + "\n")
    with subprocess.Popen([program, "-c", conf], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            while not answers(scanner):
                assert process.poll() is None, (folder / "log").read_text()
            yield Daemon(process, scanner, folder)
        finally:
            process.kill()


def answers(scanner: Scanner) -> bool:
    """Whether the daemon answers PING."""
    unix = scanner.socket is not None
    with suppress(OSError), socket.socket(socket.AF_UNIX if unix else socket.AF_INET) as one:
        one.settimeout(5)
        one.connect(str(scanner.socket) if unix else (scanner.host, scanner.port))
        one.sendall(b"zPING\0")
        return one.recv(16) == b"PONG\0"
    return False


@pytest.fixture
def daemon(program: str, tmp_path: Path) -> Iterator[Daemon]:
    with running(program, tmp_path) as found:
        yield found


def uses(desk: Desk, scanner: Scanner) -> None:
    desk.guard.services.settings = replace(desk.guard.services.settings, scanner=scanner)


@pytest.fixture
def shown(desk: Desk, daemon: Daemon) -> Desk:
    """A desk whose guard shows what it keeps to the daemon."""
    uses(desk, daemon.scanner)
    return desk


async def test_real_scanner_finds_nothing_in_documents_and_they_are_kept_as_scanned(
    shown: Desk, daemon: Daemon
) -> None:
    for content in (pdf(), png(), jpeg(exif(6)), LARGE):
        answer = await shown.add(content)
        assert (answer.status_code, answer.json()["scanned"]) == (201, True)
    assert [row["scanned"] for row in await shown.rows()] == [True] * 4
    assert list((daemon.folder / "streams").iterdir()) == [], "clamd keeps no copy of what it was shown"


@pytest.mark.parametrize("content", [MARKED, png() + MARKER, png() + EICAR], ids=["pdf", "png", "eicar"])
async def test_what_the_real_scanner_recognises_is_not_kept_and_no_log_holds_it(
    shown: Desk, daemon: Daemon, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    with caplog.at_level(logging.DEBUG):
        refused = await shown.add(content)
    assert (refused.status_code, refused.json()["code"]) == (422, "attachment-infected")
    assert await shown.rows() == []
    assert await shown.guard.entries("attachment-added") == []
    assert "recognised something" in caplog.text
    for told in (caplog.text, refused.text, (daemon.folder / "log").read_text()):
        assert MARKER.decode() not in told
        assert EICAR.decode() not in told
    assert (await shown.add()).status_code == 201


async def test_stream_over_the_real_scanners_limit_lets_nothing_in(program: str, desk: Desk, tmp_path: Path) -> None:
    limit = 1_048_576
    over = pdf(b"/X(" + b"a" * limit + b")")
    with running(program, tmp_path, "StreamMaxLength 1M") as daemon:
        uses(desk, daemon.scanner)
        settings = desk.guard.services.settings
        assert await scanned(settings, b"a" * limit) is True
        assert await scanned(settings, b"a" * (limit + 1)) is Obstacle.SCANNER_AWAY
        for content in (over, LARGE):
            refused = await desk.add(content)
            assert (refused.status_code, refused.json()["code"]) == (503, "attachment-scanner-away")
        assert await desk.rows() == []
        assert await scanned(settings, pdf()) is True


@pytest.mark.parametrize(("alert", "expected"), [("yes", Obstacle.INFECTED), ("no", True)])
async def test_real_scanner_says_that_it_left_something_unread_only_when_told_to(
    program: str, desk: Desk, tmp_path: Path, alert: str, expected: object
) -> None:
    """Why the guide asks for AlertExceedsMax: past a limit of its own, clamd otherwise answers « OK »."""
    marked = pdf(b"/X(" + b"a" * 1_100_000 + MARKER + b")")
    with running(program, tmp_path, "MaxFileSize 1M", f"AlertExceedsMax {alert}") as daemon:
        uses(desk, daemon.scanner)
        assert await scanned(desk.guard.services.settings, marked) is expected


def killing(daemon: Daemon) -> Callable[[bytes], Iterator[bytes]]:
    """What is sent for one content, the daemon being killed half-way."""
    whole = clamd.instream

    def pieces(content: bytes) -> Iterator[bytes]:
        for number, piece in enumerate(whole(content)):
            if number == 2:
                daemon.kill()
            yield piece

    return pieces


@pytest.mark.parametrize("content", [LARGE, pdf(b"/X(" + b"a" * 70_000 + b")")], ids=["large", "two-pieces"])
async def test_real_scanner_killed_in_mid_stream_lets_nothing_in(
    shown: Desk, daemon: Daemon, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.setattr(clamd, "instream", killing(daemon))
    refused = await shown.add(content)
    assert daemon.process.returncode == -signal.SIGKILL
    assert (refused.status_code, refused.json()["code"]) == (503, "attachment-scanner-away")
    assert await shown.rows() == []
    assert await shown.guard.entries("attachment-added") == []


async def test_real_scanner_on_a_port_answers_as_on_a_socket(program: str, desk: Desk, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with running(program, tmp_path, port=port) as daemon:
        uses(desk, daemon.scanner)
        settings = desk.guard.services.settings
        found = await asyncio.gather(*(scanned(settings, content) for content in (pdf(), MARKED, png(), LARGE)))
        assert found == [True, Obstacle.INFECTED, True, True]
