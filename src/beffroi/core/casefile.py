"""What was written in a file stays there: how notes, steps, changes of situation and payments may grow.

A file's groups are replaced whole by an update, and a hijacked application could send them back without a note, or
with one in a colleague's name. So the guard compares what an update brings with what the vault holds:
nothing disappears, nothing is rewritten but by its author, soon, and visibly; what is new bears the name of the
account that wrote it and the hour at which it did. What stays for good is bounded for each author and day: a group
holds only so much, and one account must not fill it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from beffroi.core.refusals import Sentence

CORRECTABLE: Final = timedelta(days=3)
"""How long its author may correct a note; the wording it had stays beside it."""
PUNCTUAL: Final = timedelta(minutes=10)
"""How far the hour of something new may be from the guard's clock."""
DAY: Final = timedelta(days=1)
_ENTRY: Final = 100
"""Bytes that an entry takes beside its words: names of fields, instant, account."""
AGENTS: Final = frozenset({"author", "account"})
"""Fields of a group that say which agent: what is handed to a person leaves them out."""


class Step(StrEnum):
    """Where a step agreed with the person stands."""

    TO_DO = "to-do"
    DONE = "done"
    DROPPED = "dropped"


MOVES: Final[Mapping[Step, frozenset[Step]]] = {
    Step.TO_DO: frozenset({Step.DONE, Step.DROPPED}),
    Step.DONE: frozenset({Step.TO_DO}),
    Step.DROPPED: frozenset({Step.TO_DO}),
}


class Earlier(NamedTuple):
    """A wording that a note had until an instant."""

    until: str
    text: str


class Entry(NamedTuple):
    """One thing written in a file. Instants as the vault writes them (``AAAA-MM-JJThh:mm:ssZ``).

    ``fixed`` is all that may never change; ``text`` what its author may correct; ``step`` where a step stands, empty
    for what is none.
    """

    at: str
    author: str
    fixed: str = ""
    text: str = ""
    earlier: tuple[Earlier, ...] = ()
    step: str = ""


class Objection(StrEnum):
    """Why an update of a file is refused."""

    KEPT = "writing-kept"
    NOT_ITS_AUTHOR = "writing-not-yours"
    TOO_LATE = "writing-too-late"
    UNSIGNED = "writing-unsigned"
    TOO_MUCH = "writing-too-much"


SENTENCES: Final[Mapping[Objection, Sentence]] = {
    Objection.KEPT: Sentence(
        409,
        "Ce qui est écrit reste écrit",
        "La modification retirerait ou changerait ce qu’un agent a écrit dans ce dossier. Rien n’a été enregistré.",
        "What is written stays written",
        "The change would remove or alter what an agent wrote in this file. Nothing was saved.",
    ),
    Objection.NOT_ITS_AUTHOR: Sentence(
        403,
        "Seul l’auteur corrige sa note",
        "Cette note est d’un autre agent. Ajoutez la vôtre : les deux se liront.",
        "Only its author corrects a note",
        "This note is another agent’s. Add your own: both will be read.",
    ),
    Objection.TOO_LATE: Sentence(
        409,
        "Note trop ancienne pour être corrigée",
        "Une note se corrige dans les trois jours. Ajoutez-en une qui la complète.",
        "Note too old to be corrected",
        "A note can be corrected within three days. Add another that completes it.",
    ),
    Objection.UNSIGNED: Sentence(
        409,
        "Écrit sous un autre nom ou à une autre heure",
        "Ce qui est ajouté à un dossier porte le compte qui l’écrit et l’heure à laquelle il l’écrit.",
        "Written under another name or at another hour",
        "What is added to a file bears the account that writes it and the hour at which it does.",
    ),
    Objection.TOO_MUCH: Sentence(
        409,
        "Trop d’écrits en un jour dans ce dossier",
        "Ce que vous avez écrit dans ce dossier depuis vingt-quatre heures atteint la limite, et rien n’a été "
        "enregistré. Écrivez l’essentiel, joignez un document, ou complétez demain.",
        "Too much written in this file in one day",
        "What you wrote in this file over the last twenty-four hours has reached the limit, and nothing was saved. "
        "Write what matters most, attach a document, or complete it tomorrow.",
    ),
}


