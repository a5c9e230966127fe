"""What may not stand in the repository: places of one machine, secrets, conflict marks."""

import re
from pathlib import Path

from tests.repository.test_rooms import FILES, relative

TEXT = {".py", ".md", ".toml", ".sql", ".html", ".css", ".js", ".txt", ".cfg", ".yml", ".yaml", ".po", ""}
TEXTS = {path: path.read_text(errors="replace") for path in FILES if path.suffix in TEXT}

# SCIM has a door of its own below /Users.
HOMES = re.compile(r"(?<![\w.])/(?:home|root|Users(?!/\.search)|work|mnt)/[\w.-]+")
TEMPORARY = re.compile(r"(?<![\w.])/tmp/[\w.-]+")
PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{20}")
CONFLICT = re.compile(r"^(?:<{7} |>{7} )", re.MULTILINE)


def offenders(pattern: re.Pattern[str], *, besides: tuple[Path, ...] = ()) -> dict[str, list[str]]:
    here = Path(__file__)
    return {
        relative(path): found
        for path, text in TEXTS.items()
        if path != here and path not in besides and (found := pattern.findall(text))
    }


def test_no_file_names_a_place_of_one_machine() -> None:
    assert not offenders(HOMES)


def test_no_code_depends_on_a_temporary_place_by_its_name() -> None:
    found = offenders(TEMPORARY)
    assert not {path for path in found if path.startswith("src/")}


def test_no_private_key_is_committed() -> None:
    assert not offenders(PRIVATE_KEY)


def test_no_conflict_mark_is_left() -> None:
    assert not offenders(CONFLICT)


def test_the_patterns_find_what_they_look_for() -> None:
    assert HOMES.search("see /home/somebody/project")
    assert not HOMES.search("https://example.fr/home/page")
    assert PRIVATE_KEY.search("-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqG")
    assert CONFLICT.search("<<<<<<< HEAD\n")
