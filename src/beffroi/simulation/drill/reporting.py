"""What a drill found, as a table on the terminal."""

from contextlib import AbstractContextManager
from typing import Any

from rich.console import Console
from rich.table import Table


def busy(text: str) -> AbstractContextManager[object]:
    """Something that moves on standard error while a drill runs."""
    return Console(stderr=True).status(text)


def show(report: dict[str, Any]) -> None:
    """Print people read, the bound, and what each missing protection would have cost."""
    console = Console()
    table = Table(title=f"Drill: {report['drill']}", title_justify="left")
    table.add_column("Situation")
    table.add_column("People read", justify="right")
    if "people_read" in report:
        table.add_row("every protection", _number(report["people_read"]))
        table.add_row("announced bound", _number(report["bound"]), style="dim")
        for name, count in report["ablations"].items():
            table.add_row(f"without {name}", _number(count))
    elif "careless_approver" in report:
        _approvers(table, report)
    elif "people_read_day" in report:
        _spans(table, report)
    else:
        table.columns[1].header = "Values"
        table.add_row("searched", _number(report["values_searched"]))
        table.add_row("found in clear", _number(report["values_in_clear"]))
    console.print(table)
    for name, value in report.items():
        if name not in {"drill", "people_read", "bound", "ablations", "failures"} and not isinstance(
            value, dict | list
        ):
            console.print(f"{name.replace('_', ' ')}: {value}", highlight=False, soft_wrap=True)


def _approvers(table: Table, report: dict[str, Any]) -> None:
    """Rows of the account manager's drill."""
    for who in ("careless_approver", "diligent_approver"):
        for name, read in report[who].items():
            span = name.removeprefix("people_read_").replace("_", " ")
            table.add_row(f"{who.replace('_', ' ')}, {span}", _number(read))
            if who == "careless_approver" and span in report["bounds"]:
                table.add_row("announced bound", _number(report["bounds"][span]), style="dim")
    for name, read in report["ablations"].items():
        table.add_row(f"without {name}", _number(read))
        before = report["ablated_from"][name]
        table.add_row(f"with it ({before['attack']})", _number(before["people_read"]), style="dim")
    for name, one in report["variants"].items():
        table.add_row(name.replace("_", " "), _number(one["people_read"]))
    for name, read in report["other_positions"].items():
        table.add_row(f"the session of another: {name}" if name != "trainees" else "its trainees", _number(read))


def _spans(table: Table, report: dict[str, Any]) -> None:
    """Rows of the training organisation's drill: some of its ablations are counted in fields, or for a variant."""
    for span in ("day", "week", "month"):
        table.add_row(f"every protection, {span}", _number(report[f"people_read_{span}"]))
        table.add_row("announced bound", _number(report["bounds"][span]), style="dim")
    table.add_row("the whole staff, a day", _number(report["variants"]["whole_staff"]))
    table.add_row("announced bound", _number(report["bounds"]["whole_staff_day"]), style="dim")
    for name, worth in report["ablations"].items():
        table.add_row(f"without {name} ({worth['what']})", _number(worth["without"]))
        table.add_row("with it", _number(worth["with"]), style="dim")


def _number(count: int) -> str:
    """Thousands apart, by a no-break space."""
    return f"{count:,}".replace(",", "\u202f")
