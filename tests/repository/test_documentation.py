"""The documentation says what the code has: links lead somewhere, and no code, command or setting is left out."""

import re
from pathlib import Path

import click
import pytest

from beffroi.config.command import COMMANDS, beffroi
from beffroi.core import policy_file
from beffroi.core.approvals import Objection
from beffroi.core.attachments import Obstacle as Hindrance
from beffroi.core.awareness import Objection as ExamObjection
from beffroi.core.budgets import Caps
from beffroi.core.ids import Bucket
from beffroi.core.personal import Objection as PersonalObjection
from beffroi.core.policy import ASSIGNMENTS, RELATIONS, SEARCH
from beffroi.core.refusals import Code
from beffroi.guard.process import AREAS
from beffroi.guard.web import problems
from beffroi.guard.web.problems import Fault
from tests.repository.test_rooms import FILES, relative

ROOT = Path(__file__).resolve().parents[2]
PAGES = [path for path in FILES if path.suffix == ".md"]
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
SETTING = re.compile(r"\bBEFFROI_[A-Z][A-Z_]*[A-Z]\b")
PROBLEM = re.compile(r"^\| `([a-z-]+)` \| (\d{3}) \| \S", re.MULTILINE)
API = (ROOT / "docs/reference/http-api.md").read_text(encoding="utf-8")
SCIM = (ROOT / "docs/reference/scim.md").read_text(encoding="utf-8")
COMMAND_LINE = (ROOT / "docs/reference/command-line.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
WINDOWS = (ROOT / "docs/explanation/sliding-windows.md").read_text(encoding="utf-8")
POLICY = policy_file.load_default()
BOASTS = re.compile(
    r"\b(?:blazing|cutting[- ]edge|seamless\w*|world[- ]class|unhackable|military[- ]grade|revolutionary)\b", re.I
)


def prose(page: Path) -> str:
    return FENCED.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """Fragments of a page's headings as forges make them."""
    return {
        re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in HEADING.findall(prose(page))
    }


def broken(page: Path) -> list[str]:
    """Links of a page that lead nowhere in the repository; those to the outside are not followed."""
    found = []
    for target in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, fragment = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        if not there.exists() or (fragment and there.suffix == ".md" and fragment not in anchors(there)):
            found.append(target)
    return found


@pytest.mark.parametrize("page", PAGES, ids=map(relative, PAGES))
def test_reader_who_follows_a_link_of_a_page_arrives(page: Path) -> None:
    assert broken(page) == []


def test_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Here\n[a](absent.md) [b](#here) [c](#there) [d](https://example.fr)\n```\n[e](no.md)\n```\n")
    assert broken(page) == ["absent.md", "#there"]


@pytest.mark.parametrize("page", [page for page in PAGES if page.is_relative_to(ROOT / "docs")], ids=relative)
def test_page_of_the_documentation_is_reached_from_its_index(page: Path) -> None:
    index = ROOT / "docs/index.md"
    listed = {(index.parent / target.partition("#")[0]).resolve() for target in LINK.findall(index.read_text())}
    assert page == index or page in listed or page.parent in listed


@pytest.mark.parametrize("code", [*Code, *Fault, *Objection, *ExamObjection, *PersonalObjection, *Hindrance])
def test_application_author_who_meets_a_problem_finds_its_code_and_status(code: str) -> None:
    assert dict(PROBLEM.findall(API)).get(str(code)) == str(problems.status_of(code))


def test_no_problem_is_documented_that_the_guard_never_answers() -> None:
    assert {code for code, _ in PROBLEM.findall(API)} == {
        str(code) for code in (*Code, *Fault, *Objection, *ExamObjection, *PersonalObjection, *Hindrance)
    }


def test_directory_author_finds_every_door() -> None:
    documented = set(re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/scim/v2[^` ]*)`", SCIM))
    served = {
        (method, path.partition("urn:")[0].rstrip("/") if "urn:" in path else path)
        for area in AREAS
        for method, path in area
        if path.startswith("/scim/")
    }
    named = {(method, path.removesuffix("/User").removesuffix("/Group")) for method, path in served}
    assert named == documented


def test_application_author_finds_every_door() -> None:
    documented = set(re.findall(r"(?:(GET|POST|PUT|DELETE) )?(/[a-z0-9./-]+)", API))
    paths = {path for _, path in documented}
    for area in AREAS:
        for method, path in area:
            if path.startswith("/scim/"):
                continue  # docs/reference/scim.md
            programs = path.startswith(("/v1/", "/access/"))
            found = (method, path) in documented if programs else path in paths or "/static/" in path
            assert found, path


def test_no_door_is_documented_that_the_guard_does_not_have() -> None:
    known = {(method, path) for area in AREAS for method, path in area}
    assert set(re.findall(r"`(GET|POST|PUT|DELETE) (/v1/[a-z0-9./-]+)`", API)) <= known


@pytest.mark.parametrize("name", COMMANDS)
def test_operator_finds_every_command(name: str) -> None:
    assert f"`beffroi {name}" in COMMAND_LINE


def test_operator_finds_every_subcommand_that_is_built() -> None:
    context = click.Context(beffroi)
    for name in beffroi.list_commands(context):
        command = beffroi.get_command(context, name)
        if isinstance(command, click.Group):
            for sub in command.commands:
                assert f"beffroi {name} {sub}" in COMMAND_LINE, f"{name} {sub}"


def test_operator_finds_every_setting_the_code_names() -> None:
    named = {
        setting
        for path in FILES
        if path.suffix in {".py", ""} and not path.is_relative_to(ROOT / "docs")
        for setting in SETTING.findall(path.read_text(encoding="utf-8", errors="replace"))
    }
    # Told by the composition root to the demonstration provider alone, or built from parts.
    inner = {name for name in named if name.startswith("BEFFROI_IDENTITY_PROVIDER_") and name not in SETTINGS}
    assert not {name for name in named - inner if name.removesuffix("_FILE") not in SETTINGS}


@pytest.mark.parametrize("page", PAGES, ids=map(relative, PAGES))
def test_page_does_not_boast(page: Path) -> None:
    assert not BOASTS.findall(prose(page))


def bounds(caps: Caps) -> tuple[int, ...]:
    """What sliding-windows.md derives: most people in any 60 minutes, 24 hours, 7 days, 30 days."""
    hour, day, week, month = caps
    return min(2 * hour, 2 * day, week), min(2 * day, week), min(week + day, month), month + day


@pytest.mark.parametrize(
    ("row", "caps"),
    [
        *((f"`{bucket}`", caps) for bucket, caps in POLICY.buckets.items() if bucket not in (RELATIONS, ASSIGNMENTS)),
        ("one pool", POLICY.pool),
    ],
)
def test_reader_of_the_bounds_finds_those_of_the_policy_that_ships(row: str, caps: Caps) -> None:
    numbers = " | ".join(f"{number:,}" for number in (*caps, *bounds(caps)))
    assert f"| {row} | {numbers} |" in WINDOWS


@pytest.mark.parametrize("agents", [2, 5, 10, 18])
def test_reader_of_the_bounds_finds_the_share_of_an_office(agents: int) -> None:
    law = POLICY.organisation
    office = max(law.floor, law.per_agent * agents)
    share = office * law.account_share // 100
    beyond = min(share, sum(POLICY.buckets[bucket].day for bucket in (Bucket("office"), SEARCH)))
    assert re.search(
        rf"^\| {agents}(?: and more)? \| {office} \| {share} \| {beyond} \| {2 * beyond} \|$", WINDOWS, re.M
    )
