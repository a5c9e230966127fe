"""Accounts in the order of their exposure, kept in order while one figure changes at a time."""

from bisect import bisect_left, insort
from collections.abc import Mapping
from typing import Final

from beffroi.core.ids import AccountId

_REBUILT: Final = 16
"""Where more than one account in so many changed its place, sorting everything is faster than moving each."""


class Ranking:
    """Accounts by how many people are within reach, the most first, and of equals by id."""

    def __init__(self) -> None:
        self._fewer: dict[AccountId, int] = {}  # people, negative, so that whoever reaches most is the least
        self._ids: list[AccountId] = []
        self._order: list[AccountId] = []

    def change(self, people: Mapping[AccountId, int | None]) -> None:
        """Give accounts another place; ``None`` takes one out."""
        known = self._fewer
        moved = {one: count for one, count in people.items() if count is None or known.get(one) != -count}
        if len(moved) * _REBUILT > len(self._order):
            self._rebuild(moved)
            return
        for account, count in moved.items():
            if account in known:
                del self._order[bisect_left(self._order, self._place(account), key=self._place)]
                if count is None:
                    del known[account], self._ids[bisect_left(self._ids, account)]
            elif count is not None:
                insort(self._ids, account)
            if count is not None:
                known[account] = -count
                insort(self._order, account, key=self._place)

    def accounts(self, least: int = 0) -> tuple[AccountId, ...]:
        """Accounts in order, those within reach of fewer than ``least`` people left out."""
        if least <= 0:
            return tuple(self._order)
        return tuple(self._order[: bisect_left(self._order, 1 - least, key=self._fewer.__getitem__)])

    def _place(self, account: AccountId) -> tuple[int, AccountId]:
        return self._fewer[account], account

    def _rebuild(self, moved: Mapping[AccountId, int | None]) -> None:
        known, others = self._fewer, False
        for account, count in moved.items():
            others = others or (account in known) is (count is None)
            if count is not None:
                known[account] = -count
            else:
                known.pop(account, None)
        if others:
            self._ids = sorted(known)
        self._order = sorted(self._ids, key=known.__getitem__)
