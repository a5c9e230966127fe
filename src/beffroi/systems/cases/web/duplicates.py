"""Two files of one person: found, compared group by group, made one; and made two again."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from beffroi.client import Refused, calls, merging
from beffroi.client.answers import Opened
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.client.merging import MergePreview
from beffroi.systems.cases import rights
from beffroi.systems.cases.forms import NameSearch, searched_as
from beffroi.systems.cases.merging.forms import GOES, Keep, SamePerson
from beffroi.systems.cases.merging.moving import follow, part, settle
from beffroi.systems.cases.merging.papers import papers
from beffroi.systems.cases.people import Name, name_of
from beffroi.systems.cases.sections import SECTIONS, Section, content, entries
from beffroi.systems.cases.web import words
from beffroi.systems.cases.web.entitled import purpose_to_relate
from beffroi.systems.cases.web.search import looked_for, typed
from beffroi.systems.cases.web.trail import below_file, below_files
from beffroi.systems.cases.web.whose import identity_of, known_name
from beffroi.ui.components import Crumb, Entry

_WRITTEN = frozenset({"followup", "sensitive_followup"})
_SAID_HERE = frozenset({"not-compared", "file-changed", "two-identities", "notes-too-long", "transfer-waiting"})
"""Refusals told above the comparison, which the agent goes on from."""


@dataclass(frozen=True)
class Side:
    """One group of one file; ``count`` stands for the entries of a follow-up."""

    entries: list[Entry]
    notes: int = 0
    steps: int = 0

    @property
    def empty(self) -> bool:
        """Whether the file has nothing there."""
        return not (self.entries or self.notes or self.steps)


@dataclass(frozen=True)
class Row:
    """One group of both files; ``form`` where both have it and it is not the same."""

    section: Section
    stays: Side
    goes: Side
    form: Keep | None


@require_http_methods(["GET", "HEAD", "POST"])
def duplicate(request: AgentRequest, person: UUID) -> HttpResponse:
    """Look for the other file of this person, by an exact search."""
    purpose_to_relate(request)
    by_name, by_number, form = typed(request)
    opened = identity_of(request, person)
    identity = {} if isinstance(opened, Refused) else opened
    name = name_of(identity)
    if not by_name.is_bound:
        by_name = NameSearch(initial=searched_as(identity))
    context: dict[str, object] = {
        "name": name.full,
        "by_name": by_name, "by_number": by_number, "refused_form": form, "searched": False,
        "crumbs": below_file(person, gettext("Dossier en double"), name.full),
    }  # fmt: skip
    found = looked_for(request, form)
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    if found is not None:
        others = [match for match in found.matches if match.person != str(person)]
        context |= {
            "searched": True,
            "here": [
                (reverse("cases:duplicate_compare", args=[person, match.person]), words.explanation(match.relation))
                for match in others if match.relation
            ],
            "elsewhere": [match.followed_by for match in others if not match.relation],
        }  # fmt: skip
    status = 422 if form is not None and form.errors else 200
    return render(request, "cases/duplicate.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def compare(request: AgentRequest, person: UUID, other: UUID) -> HttpResponse:
    """Both files side by side, and what making them one does; the one of the address stays."""
    purpose = purpose_to_relate(request)
    if person == other:
        raise Http404
    told = request.conversation.ask(merging.preview(purpose, str(person), str(other)))
    if isinstance(told, Refused):
        return RefusalAnswer(told)
    readable = rights.readable(request.described)
    wanted = [group for group in SECTIONS if group in readable]
    open_as = rights.purpose_of(request.described, "open")
    opened = [request.conversation.ask(calls.open_file(str(one), open_as, wanted)) for one in (person, other)]
    both: list[Opened] = []
    for one in opened:
        if isinstance(one, Refused):
            return RefusalAnswer(one)
        both.append(one)
    stays, goes = both
    rows = _rows(request, stays, goes)
    versions = (stays.version or 1, goes.version or 1)
    form = SamePerson(request.POST if request.method == "POST" else None, versions=versions)
    chosen = [row.form for row in rows if row.form is not None]
    if form.is_bound and form.is_valid() and all(one.is_valid() for one in chosen):
        made = request.conversation.ask(
            merging.make(
                purpose, str(person), str(other), stays_version=form.cleaned_data["stays_version"],
                goes_version=form.cleaned_data["goes_version"], take=_taken(rows),
            )
        )  # fmt: skip
        if not isinstance(made, Refused):
            follow(UUID(made.merge), person, other)
            messages.success(request, gettext("Les deux dossiers n'en font plus qu'un."))
            return HttpResponseRedirect(reverse("cases:file", args=[person]))
        if made.code not in _SAID_HERE:
            return RefusalAnswer(made)
        form.add_error(None, made.detail)
    name = name_of(stays.fields.get(rights.IDENTITY, {}))
    context = {
        "rows": rows, "papers": papers(request, str(person), str(other)), "form": form, "told": told,
        "others": _others(request, told), "name": name,
        "other_name": _other_name(name, goes), "swap_url": reverse("cases:duplicate_compare", args=[other, person]),
        "crumbs": below_file(person, gettext("Dossier en double"), name.full),
        "back": reverse("cases:file", args=[person]),
    }  # fmt: skip
    return render(request, "cases/duplicate_compare.html", context, status=422 if form.errors else 200)


def _other_name(name: Name, goes: Opened) -> str:
    return name_of(goes.fields.get(rights.IDENTITY, {})).full


def _rows(request: AgentRequest, stays: Opened, goes: Opened) -> list[Row]:
    rows = []
    for group, section in SECTIONS.items():
        one, other = stays.fields.get(group, {}), goes.fields.get(group, {})
        sides = _side(section, one), _side(section, other)
        if sides[0].empty and sides[1].empty:
            continue
        told_apart = group not in _WRITTEN and content(section, one) != content(section, other)
        differ = bool(one and other) and told_apart
        data = request.POST if request.method == "POST" else None
        rows.append(Row(section, *sides, Keep(data, prefix=group) if differ else None))
    return rows


def _side(section: Section, values: Mapping[str, object]) -> Side:
    if section.group in _WRITTEN:
        return Side([], len(_entries(values, "notes")), len(_entries(values, "actions")))
    return Side(entries(section, values) if values else [])


def _entries(values: Mapping[str, object], name: str) -> list[object]:
    """What agents wrote, one after the other."""
    found = values.get(name)
    return found if isinstance(found, list) else []


def _taken(rows: list[Row]) -> list[str]:
    return [row.section.group for row in rows if row.form is not None and row.form.cleaned_data["keep"] == GOES]


def _others(request: AgentRequest, told: MergePreview) -> list[str]:
    """Organisations that know the person by the file that goes, one's own left out."""
    membership = request.described.membership
    own = "" if membership is None else membership.organisation.id
    return sorted({moving.organisation.name for moving in told.relations if moving.organisation.id != own})


