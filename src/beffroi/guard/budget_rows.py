"""A row of guard.budget as the law reads it."""

from collections.abc import Mapping
from struct import Struct
from typing import Any, Final

from beffroi.core import budgets
from beffroi.core.budgets import DAYS, Window

RECENT: Final = Struct(f">{DAYS}I")
"""The column ``recent``: people by the days since their last opening, four bytes each."""


def window_of(row: Mapping[str, Any]) -> Window:
    """What this budget has counted, at the row's own instant. Whether the row is genuine is the caller's to say."""
    return budgets.window(row["hour"], row["hour_spent"], row["day"], RECENT.unpack(row["recent"]))
