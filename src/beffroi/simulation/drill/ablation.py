"""The guard with one protection missing: what people lose when it is not there. Exists in drills only.

Production has no switch for any of this. A drill writes another policy file, which the guard reads like any other,
or hands the guard's process a reader of facts that lies, or a function that does less (:mod:`.lost_duties`); and only
on a database marked as a throw-away.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from beffroi.core.budgets import Caps
from beffroi.core.facts import Reach, RelationFacts, SessionFacts
from beffroi.core.policy import Level, Relation
from beffroi.guard.decisions.asks import Ask
from beffroi.guard.decisions.batch import Bench
from beffroi.guard.decisions.facts import FactReader, Known, Shared
from beffroi.guard.keys import Keys

NO_LIMIT: Final = 100_000
"""The largest cap that a policy file accepts: more people than any drill loads."""
_SPANS: Final = ("hour", "day", "week", "month")
_UNCAPPED: Final = dict.fromkeys(_SPANS, NO_LIMIT)
_WIDE: Final = Caps(1_000_000_000, 1_000_000_000, 1_000_000_000, 1_000_000_000)

Edits = Mapping[str, Mapping[str, int | str]]
"""Values of the policy by section and key: whole numbers, or the text that stands after the sign of equality."""


@dataclass(frozen=True, slots=True)
class Ablation:
    """What is missing: values of the policy by section, and the facts about which the reader lies.

    ``relations``: everybody is one's own; ``unsought``: everybody was searched for today, which break-glass demands;
    ``breaker``: applications have no ceiling. ``four_eyes``: a request is carried out when it is made; ``enrolment``:
    any code opens an account that was approved; ``separation``: nobody looks at which duties one person holds.
    ``enrolments``: everybody is a trainee of one's own organisation; ``binding``: a handle serves any client;
    ``second_factor``: a session that a password alone began counts as one with a passkey.
    """

    name: str
    edits: Edits
    relations: bool = False
    unsought: bool = False
    breaker: bool = False
    four_eyes: bool = False
    enrolment: bool = False
    separation: bool = False
    enrolments: bool = False
    binding: bool = False
    second_factor: bool = False

    @property
    def lies(self) -> bool:
        """Whether the guard's process must be given another reader of facts."""
        return any((self.relations, self.unsought, self.breaker, self.enrolments, self.binding, self.second_factor))


_ACCOUNT: Final[Edits] = {f"budgets.{bucket}": _UNCAPPED for bucket in ("portfolio", "office", "reception")}
_SHARE: Final[Edits] = {"organisation": {"per_agent": 1_000, "floor": NO_LIMIT, "account_share": 100}}
_GLASS: Final[Edits] = {"budgets.break-glass": _UNCAPPED}
_SEARCH: Final[Edits] = {"budgets.search": _UNCAPPED}
_TRAINEES: Final[Edits] = {"budgets.trainees": _UNCAPPED}
_EVERY_GROUP: Final = (
    '["identity", "contact", "nir", "agency_id", "situation", "followup", "training", "legal_representative"]'
)
_QUESTIONS: Final[Edits] = {"": {"questions_per_hour": 10_000}}

