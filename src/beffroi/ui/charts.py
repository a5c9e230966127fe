"""Geometry of the drawings: bars of a chart, filled part of a meter. Numbers in, SVG attributes out."""

import math
from dataclasses import dataclass

PLOT_TOP = 20
PLOT_HEIGHT = 160


@dataclass(frozen=True)
class Bar:
    """One value of a chart: `label` is short (« 22 nov. »), `value` a count, None where it is withheld."""

    label: str
    value: int | None


@dataclass(frozen=True)
class DrawnBar:
    """A bar placed in its drawing: horizontal measures are percentages, vertical ones pixels."""

    label: str
    value: int | None
    x: str
    width: str
    middle: str
    y: int
    height: int
    over: bool
    sparse: bool


@dataclass(frozen=True)
class Drawing:
    """Placed bars, the height of the cap line (None without cap) and the baseline, in pixels."""

    bars: tuple[DrawnBar, ...]
    cap_y: int | None
    baseline: int = PLOT_TOP + PLOT_HEIGHT
    height: int = PLOT_TOP + PLOT_HEIGHT + 28


def draw(bars: tuple[Bar, ...], cap: int | None) -> Drawing:
    """Place `bars` under a scale that shows both the highest value and `cap`.

    A bar is `over` above the cap. `sparse` bars keep their label on a narrow screen (at most seven do). Raises
    ValueError on a negative value.
    """
    values = [bar.value or 0 for bar in bars]
    if any(value < 0 for value in values):
        raise ValueError("a chart of counts has no negative value")
    top = max([*values, cap or 0, 1])
    step = 100 / max(len(bars), 1)
    every = max(1, math.ceil(len(bars) / 7))

    def height(value: int) -> int:
        return round(PLOT_HEIGHT * value / top)

    drawn = tuple(
        DrawnBar(
            bar.label,
            bar.value,
            x=f"{step * (index + 0.18):.2f}%",
            width=f"{step * 0.64:.2f}%",
            middle=f"{step * (index + 0.5):.2f}%",
            y=PLOT_TOP + PLOT_HEIGHT - height(values[index]),
            height=height(values[index]),
            over=cap is not None and values[index] >= cap,
            sparse=(len(bars) - 1 - index) % every == 0,
        )
        for index, bar in enumerate(bars)
    )
    return Drawing(drawn, None if cap is None else PLOT_TOP + PLOT_HEIGHT - height(cap))


def share(done: int, total: int) -> int:
    """Whole percents of `done` in `total`, from 0 to 100; never 100 before the end, nor 0 after the start.

    A total of zero is full: nothing is left. Raises ValueError on a negative number.
    """
    if done < 0 or total < 0:
        raise ValueError("a share is of counts, which are not negative")
    if done >= total:
        return 100
    return min(99, max(1, round(100 * done / total))) if done else 0


def state(used: int, cap: int) -> str:
    """``calm``, ``near`` from four fifths of the cap on, ``reached`` at the cap."""
    if used >= cap:
        return "reached"
    return "near" if 5 * used >= 4 * cap else "calm"
