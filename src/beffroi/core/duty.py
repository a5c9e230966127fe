"""Duties: what those who read no file may command, and who may be commanded by whom (I-05).

A decision about a person's file asks for a purpose and a rule; a command about accounts, contracts or containments
asks for a duty. The first five steps are the same (:func:`beffroi.core.decision.present`), so that a session that
opens nothing commands nothing either.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from beffroi.core.containing import NAMED, WATCHERS
from beffroi.core.decision import Refusal, found, lacking, present
from beffroi.core.facts import Containment, Facts
from beffroi.core.ids import ApplicationId
from beffroi.core.policy import Action, Policy, Role, RoleKind
from beffroi.core.refusals import Code

_MANAGER, _APPROVER, _SECURITY, _FOUNDER = (
    RoleKind.MANAGER, RoleKind.APPROVER, RoleKind.SECURITY, RoleKind.FOUNDER
)  # fmt: skip
_HANDED_OUT: Final = frozenset({RoleKind.READER, RoleKind.BILLING, _MANAGER})
NETWORK: Final = "network"
"""The kind of organisation whose duties reach every other one."""


class Duty(StrEnum):
    """A family of commands. Each is open to the kinds of role of :data:`HOLDERS`, and to nobody else."""

    REQUEST = "request"
    APPROVE = "approve"
    PROOF = "proof"
    LEAVE = "leave"
    SUSPEND = "suspend"
    CONTAIN = "contain"
    INVENTORY = "inventory"
    REVIEW = "review"
    PARTNERS = "partners"
    WATCH = "watch"
    INVESTIGATE = "investigate"
    ERASE = "erase"
    BILL = "bill"


HOLDERS: Final[Mapping[Duty, frozenset[RoleKind]]] = {
    Duty.REQUEST: frozenset({_MANAGER, _FOUNDER}),
    Duty.APPROVE: frozenset({_APPROVER, _FOUNDER}),
    # Whoever works at the place may look at an identity card; never who requested or approved (the command says so).
    Duty.PROOF: frozenset(RoleKind),
    Duty.LEAVE: frozenset({_MANAGER, _SECURITY, _FOUNDER}),
    Duty.SUSPEND: frozenset({_MANAGER, _SECURITY, _FOUNDER}),
    Duty.CONTAIN: frozenset({_SECURITY, _FOUNDER}),
    Duty.INVENTORY: frozenset({_MANAGER, _APPROVER, _SECURITY, _FOUNDER}),
    Duty.REVIEW: frozenset({_APPROVER, _FOUNDER}),
    Duty.PARTNERS: frozenset({_MANAGER, _SECURITY, _FOUNDER}),
    Duty.WATCH: frozenset({_SECURITY, _FOUNDER}),
    Duty.INVESTIGATE: frozenset({_SECURITY}),
    # Readers: only those whom a rule lets erase a file. Approvers see what they are asked to sign off.
    Duty.ERASE: frozenset({RoleKind.READER, _APPROVER, _FOUNDER}),
    # And to who works at training organisations (:func:`holds`): a small one has nobody else to write its invoices.
    Duty.BILL: frozenset({RoleKind.BILLING}),
}
TRAINING: Final = frozenset({"training-organisation"})


def holds(role: Role, duty: Duty) -> bool:
    """Whether a role may give the commands of a duty: by its kind; a reader erases where a rule lets it, and bills at
    a training organisation."""
    reads = role.kind is RoleKind.READER
    if duty is Duty.ERASE and reads:
        return any(Action.ERASE in rule.actions for rule in role.rules.values())
    return role.kind in HOLDERS[duty] or (duty is Duty.BILL and reads and role.organisations == TRAINING)


def duties(role: Role) -> frozenset[Duty]:
    """What a role may command."""
    return frozenset(duty for duty in Duty if holds(role, duty))


def on_duty(duty: Duty, application: ApplicationId, facts: Facts, policy: Policy) -> Role | Refusal:
    """The role in which this session may give such a command, or why it may not: steps 1 to 5 of the decision."""
    role = present(application, _spared(facts, policy), policy)
    if isinstance(role, Refusal):
        return role
    if not holds(role, duty):
        return Refusal(Code.ACTION_NOT_ALLOWED)
    session, _, _, organisation = found(facts)
    # To erase is to do something to files, and a list of those to erase is one of people: who reads them bills on.
    if duty is Duty.ERASE and role.kind is RoleKind.READER and facts.containment.closes_files(organisation):
        return Refusal(Code.FILES_CONTAINED)
    return lacking(session, facts.clock, role.demand) or role


def _spared(facts: Facts, policy: Policy) -> Facts:
    """The facts without the containments that do not stop who approves, contains or investigates.

    Of theirs only those count that name the account or its line; otherwise whoever contains everything could never
    be told to give it back.
    """
    habilitation = facts.habilitation
    role = None if habilitation is None else policy.roles.get(habilitation.role)
    if role is None or role.kind not in WATCHERS:
        return facts
    naming = frozenset(scope for scope in facts.containment.scopes if scope[0] in NAMED)
    return facts._replace(containment=Containment(False, naming, facts.containment.groups))


def may_hand_out(giver: Role, giver_at: str, wanted: Role, wanted_at: str) -> bool:
    """Whether somebody on duty in the role ``giver`` may request the role ``wanted``.

    ``giver_at`` and ``wanted_at`` are kinds of organisation. Managers of an organisation hand out the roles that read
    its files, that bill for it, and its managers' own; approvers, security officers and whatever is held at the
    network itself come from the network; founders are never handed out.
    """
    if wanted.kind is _FOUNDER or wanted_at not in wanted.organisations:
        return False
    if giver_at == NETWORK and giver.kind in (_MANAGER, _FOUNDER):
        return True
    return giver.kind is _MANAGER and wanted_at != NETWORK and wanted.kind in _HANDED_OUT
