"""One-time passwords after RFC 6238; the vectors are its appendix B, cut to six digits."""

from datetime import UTC, datetime

import pytest

from beffroi.standards import totp

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
     (2_000_000_000, "279037"), (20_000_000_000, "353130")],
)  # fmt: skip
def test_code_is_the_one_of_the_rfc(seconds: int, expected: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert totp.code(SECRET, totp.step_at(at)) == expected
    assert totp.matching_step(SECRET, expected, at, None) == seconds // 30


@pytest.mark.parametrize(("steps", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clock_may_differ_by_one_step(steps: int, accepted: bool) -> None:
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    typed = totp.code(SECRET, totp.step_at(at) + steps)
    assert (totp.matching_step(SECRET, typed, at, None) is not None) is accepted


def test_step_accepted_once_closes_itself_and_those_before() -> None:
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    present = totp.step_at(at)
    for step in (present - 1, present):
        assert totp.matching_step(SECRET, totp.code(SECRET, step), at, present) is None
    assert totp.matching_step(SECRET, totp.code(SECRET, present + 1), at, present) == present + 1


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "é" * 6, "\ud800", "0" * 10_000, "２８７０８２"])
def test_anything_else_is_no_code(typed: str) -> None:
    assert totp.matching_step(SECRET, typed, datetime.fromtimestamp(59, UTC), None) is None


def test_secret_is_160_random_bits_and_the_address_names_nobody() -> None:
    secrets = {totp.new_secret() for _ in range(50)}
    assert len(secrets) == 50
    assert {len(secret) for secret in secrets} == {20}
    uri = totp.provisioning_uri(SECRET, "Beffroi", "Agent 1234")
    assert uri.startswith("otpauth://totp/Beffroi:Agent%201234?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&")


@pytest.mark.parametrize(
    "typed", ["287082", "287 082", "287\N{NO-BREAK SPACE}082", " 287\N{NARROW NO-BREAK SPACE}082\n"]
)
def test_code_pasted_with_any_space_is_its_digits(typed: str) -> None:
    assert totp.digits(typed) == "287082"