NONE: Final = Ablation("none", {})
RELATIONS: Final = Ablation("relations", {}, relations=True)
ACCOUNT: Final = Ablation("account-budgets", _ACCOUNT)
SHARE: Final = Ablation("organisation-share", _SHARE)
SEARCH: Final = Ablation("search-budget", _SEARCH)
GLASS: Final = Ablation("break-glass-limits", _GLASS, unsought=True)
QUESTIONS: Final = Ablation("questions-limit", _QUESTIONS)
BREAKER: Final = Ablation("application-breaker", {}, breaker=True)
POOL: Final = Ablation("probation-pool", {"pool": _UNCAPPED})
FOUR_EYES: Final = Ablation("four-eyes", {}, four_eyes=True)
ENROLMENT: Final = Ablation("enrolment", {}, enrolment=True)
SEPARATION: Final = Ablation("separation-of-duties", {}, separation=True)
TRAINEES: Final = Ablation("trainees-budget", _TRAINEES)
ENROLMENTS: Final = Ablation("enrolments", {}, enrolments=True)
MINIMISATION: Final = Ablation(
    "minimisation", {"roles.training-staff.purposes.training-follow-up": {"read": _EVERY_GROUP}}
)
SECOND_FACTOR: Final = Ablation("second-factor", {}, second_factor=True)
"""No policy can say so: the file refuses a level below a second factor."""
BINDING: Final = Ablation("client-binding", {}, binding=True)
OF_TRAINING: Final = Ablation("everything-of-training", {**_TRAINEES, **_SHARE}, enrolments=True, breaker=True)
EVERYTHING: Final = Ablation(
    "everything",
    {**_ACCOUNT, **_SHARE, **_GLASS, **_SEARCH, **_QUESTIONS},
    relations=True,
    unsought=True,
    breaker=True,
)
BY_NAME: Final[Mapping[str, Ablation]] = {
    one.name: one
    for one in (
        NONE, RELATIONS, ACCOUNT, SHARE, SEARCH, GLASS, QUESTIONS, BREAKER, POOL, FOUR_EYES, ENROLMENT, SEPARATION,
        TRAINEES, ENROLMENTS, MINIMISATION, SECOND_FACTOR, BINDING, OF_TRAINING, EVERYTHING,
    )
}  # fmt: skip


def edited(policy: str, edits: Edits) -> str:
    """A policy's text with other values in it. Raises ValueError for one that the text does not have on one line."""
    wanted = {(section, key): value for section, values in edits.items() for key, value in values.items()}
    section, lines = "", []
    for line in policy.splitlines():
        header = re.match(r"\[([a-z.-]+)\]", line)
        if header:
            section = header[1]
        entry = re.match(r"([a-z_]+) = [^\[]|([a-z_]+) = \[.*\]$", line)
        key = entry and (section, entry[1] or entry[2])
        if key and key in wanted:
            line = f"{key[1]} = {wanted.pop(key)}"
        lines.append(line)
    if wanted:
        raise ValueError(f"the policy has no {sorted(wanted)}")
    return "\n".join([*lines, ""])


class LyingReader(FactReader):
    """Reads the facts as they are, then tells what the ablation would have the guard believe."""

    def __init__(self, keys: Keys, ablation: Ablation) -> None:
        super().__init__(keys.authenticator)
        self._ablation = ablation

    def read(self, asks: Sequence[Ask], rows: Iterable[Sequence[Any]]) -> tuple[Shared, list[Known]]:
        """Facts of each request, some of them false."""
        shared, known = super().read(asks, rows)
        return shared, [self._lie(one) for one in known]

    def _lie(self, known: Known) -> Known:
        facts = known.facts
        if self._ablation.relations:
            since = facts.clock.at - timedelta(days=365)
            facts = facts._replace(relations=(RelationFacts(Relation.FOLLOWED, True, since, None),))
        if self._ablation.enrolments:
            since = facts.clock.at - timedelta(days=365)
            facts = facts._replace(relations=(RelationFacts(Relation.ENROLMENT, False, since, None),))
        if facts.session is not None:
            facts = facts._replace(session=self._of_session(facts.session))
        if self._ablation.unsought:
            reach = facts.reach or Reach(facts.clock.day, (), 0)
            facts = facts._replace(reach=reach._replace(found_day=facts.clock.day))
        if self._ablation.breaker and facts.application is not None:
            facts = facts._replace(application=facts.application._replace(caps=_WIDE))
        return known._replace(facts=facts)

    def _of_session(self, session: SessionFacts) -> SessionFacts:
        if self._ablation.binding:
            session = session._replace(same_client=True)
        return session._replace(level=int(Level.PASSKEY)) if self._ablation.second_factor else session


def bench(keys: Keys, ablation: Ablation) -> Bench:
    """What the drill's guard judges with."""
    return Bench(keys, LyingReader(keys, ablation) if ablation.lies else None)
