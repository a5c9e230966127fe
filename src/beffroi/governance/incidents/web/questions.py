"""What can be asked."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from beffroi.client import Refused, forensics
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.governance.incidents.web.forms import Forms, Mark


@require_GET
def home(request: AgentRequest) -> HttpResponse:
    """Every question."""
    options = request.conversation.ask(forensics.options())
    return RefusalAnswer(options) if isinstance(options, Refused) else page(request, Forms(options))


def page(request: AgentRequest, forms: Forms, status: int = 200, *, mark: Mark | None = None) -> HttpResponse:
    """The page, with the form that was refused where there is one."""
    context = {"forms": forms, "mark": mark or Mark(auto_id="copie_%s")}
    return render(request, "incidents/home.html", context, status=status)
