"""What is sent to ClamAV's daemon, and what its answers are taken for."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.standards.clamd import CHUNK, ScanFailed, Verdict, instream, verdict


def sent(content: bytes) -> bytes:
    return b"".join(instream(content))


def received(stream: bytes) -> bytes:
    """The content that a daemon reads from a stream (clamd(8), INSTREAM)."""
    command, _, rest = stream.partition(b"\0")
    assert command == b"zINSTREAM"
    found = b""
    while (size := int.from_bytes(rest[:4], "big")) > 0:
        assert size <= CHUNK
        found, rest = found + rest[4 : 4 + size], rest[4 + size :]
    assert rest == bytes(4)
    return found


@given(st.binary(max_size=200))
def test_daemon_reads_what_was_sent(content: bytes) -> None:
    assert received(sent(content)) == content


def test_daemon_reads_a_content_of_several_chunks() -> None:
    content = bytes(range(256)) * 1000
    assert received(sent(content)) == content
    assert sent(b"") == b"zINSTREAM\0" + bytes(4)


def test_answer_ok_is_clean_and_found_is_infected() -> None:
    assert verdict(b"stream: OK\0") is Verdict.CLEAN
    assert verdict(b"stream: Win.Test.EICAR_HDB-1 FOUND\0") is Verdict.INFECTED


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"stream: OK",
        b"stream: OK\n",
        b"OK\0",
        b"stream: OK \0",
        b"INSTREAM size limit exceeded. ERROR\0",
        b"stream: x ERROR\0",
        b"stream: a FOUND\0stream: OK\0",
        b"UNKNOWN COMMAND\0",
    ],
)
def test_any_other_answer_is_no_scan(answer: bytes) -> None:
    with pytest.raises(ScanFailed):
        verdict(answer)


@given(st.binary(max_size=40))
def test_no_answer_but_ok_is_clean(answer: bytes) -> None:
    with contextlib.suppress(ScanFailed):
        assert verdict(answer) is not Verdict.CLEAN or answer == b"stream: OK\0"
