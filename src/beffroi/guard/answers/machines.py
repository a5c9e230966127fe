"""Answers to what machines ask: whether the guard can decide, and AuthZEN."""

from beffroi.guard.answers.shape import Answered
from beffroi.standards.authzen import Decision


class Health(Answered, frozen=True):
    """Answer of /healthz: ``pass`` or ``fail``, with 503; the version of the policy, and the mode."""

    status: str
    database: str
    policy: str
    mode: str


class Metadata(Answered, frozen=True):
    """The policy decision point's metadata (AuthZEN 1.0, section 9.1)."""

    policy_decision_point: str
    access_evaluation_endpoint: str
    access_evaluations_endpoint: str


class Evaluated(Answered, frozen=True):
    """Decisions in the order of the questions; without a batch, one decision (AuthZEN 1.0, section 7.1)."""

    evaluations: tuple[Decision, ...] = ()
    decision: bool | None = None
    context: dict[str, object] | None = None
