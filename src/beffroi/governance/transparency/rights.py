"""What a screen may offer, from the session's description; the guard alone allows."""

from beffroi.client.answers import Purpose, Session

_FOLLOWING = frozenset({"youth-office", "employment-agency"})


def inviting_purpose(session: Session) -> Purpose | None:
    """The purpose under which this role hands over a code for the personal space; None for who does not."""
    membership = session.membership
    if membership is None or membership.organisation.kind not in _FOLLOWING:
        return None
    return session.purpose("release")
