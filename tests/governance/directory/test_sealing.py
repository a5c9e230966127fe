"""Sealed cookies: nobody but the console reads or changes them, and each serves its own purpose."""

import base64

from hypothesis import given
from hypothesis import strategies as st

from beffroi.governance.directory.sealing import seal, unseal

SECRET = "s" * 50


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=2_000))
def test_text_comes_back_to_whoever_sealed_it(text: str) -> None:
    assert unseal(SECRET, "waiting", seal(SECRET, "waiting", text)) == text


def test_text_sealed_for_another_purpose_or_by_another_secret_is_none() -> None:
    sealed = seal(SECRET, "handle", "text")
    assert unseal(SECRET, "handle", sealed) == "text"
    assert unseal(SECRET, "waiting", sealed) is None
    assert unseal("t" * 50, "handle", sealed) is None


@given(st.integers(0, 200), st.integers(1, 255))
def test_text_changed_by_one_byte_is_none(place: int, change: int) -> None:
    box = bytearray(base64.urlsafe_b64decode(seal(SECRET, "handle", "Delaunay") + "=="))
    box[place % len(box)] ^= change
    assert unseal(SECRET, "handle", base64.urlsafe_b64encode(bytes(box)).rstrip(b"=").decode()) is None


@given(st.text(max_size=100))
def test_anything_else_is_none(text: str) -> None:
    assert unseal(SECRET, "handle", text) is None


def test_same_text_is_never_sealed_alike() -> None:
    assert seal(SECRET, "handle", "text") != seal(SECRET, "handle", "text")


def test_text_that_unfolds_too_large_is_none() -> None:
    assert unseal(SECRET, "waiting", seal(SECRET, "waiting", "a" * 200_001)) is None
