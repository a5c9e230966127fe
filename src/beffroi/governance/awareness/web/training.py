"""Read the course, take the exam, see what was right. Open before a membership is: a newcomer has none yet."""

from dataclasses import dataclass
from math import ceil

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from beffroi.client import Refused, awareness
from beffroi.client.awareness import Corrected
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.governance.awareness.web.forms import ExamForm
from beffroi.governance.directory.api import open_before_choice

_DAY = 86_400


@dataclass(frozen=True)
class Line:
    """A choice of a corrected question: what it says, whether it was right, whether it was given."""

    text: str
    right: bool
    given: bool


@open_before_choice
@require_GET
def home(request: AgentRequest) -> HttpResponse:
    """My training: where I stand, what remains, and the way in."""
    standing = request.conversation.ask(awareness.standing())
    if isinstance(standing, Refused):
        return RefusalAnswer(standing)
    left = ceil((standing.attested_until - timezone.now()).total_seconds() / _DAY)
    context = {"standing": standing, "days_left": left, "working": bool(request.described.memberships)}
    return render(request, "awareness/home.html", context)


@open_before_choice
@require_GET
def chapter(request: AgentRequest, number: int) -> HttpResponse:
    """One chapter of my course."""
    course = request.conversation.ask(awareness.course())
    if isinstance(course, Refused):
        return RefusalAnswer(course)
    if not 1 <= number <= len(course.chapters):
        raise Http404
    context = {
        "course": course,
        "chapter": course.chapters[number - 1],
        "number": number,
        "previous": reverse("awareness:chapter", args=[number - 1]) if number > 1 else "",
        "next": reverse("awareness:chapter", args=[number + 1]) if number < len(course.chapters) else "",
    }
    return render(request, "awareness/chapter.html", context)


@open_before_choice
@require_POST
def begin(request: AgentRequest) -> HttpResponse:
    """Draw an exam; the page before says how many attempts are left, and when the next one is."""
    begun = request.conversation.ask(awareness.begin())
    if isinstance(begun, Refused) and begun.code != "no-attempt-left":
        return RefusalAnswer(begun)
    return HttpResponseRedirect(reverse("awareness:home" if isinstance(begun, Refused) else "awareness:exam"))


@open_before_choice
@require_http_methods(["GET", "HEAD", "POST"])
def exam(request: AgentRequest) -> HttpResponse:
    """The exam under way, and its result once every question has an answer."""
    standing = request.conversation.ask(awareness.standing())
    if isinstance(standing, Refused):
        return RefusalAnswer(standing)
    sending = request.method == "POST"
    if standing.exam is None or (sending and request.POST.get("examen") != standing.exam):
        if sending:
            messages.warning(request, gettext("Cet examen est déjà terminé : ses réponses n'ont pas été jugées."))
        return HttpResponseRedirect(reverse("awareness:home"))
    asked = request.conversation.ask(awareness.begin())  # the one under way: nothing is drawn
    if isinstance(asked, Refused):
        return RefusalAnswer(asked)
    form = ExamForm(asked, get_language() or "fr", request.POST if sending else None)
    if not (sending and form.is_valid()):
        context = {"exam": asked, "form": form, "standing": standing}
        return render(request, "awareness/exam.html", context, status=422 if sending else 200)
    result = request.conversation.ask(awareness.answer(asked.exam, form.answers()))
    if isinstance(result, Refused):
        return RefusalAnswer(result)
    context = {"result": result, "questions": [(each, _lines(each)) for each in result.questions]}
    return render(request, "awareness/result.html", context)


def _lines(question: Corrected) -> list[Line]:
    return [Line(each.text, each.id in question.right, each.id in question.given) for each in question.choices]
