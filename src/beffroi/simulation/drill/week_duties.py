"""What the links of a week may not lead to: one of each thing that the business applications keep, on its own pages.

Each duty is whole: it begins with somebody about whom nothing was done yet, or with what it makes itself. Wherever
text is typed, it holds names, numbers and addresses.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from beffroi.simulation.drill.console_browser import NoSuchForm
from beffroi.simulation.drill.week_cast import Cast
from beffroi.simulation.drill.week_of_files import (
    absence,
    adviser_change,
    appointment,
    case_file,
    documents,
    merge,
    merge_and_part,
    newcomer,
    notes,
    reception,
    transfer,
)
from beffroi.simulation.drill.week_of_rights import export, mails, messages, own_space, retention, rights
from beffroi.simulation.drill.week_of_trainings import billing, training

Duty = Callable[[Cast], Awaitable[None]]
DUTIES: Final[tuple[Duty, ...]] = (
    notes, case_file, appointment, documents, reception, newcomer, adviser_change, absence, transfer,
    merge_and_part, export, messages,
    training, billing, rights, own_space, retention,
)  # fmt: skip
LAST: Final[tuple[Duty, ...]] = (merge, mails)
"""Of the last evening: files that a page might part again before anything is looked at."""


async def of_the_first_day(cast: Cast) -> None:
    """Each duty once, while the clocks of console and guard agree; what was not done is noted and why."""
    await _done(cast, DUTIES)


async def of_the_last_evening(cast: Cast) -> None:
    """What must still stand when everything is searched."""
    await _done(cast, LAST)


async def _done(cast: Cast, duties: Sequence[Duty]) -> None:
    for duty in duties:
        try:
            await duty(cast)
        except NoSuchForm as stopped:
            cast.undone[duty.__name__] = str(stopped)
        else:
            cast.done.append(duty.__name__)
