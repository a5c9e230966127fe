"""Lines of creation as trees: each account once, the deepest only counted; a trend before there is one."""

from datetime import UTC, date, datetime

from msgspec import structs

from beffroi.client.inventory import Account, Exposure, Line, Node, Recorded
from beffroi.governance.exposure.queries import DEEPEST, downwards, size, upwards
from beffroi.governance.exposure.web.plots import polyline, trend

NOTHING = Exposure((0, 0, 0), (0, 0, 0), (0, 0, 0), (0, 0, 0))
WHEN = datetime(2026, 11, 27, tzinfo=UTC)


def node(name: str, requested_by: str | None = None, approved_by: str | None = None) -> Node:
    return Node(name, None, "active", (), NOTHING, requested_by, approved_by)


def line(
    makers: list[Node], made: list[Node], requested_by: str | None = None, approved_by: str | None = None
) -> Line:
    root = Account(
        "root", None, "active", False, (), 0, NOTHING, 0, (), requested_by, approved_by, len(made), None, (), WHEN,
        WHEN, WHEN, (),
    )  # fmt: skip
    return Line(root, tuple(makers), tuple(made), 0, 0)


def test_reader_sees_whom_an_account_brought_in_each_once_under_who_requested_it() -> None:
    made = [node("a", "root"), node("b", "root", "a"), node("c", "b", "root"), node("d", "elsewhere", "c")]
    tree = downwards(line([], made))
    assert [one.node.account for one in tree] == ["a", "b"]
    assert [(one.node.account, one.requested, one.approved) for one in tree[1].branches] == [("c", True, False)]
    assert [(one.node.account, one.requested, one.approved) for one in tree[1].branches[0].branches] == [
        ("d", False, True)
    ]
    assert size(tree) == 4


def test_reader_sees_who_brought_an_account_in_and_a_cycle_ends() -> None:
    makers = [node("a", "b"), node("b", "a", "root"), node("c")]
    tree = upwards(line(makers, [], "a", "c"))
    assert [(one.node.account, one.requested, one.approved) for one in tree] == [
        ("a", True, False),
        ("c", False, True),
    ]
    assert [one.node.account for one in tree[0].branches] == ["b"]
    assert size(tree) == 3


def test_reader_of_a_very_long_line_sees_its_first_levels_and_no_page_fails() -> None:
    made = [node(f"n{number}", f"n{number - 1}" if number else "root") for number in range(300)]
    assert size(downwards(line([], made))) == DEEPEST
    makers = [node(f"n{number}", f"n{number + 1}") for number in range(300)]
    assert size(upwards(line(makers, [], "n0"))) == DEEPEST


def test_reader_sees_no_trend_before_two_days_and_then_a_line_from_edge_to_edge() -> None:
    days = tuple(Recorded(date(2026, 11, day), people, 0) for day, people in ((1, 10), (2, 20), (4, 0)))
    assert trend(days[:1]) is None
    assert polyline(days) == "0.0,16.0 40.0,3.0 120.0,29.0"


def test_reader_sees_whoever_gave_one_role_alone_and_whom_an_account_gave_one() -> None:
    given = Node("a", None, "active", (), NOTHING, "elsewhere", None, ("root",))
    assert [(one.node.account, one.requested, one.approved) for one in downwards(line([], [given]))] == [
        ("a", False, False)
    ]
    found = line([node("second")], [], "elsewhere")
    root = structs.replace(found.account, also=("second",))
    tree = upwards(structs.replace(found, account=root))
    assert [(one.node.account, one.requested, one.approved) for one in tree] == [("second", False, False)]
