"""What a Django application adds: a request that speaks for a session, and a refusal as an answer of a view."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from beffroi.client.answers import Refused, Session
from beffroi.client.conversation import Conversation


class AgentRequest(HttpRequest):
    """A request of a signed-in agent, as the sign-in middleware hands it to views.

    ``conversation`` asks the guard; ``described`` is the session, already known to be live with a chosen membership.
    """

    conversation: Conversation
    described: Session


View = Callable[..., HttpResponse]


class RefusalAnswer(HttpResponse):
    """What a view returns when the guard refused: the middleware writes the page that goes with ``refused``."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(status=refused.status)
        self.refused = refused
