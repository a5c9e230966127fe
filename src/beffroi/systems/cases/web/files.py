"""One person's file, opened group by group; every opening is one call, durable in the journal before it shows."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import cast
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from beffroi.client import Refused, calls
from beffroi.client.answers import Budget, Opened, Session
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.systems.cases import queries, rights
from beffroi.systems.cases.appointments.queries import Known, coming, desk_of
from beffroi.systems.cases.following import RequestFor
from beffroi.systems.cases.forms import EDITABLE, BreakGlass
from beffroi.systems.cases.notes.forms import ORDINARY, SENSITIVE, Note
from beffroi.systems.cases.people import age_on, born_on, name_of
from beffroi.systems.cases.progress import words as said
from beffroi.systems.cases.progress.queries import progress_of
from beffroi.systems.cases.representatives.actions import GROUP
from beffroi.systems.cases.representatives.reading import representatives_of
from beffroi.systems.cases.sections import SECTIONS, Section, entries
from beffroi.systems.cases.situations.reading import SITUATION, today_of
from beffroi.systems.cases.web import representatives, words
from beffroi.systems.cases.web.appointments import line
from beffroi.systems.cases.web.followup import Shown, shown
from beffroi.systems.cases.web.notes import keeps_steps
from beffroi.systems.cases.web.progress import keeps
from beffroi.systems.cases.web.trail import below_files
from beffroi.ui.components import Entry
from beffroi.ui.shell import NavigationItem


@dataclass(frozen=True)
class Part:
    """An opened section of the page; ``followup`` or ``people`` stand for entries where the group holds notes
    or representatives."""

    section: Section
    entries: list[Entry]
    edit_url: str = ""
    followup: Shown | None = None
    people: list[representatives.Shown] | None = None


@dataclass(frozen=True)
class Closed:
    """A section that is not open: ``url`` opens it, or the guard withheld it."""

    section: Section
    url: str = ""


@require_GET
def file(request: AgentRequest, person: UUID) -> HttpResponse:
    """Open the identity, and the groups that ``rubriques`` names besides."""
    readable = rights.readable(request.described)
    wanted = wanted_groups(request.GET.get("rubriques", ""), readable)
    purpose = rights.purpose_of(request.described, "open")
    opened = request.conversation.ask(calls.open_file(str(person), purpose, wanted))
    if isinstance(opened, Refused):
        return _refused(request, str(person), opened, None)
    return _show(request, opened, wanted)


@require_POST
def break_glass(request: AgentRequest, person: UUID) -> HttpResponse:
    """Open, for a reason, the file of somebody nobody here follows; shown at once, and never again without one."""
    session = request.described
    if not session.reasons:
        raise Http404
    readable = rights.readable(session)
    form = BreakGlass(session.reasons, readable, request.POST)
    purpose = rights.purpose_of(session, "open")
    if not form.is_valid():
        known = request.conversation.ask(calls.open_file(str(person), purpose, [rights.IDENTITY]))
        if isinstance(known, Refused):
            return _refused(request, str(person), known, form)
        return HttpResponseRedirect(reverse("cases:file", args=[person]))  # followed here after all: no reason needed
    typed = form.cleaned_data
    wanted = wanted_groups(".".join(typed["groups"]), readable)
    opened = request.conversation.ask(
        calls.open_file(str(person), purpose, wanted, reason=typed["reason"], text=typed["text"])
    )
    if isinstance(opened, Refused):
        return _refused(request, str(person), opened, form)
    return _show(request, opened, wanted, glass=opened.explanation == "break-glass")


def wanted_groups(said: str, readable: tuple[str, ...]) -> list[str]:
    """The identity first, then the named groups that this role may read."""
    named = set(said.split(".")) | {rights.IDENTITY}
    return [group for group in SECTIONS if group in named and group in readable]


def _refused(request: AgentRequest, person: str, refused: Refused, form: BreakGlass | None) -> HttpResponse:
    """Somebody found by a search, whom nobody here follows, or whose file is restricted; every other refusal has its
    page elsewhere."""
    if refused.code == "restricted":
        return _restricted(request, person, refused, form)
    if refused.code != "not-followed":
        return RefusalAnswer(refused)
    session = request.described
    if refused.archived:
        form = None  # no reason opens it
    elif form is None and session.reasons:
        form = BreakGlass(session.reasons, rights.readable(session))
    requesting = None
    if rights.follows(session) and refused.followed_by:
        followers = [(each.organisation, each.name) for each in refused.followed_by]
        requesting = RequestFor(followers, auto_id="transfert_%s")  # beside the other form, which has a reason too
    context = {
        "refused": refused,
        "crumbs": below_files(
            gettext("Personne suivie ailleurs") if refused.followed_by else gettext("Personne connue")
        ),
        "form": form,
        "requesting": requesting,
        "follows": rights.follows(session),
        "receives": rights.receives(session),
        "resuming": rights.follows(session) and not refused.followed_by,
        "resume_url": reverse("cases:resume", args=[person]),
        "request_url": reverse("cases:request_for", args=[person]),
        "action": reverse("cases:break_glass", args=[person]),
        "glass_budget": _glass_budget(session),
    }
    status = 422 if form is not None and form.is_bound else refused.status
    return render(request, "cases/elsewhere.html", context, status=status)


def _restricted(request: AgentRequest, person: str, refused: Refused, form: BreakGlass | None) -> HttpResponse:
    """A file that is used no more for now: whom to turn to, and the reasons that open it all the same."""
    session = request.described
    reasons = [each for each in session.reasons if each.code in refused.reasons]
    typed = request.POST if form is not None and form.errors else None
    form = BreakGlass(reasons, rights.readable(session), typed) if reasons else None
    context = {
        "refused": refused,
        "form": form,
        "action": reverse("cases:break_glass", args=[person]),
        "glass_budget": _glass_budget(session),
    }
    status = 422 if form is not None and form.errors else refused.status
    return render(request, "cases/restricted.html", context, status=status)


def _glass_budget(session: Session) -> Budget | None:
    return next((each for each in session.budgets if each.bucket == "break-glass"), None)


def _show(request: AgentRequest, opened: Opened, wanted: list[str], *, glass: bool = False) -> HttpResponse:
    identity = opened.fields.get(rights.IDENTITY, {})
    name, born = name_of(identity), born_on(identity)
    minor = born is not None and age_on(born, words.today()) < representatives.OF_AGE
    readable = rights.readable(request.described)
    groups = [group for group in SECTIONS if group in readable]
    context = {
        "name": name,
        "age": None if born is None else age_on(born, words.today()),
        "minor": minor,
        "representatives_url": _representatives(request.described, opened.person) if minor and not glass else "",
        "crumbs": below_files(name.full),
        "explanation": words.explanation(opened.explanation),
        "entry": opened.entry,
        "glass": glass,
        "parts": [
            _part(request, opened, group, glass=glass) for group in groups if group in wanted_of(opened, wanted)
        ],
        "closed": [] if glass else [_closed(opened, group, wanted) for group in groups if group not in wanted],
        "withheld": [SECTIONS[group] for group in opened.withheld if group in SECTIONS],
        "following": rights.follows(request.described) and opened.explanation in ("referent", "cover", "followed"),
        "answering": rights.answers_people(request.described),
        "person": opened.person,
        "budget": opened.budget,
        "budget_label": words.bucket(opened.budget.bucket) if opened.budget else "",
        "note_form": Note(),
        "note_url": reverse("cases:add_note", args=[opened.person]),
        "steps": keeps_steps(request.described) and not glass,
        "services": () if glass else _services()(request.described, opened.person),
        **_attachments(request.described, opened.person, glass=glass),
        **_appointments(request.described, opened.person, glass=glass),
        **_progress(request.described, opened.person, glass=glass),
    }
    return render(request, "cases/file.html", context)


@cache
def _services() -> Callable[[Session, str], tuple[NavigationItem, ...]]:
    """What other applications do for a person: the composition root names it (CASES_SERVICES)."""
    return cast(Callable[[Session, str], tuple[NavigationItem, ...]], import_string(settings.CASES_SERVICES))


def _attachments(session: Session, person: str, *, glass: bool) -> dict[str, object]:
    """The way to the attachments, which the file itself does not name: each look at them is an opening of its own."""
    if glass or rights.ATTACHMENTS not in rights.readable(session):
        return {}
    return {"attachments_url": reverse("cases:attachments", args=[person])}


def _appointments(session: Session, person: str, *, glass: bool) -> dict[str, object]:
    """The next appointments here; none for whoever opens the file for a reason."""
    if glass or not rights.keeps_appointments(session):
        return {}
    now, desk = timezone.localtime(), desk_of(session)
    rows = coming(person, desk.organisation, now)
    return {
        "appointments_url": reverse("cases:appointments_person", args=[person]),
        "appointments": [line(row, Known(), now) for row in rows],
    }


def _progress(session: Session, person: str, *, glass: bool) -> dict[str, object]:
    """How the follow-up stands here, for those who write it."""
    if glass or not keeps(session):
        return {}
    known = progress_of([UUID(person)], desk_of(session).organisation, timezone.now())[UUID(person)]
    status, tone = said.status(known.status)
    return {
        "progress_url": reverse("cases:progress", args=[person]),
        "progress_status": status,
        "progress_tone": tone,
        "progress_programmes": said.programmes(known.programmes),
    }


def wanted_of(opened: Opened, wanted: list[str]) -> list[str]:
    """The groups asked for and not withheld; one that the file does not hold yet is shown empty."""
    return [group for group in wanted if group not in opened.withheld]


def _representatives(session: Session, person: str) -> str:
    """Where a minor's representatives are written, for those who write them."""
    if GROUP not in rights.writable(session) or GROUP not in rights.readable(session):
        return ""
    return reverse("cases:representatives", args=[person])


def _part(request: AgentRequest, opened: Opened, group: str, *, glass: bool) -> Part:
    section, values = SECTIONS[group], opened.fields.get(group, {})
    writable = group in rights.writable(request.described) and not glass
    if group in (ORDINARY, SENSITIVE):
        followup = queries.followup(request.conversation, request.described, values, timezone.now())
        return Part(section, [], "write" if writable else "", shown(followup, words.today()))
    if group == GROUP:
        page = reverse("cases:representatives", args=[opened.person]) if writable else ""
        return Part(section, [], page, people=representatives.shown(representatives_of(values)))
    edit = reverse("cases:edit", args=[opened.person, group]) if writable and group in EDITABLE else ""
    told = today_of(values, words.today()) if group == SITUATION else entries(section, values)
    return Part(section, told, edit)


def _closed(opened: Opened, group: str, wanted: list[str]) -> Closed:
    address = reverse("cases:file", args=[opened.person])
    return Closed(SECTIONS[group], f"{address}?rubriques={'.'.join([*wanted, group])}#{group}")
