"""How many accounts a machine may suspend before a person is asked.

A stolen SCIM token, a wrong personnel file or a sweep that errs must not shut an office or the network: past a share
of an organisation in a day, or a number an hour over the whole network, what a machine wants waits for a person.
Suspensions that only tidy what the decision refuses already are not counted.
"""

from datetime import timedelta
from typing import Final, NamedTuple

DAY: Final = timedelta(hours=24)
"""Span over which an organisation's suspensions are counted."""
HOUR: Final = timedelta(hours=1)
"""Span over which the network's are."""


class MachineLimit(NamedTuple):
    """Percent of an organisation's accounts a machine may suspend in 24 hours, never fewer than ``least``; and how
    many in an hour over the whole network. Policy data: ``[sweeps.machine]``."""

    percent: int
    least: int
    hourly: int


def allowance(limit: MachineLimit, accounts: int) -> int:
    """How many of an organisation's accounts a machine may suspend in 24 hours; the share is rounded up.

    A small office needs ``least``: five percent of six people would let nobody go.
    """
    return max(limit.least, -(-max(accounts, 0) * limit.percent // 100))


def machine_may_suspend(limit: MachineLimit, *, accounts: int, today: int, this_hour: int) -> bool:
    """Whether a machine may suspend one account more.

    ``accounts`` is how many work at the organisation (those suspended today counted in), ``today`` how many of them
    machines suspended in the last 24 hours, ``this_hour`` how many machines suspended anywhere in the last hour. Of
    somebody at several organisations each is asked, and each must allow.
    """
    return today < allowance(limit, accounts) and this_hour < limit.hourly
