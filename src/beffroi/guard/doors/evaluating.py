"""AuthZEN: "may I?" changes nothing (I-15). Counted against the hour's questions, never charged, never journaled.

The subject is the session's own account, the resource a person by id; purpose, groups and break-glass reason come in
``context``. Somebody without a relation gets the answer of an unknown person.
"""

from typing import Final

import msgspec

from beffroi.core.decision import Refusal
from beffroi.core.facts import Request
from beffroi.core.fields import NAMES, mask_of, names
from beffroi.core.ids import CODE, PersonId, PurposeCode, is_uuid
from beffroi.core.policy import Action
from beffroi.core.refusals import Code
from beffroi.guard.decisions.asks import Granted, Manner, Outcome
from beffroi.guard.doors.answers import denial
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.doors.several import decide_each
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call, Header, Malformed, Routes, json_answer
from beffroi.standards import authzen
from beffroi.standards.authzen import Decision, Evaluation, Evaluations

SUBJECT: Final = "account"
RESOURCE: Final = "person"
ACTIONS: Final = {action.value: action for action in (Action.OPEN, Action.RELEASE, Action.UPDATE, Action.ERASE)}
_LONGEST_ID: Final = 128
_EVALUATION: Final = msgspec.json.Decoder(Evaluation)
_EVALUATIONS: Final = msgspec.json.Decoder(Evaluations)


async def evaluation(call: Call) -> Answer:
    """POST /access/v1/evaluation (section 6)."""
    question = bodies.read(call, _EVALUATION)
    decisions = await _evaluate(call, [question])
    return decisions if isinstance(decisions, Answer) else json_answer(decisions[0], 200, *_request_id(call))


async def evaluations(call: Call) -> Answer:
    """POST /access/v1/evaluations (section 7)."""
    batch = bodies.read(call, _EVALUATIONS)
    decisions = await _evaluate(call, authzen.spread(batch))
    if isinstance(decisions, Answer):
        return decisions
    if not batch.evaluations:
        return json_answer(decisions[0], 200, *_request_id(call))
    kept = authzen.cut(decisions, batch.options.evaluations_semantic)
    return json_answer(authzen.Decisions(kept), 200, *_request_id(call))


async def metadata(call: Call) -> Answer:
    """GET /.well-known/authzen-configuration (section 9)."""
    return json_answer(authzen.metadata(call.services.settings.public_url))


def _request_id(call: Call) -> tuple[Header, ...]:
    """The caller's ``X-Request-ID``, given back as it came (section 10.1.3), when it is short and plain."""
    value = call.headers.get(b"x-request-id", b"")
    plain = 0 < len(value) <= _LONGEST_ID and value.isascii() and value.decode("ascii").isprintable()
    return ((b"x-request-id", value),) if plain else ()


async def _evaluate(call: Call, questions: list[Evaluation]) -> list[Decision] | Answer:
    caller = caller_of(call)
    if not isinstance(caller, Caller):
        return denial(call, caller)
    requests = [_request(caller, question, place) for place, question in enumerate(questions)]
    outcomes = await decide_each(call, caller, requests, kind="evaluation", manner=Manner.QUESTION)
    for outcome in outcomes:
        if isinstance(outcome, Fault):
            return denial(call, outcome)
        if isinstance(outcome, Refusal) and problems.status_of(outcome.code) == 401:
            return denial(call, outcome)  # the caller is not known: there is nobody to answer to (section 10.1.2)
    return [_decision(call, question, one) for question, one in zip(questions, outcomes, strict=True)]


def _request(caller: Caller, question: Evaluation, place: int) -> Request:
    """The law's request for one question. Raises Malformed."""
    where = f"$.evaluations[{place}]"
    subject, action, resource = question.subject, question.action, question.resource
    if subject is None or action is None or resource is None:
        raise Malformed(where, "subject, action and resource")
    if subject.type != SUBJECT or not is_uuid(subject.id):
        raise Malformed(f"{where}.subject", "an account and its UUID")
    if resource.type != RESOURCE or not is_uuid(resource.id):
        raise Malformed(f"{where}.resource", "a person and its UUID")
    known = ACTIONS.get(action.name)
    if known is None:
        raise Malformed(f"{where}.action.name", ", ".join(ACTIONS))
    context = question.context or {}
    purpose, groups, reason = context.get("purpose"), context.get("groups", []), context.get("reason")
    if not isinstance(purpose, str) or CODE.fullmatch(purpose) is None:
        raise Malformed(f"{where}.context.purpose", "a purpose of the policy")
    mask = mask_of(str(name) for name in groups) if isinstance(groups, list) and len(groups) <= len(NAMES) else None
    if mask is None:
        raise Malformed(f"{where}.context.groups", "names of field groups")
    if reason is not None and (not isinstance(reason, str) or CODE.fullmatch(reason) is None):
        raise Malformed(f"{where}.context.reason", "a reason of the policy")
    return Request(known, caller.application, PurposeCode(purpose), PersonId(resource.id), mask, reason)


def _decision(call: Call, question: Evaluation, outcome: Outcome) -> Decision:
    tongue = problems.language_of(call.headers.get(b"accept-language"))
    if isinstance(outcome, Granted):
        assert question.subject is not None, "the request was read"
        if outcome.agent.account.id == question.subject.id:
            return Decision(True, {"groups": names(outcome.groups), "explanation": outcome.explanation})
        outcome = Refusal(Code.PERSON_UNKNOWN)  # a session speaks for its own account only
    code = outcome.code if isinstance(outcome, Refusal) else outcome
    return Decision(False, {"code": code.value, "reason": problems.sentence_of(code, tongue)[1]})


ROUTES: Final[Routes] = {
    ("POST", authzen.EVALUATION): evaluation,
    ("POST", authzen.EVALUATIONS): evaluations,
    ("GET", authzen.METADATA): metadata,
}