@require_safe
def duplicates(request: AgentRequest) -> HttpResponse:
    """What one's organisation made one of late; what a console that fell left half-way is done first."""
    found = request.conversation.ask(merging.listed(purpose_to_relate(request)))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    settle(found.rows)
    crumbs = below_files(gettext("Dossiers réunis"))
    return render(request, "cases/duplicates.html", {"rows": found.rows, "crumbs": crumbs})


@require_http_methods(["GET", "HEAD", "POST"])
def separate(request: AgentRequest, merge: UUID) -> HttpResponse:
    """Say whose file it is and what separating it does, then make two files again of one."""
    purpose = purpose_to_relate(request)
    if request.method != "POST":
        return _separate(request, purpose, str(merge))
    parted = request.conversation.ask(merging.undo(purpose, str(merge)))
    if isinstance(parted, Refused):
        if parted.code != "merge-closed":
            return RefusalAnswer(parted)
        messages.error(request, parted.detail)
    else:
        part(merge, UUID(parted.stays), UUID(parted.goes))
        messages.success(request, gettext("Les deux dossiers sont de nouveau séparés."))
    return HttpResponseRedirect(reverse("cases:duplicates"))


def _separate(request: AgentRequest, purpose: str, merge: str) -> HttpResponse:
    found = request.conversation.ask(merging.listed(purpose))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    row = next((each for each in found.rows if each.merge == merge and each.undoable), None)
    if row is None:
        messages.error(request, gettext("Ces deux dossiers ne peuvent plus être séparés."))
        return HttpResponseRedirect(reverse("cases:duplicates"))
    merged = Crumb(gettext("Dossiers réunis"), reverse("cases:duplicates"))
    context = {
        "row": row, "name": known_name(request, row.stays),
        "crumbs": (*below_files("")[:1], merged, Crumb(gettext("Séparer"))),
    }  # fmt: skip
    return render(request, "cases/duplicate_separate.html", context)
