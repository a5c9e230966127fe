"""What a screen may offer, from the session's description; the guard alone allows."""

from beffroi.client.answers import Session
from beffroi.core.duty import NETWORK
from beffroi.core.person_rights import PURPOSE as PERSON_RIGHTS

IDENTITY = "identity"
ATTACHMENTS = "attachments"
_RECEIVING = frozenset({"youth-office", "employment-agency"})


def may(session: Session, action: str) -> bool:
    """Whether the chosen role can do this for some purpose."""
    return session.purpose(action) is not None


def purpose_of(session: Session, action: str) -> str:
    """The purpose under which this is asked; an empty one, which the guard refuses, when there is none."""
    purpose = session.purpose(action)
    return "" if purpose is None else purpose.code


def readable(session: Session) -> tuple[str, ...]:
    """Groups a file may show to this role."""
    purpose = session.purpose("open")
    return () if purpose is None else purpose.read


def writable(session: Session) -> tuple[str, ...]:
    """Groups this role may change."""
    purpose = session.purpose("update")
    return () if purpose is None else purpose.write


def answers_people(session: Session) -> bool:
    """Whether the role receives and answers what people ask about their own data."""
    return any(purpose.code == PERSON_RIGHTS and "update" in purpose.actions for purpose in session.purposes)


def follows(session: Session) -> bool:
    """Whether the role follows people of its own, and may change who does."""
    return may(session, "relate") and has_portfolio(session)


def writes_to_people(session: Session) -> bool:
    """Whether the role may use the contact details of people it follows, in an office."""
    return follows(session) and any("release" in each.actions and "contact" in each.read for each in session.purposes)


def has_portfolio(session: Session) -> bool:
    """Whether the role can have people of its own: it has a budget for them."""
    return any(budget.bucket == "portfolio" for budget in session.budgets)


def receives(session: Session) -> bool:
    """Whether the role works at the reception desk: it keeps others' appointments and follows nobody."""
    return keeps_appointments(session) and not has_portfolio(session)


def sees_network(session: Session) -> bool:
    """Whether the role acts for the whole network, and sees what each of its organisations counts."""
    membership = session.membership
    return membership is not None and membership.organisation.kind == NETWORK and "inventory" in session.duties


def keeps_appointments(session: Session) -> bool:
    """Whether the role receives people by appointment: in an office, it finds, lists and opens them."""
    membership = session.membership
    return (
        membership is not None
        and membership.organisation.kind in _RECEIVING
        and all(may(session, action) for action in ("find", "list", "open"))
    )