def objection(before: Sequence[Entry], after: Sequence[Entry], account: str, now: datetime) -> Objection | None:
    """Why ``after`` may not take the place of ``before`` by this account at ``now``; None when it may.

    The place of an entry in its list is what tells it apart: the list only ever grows.
    """
    if len(after) < len(before):
        return Objection.KEPT
    for was, becomes in zip(before, after, strict=False):
        found = _changed(was, becomes, account, now)
        if found is not None:
            return found
    for new in after[len(before) :]:
        if new.author != account or new.earlier or not _is_now(new.at, now):
            return Objection.UNSIGNED
    return None


def too_much(before: Iterable[Entry], after: Iterable[Entry], account: str, now: datetime, most: int) -> bool:
    """Whether the account adds to a group more than ``most`` bytes make in 24 hours, its corrections included.

    The two hold the entries of every list of the group; that ``after`` may follow on them is :func:`objection`'s.
    Whoever adds nothing is not stopped by what was written before.
    """
    sent = _written_since(after, account, now - DAY)
    return sent > most and sent > _written_since(before, account, now - DAY)


def _written_since(entries: Iterable[Entry], account: str, since: datetime) -> int:
    """Bytes, about, that an account's new entries and new wordings take; an instant that is none counts as new."""
    total = 0
    for entry in entries:
        if entry.author != account:
            continue
        if _is_after(entry.at, since):
            total += _ENTRY + sum(len(text.encode()) for text in (entry.fixed, entry.text))
            total += sum(_ENTRY + len(one.text.encode()) for one in entry.earlier)
        elif entry.earlier and _is_after(entry.earlier[-1].until, since):
            total += _ENTRY + len(entry.text.encode())
            total += sum(_ENTRY + len(one.text.encode()) for one in entry.earlier[1:] if _is_after(one.until, since))
    return total


def may_correct(entry_at: str, author: str, account: str, now: datetime) -> bool:
    """Whether this account may correct at ``now`` what ``author`` wrote then."""
    at = instant(entry_at)
    return author == account and at is not None and now - at <= CORRECTABLE


def _changed(was: Entry, becomes: Entry, account: str, now: datetime) -> Objection | None:
    if (was.at, was.author, was.fixed) != (becomes.at, becomes.author, becomes.fixed):
        return Objection.KEPT
    if was.step != becomes.step and not may_move(was.step, becomes.step):
        return Objection.KEPT
    if was.text == becomes.text:
        return None if was.earlier == becomes.earlier else Objection.KEPT
    if was.author != account:
        return Objection.NOT_ITS_AUTHOR
    if not may_correct(was.at, was.author, account, now):
        return Objection.TOO_LATE
    if becomes.earlier[:-1] != was.earlier or not becomes.earlier or becomes.earlier[-1].text != was.text:
        return Objection.KEPT
    return None if _is_now(becomes.earlier[-1].until, now) else Objection.UNSIGNED


def may_move(before: str, after: str) -> bool:
    """Whether a step may go from one state to the other; words of an import, which are no state, go to any."""
    if after not in MOVES:
        return False
    return before not in MOVES or after in MOVES[Step(before)]


def written(at: datetime) -> str:
    """An aware instant as the vault writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(text: str) -> datetime | None:
    """The aware instant of such a text, None for another."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _is_after(text: str, since: datetime) -> bool:
    at = instant(text)
    return at is None or at > since


def _is_now(text: str, now: datetime) -> bool:
    at = instant(text)
    return at is not None and abs(now - at) <= PUNCTUAL
