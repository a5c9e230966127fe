"""Answers of the doors of messages to people."""

from datetime import date, datetime

from beffroi.guard.answers.shape import Answered, Label


class Held(Answered, frozen=True):
    """How many people were not written to, by the code of why."""

    code: str
    people: int


class Sent(Answered, frozen=True):
    """A message on its way: to how many people, under which code; ``left`` are those it is not sent to."""

    notice: str
    code: str
    people: int
    left: tuple[Held, ...]


class Notice(Answered, frozen=True):
    """One of one's own messages: to how many people, and what became of its letters."""

    notice: str
    subject: Label
    code: str
    made_at: datetime
    people: int
    sent: int
    waiting: int
    no_address: int
    failed: int


class Notices(Answered, frozen=True):
    """One's own messages, the last fifty, and how many people may still be written to today."""

    left: int
    rows: tuple[Notice, ...]


class Checked(Answered, frozen=True):
    """A code that is ours: what the message was about and said, in whose name, on which day.

    ``said`` is the whole sentence: a code copied under another text is found out.
    """

    subject: Label
    said: Label
    organisation: str
    made_on: date
