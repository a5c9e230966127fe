"""Marks that people read aloud, type and copy: a few random characters, in which no letter is taken for another."""

import re
import secrets
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is read as another, or as a digit."""
_LENGTH: Final = 12
_READ_AS: Final = str.maketrans("OIL", "011")
_WRITTEN: Final = re.compile(rf"[{ALPHABET}]{{{_LENGTH}}}")


def new_mark() -> str:
    """A mark of 60 random bits: nobody guesses one."""
    return "".join(secrets.choice(ALPHABET) for _ in range(_LENGTH))


def in_groups(mark: str) -> str:
    """A mark as people read it: in groups of four."""
    return "-".join(mark[start : start + 4] for start in range(0, _LENGTH, 4))


def read_mark(text: str) -> str | None:
    """The mark that somebody typed or read out, with any spacing and case; ``None`` where it is none."""
    bare = re.sub(r"[\s\-]", "", text).upper().translate(_READ_AS)
    return bare if _WRITTEN.fullmatch(bare) else None
