from pathlib import Path

from click.testing import CliRunner, Result

from beffroi.core.ids import RoleCode
from beffroi.core.policy import Policy
from beffroi.core.policy_file import default_text, load
from beffroi.guard.commands.policy import comparison, diff, explain
from tests.core.worlds import POLICY

WIDER = default_text().replace('read = ["identity"]\n', 'read = ["identity", "contact"]\n')


def run(command: str, *arguments: str | Path) -> Result:
    return CliRunner().invoke({"explain": explain, "diff": diff}[command], [str(argument) for argument in arguments])


def test_operator_asking_what_a_receptionist_may_read_sees_identity_alone() -> None:
    lines = run("explain", "receptionist", "reception").output.splitlines()
    assert "  identity: read and written: second factor" in lines
    assert "  contact: written: second factor" in lines
    assert "  situation: never" in lines
    assert "  anybody else: never" in lines


def test_operator_asking_what_a_manager_may_read_sees_nothing() -> None:
    output = run("explain", "account-manager", "follow-up").output
    assert "may do nothing" in output
    assert "read" not in output


def test_operator_asking_of_an_unknown_role_or_purpose_is_told_those_there_are() -> None:
    assert "adviser" in run("explain", "novel", "follow-up").output
    assert "reception" in run("explain", "adviser", "novel").output
    assert run("explain", "adviser", "novel").exit_code == 2


def test_operator_comparing_two_policies_sees_what_changes(tmp_path: Path) -> None:
    before, after = tmp_path / "before.toml", tmp_path / "after.toml"
    before.write_text(default_text(), encoding="utf-8")
    after.write_text(WIDER, encoding="utf-8")
    assert "+ roles.receptionist.purposes.reception.read.contact: allowed" in run("diff", before, after).output
    assert "nothing changes" in run("diff", before, before).output


def test_comparison_says_how_many_agents_hold_the_role_that_changes() -> None:
    wider = load(WIDER, "x")
    assert isinstance(wider, Policy)
    lines = list(comparison(POLICY, wider, {RoleCode("receptionist"): 1234}.get))
    assert lines[-1] == "+ roles.receptionist.purposes.reception.read.contact: allowed  [1,234 agents]"
