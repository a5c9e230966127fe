import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "spec/INVARIANTS.md").read_text(encoding="utf-8").split("\n## ")[0]
ROWS = re.findall(r"^\| (I-\d\d) \| (.+) \| (.+) \|$", TABLE, re.MULTILINE)


@cache
def _tests() -> set[str]:
    """Names bound at the top of a test module: functions, and test cases given a name."""
    names: set[str] = set()
    for file in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                names.add(node.name)
            elif isinstance(node, ast.Assign):
                names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


def test_invariants_are_the_sixteen_of_the_design_in_order() -> None:
    assert [row[0] for row in ROWS] == [f"I-{number:02}" for number in range(1, 17)]


@pytest.mark.parametrize(("invariant", "held"), [(row[0], row[2]) for row in ROWS], ids=[row[0] for row in ROWS])
def test_invariant_is_held_by_tests_that_exist_and_bear_its_number_or_is_said_not_to_be(
    invariant: str, held: str
) -> None:
    if held == "not yet held":
        return
    named = re.findall(r"`(\w+)`", held)
    assert named
    assert re.sub(r"`\w+`|, ", "", held) == ""
    assert set(named) <= _tests()
    assert all(name.startswith(f"test_{invariant.lower().replace('-', '')}_") for name in named)
