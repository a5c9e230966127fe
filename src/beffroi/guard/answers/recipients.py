"""Answers of the door that tells who received what a file holds, to be handed to its person."""

from datetime import datetime

from beffroi.guard.answers.shape import Answered, Label


class Told(Answered, frozen=True):
    """One opening of the file, as its person reads of it; neither the agent nor the journal's number."""

    at: datetime
    kind: str
    groups: tuple[str, ...]
    organisation_name: str | None
    job: Label | None
    purpose: Label | None
    explanation: str | None
    reason: Label | None


class Knowing(Answered, frozen=True):
    """An organisation that knows the person now, and how."""

    organisation_name: str
    kind: str
    since_at: datetime
    until_at: datetime | None


class Message(Answered, frozen=True):
    """What the organisation wrote to the person of late: its words, and when it left; null where it did not."""

    text: Label
    made_at: datetime
    sent_at: datetime | None


class Recipients(Answered, frozen=True):
    """Everything, the last first. What was before ``lost_until`` is no longer kept; ``left_out`` older ones are."""

    entry: int
    at: datetime
    lost_until: datetime | None
    left_out: int
    consultations: tuple[Told, ...]
    followed_by: tuple[Knowing, ...]
    messages: tuple[Message, ...]
