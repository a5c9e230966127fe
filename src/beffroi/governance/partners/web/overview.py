"""The list of partners, and one partner whole."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from beffroi.client import Refused, partners
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.client.partners import Item, Partner
from beffroi.core.partner_lists import CLAUSES, LISTS, List
from beffroi.governance.partners.forms import AuditForm, EndForm
from beffroi.governance.partners.web import asking, words
from beffroi.ui.components import Crumb, Tab
from beffroi.ui.page_numbers import page_number

STATES = {"entree": "onboarding", "ouverts": "open", "sortie": "offboarding", "clos": "closed"}


@require_GET
def own(request: AgentRequest) -> HttpResponse:
    """One's own organisation."""
    membership = request.described.membership
    assert membership is not None, "a membership is chosen before any page"
    return HttpResponseRedirect(reverse("partners:show", args=[membership.organisation.id]))


@require_GET
def listing(request: AgentRequest) -> HttpResponse:
    """Partners by name, by state, by what is overdue."""
    view, text = request.GET.get("vue", ""), request.GET.get("nom", "")[:80]
    page = page_number(request.GET.get("page"))
    call = partners.listed(state=STATES.get(view), overdue=view == "retard", text=text, page=page)
    found = request.conversation.ask(call)
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    here = reverse("partners:list")
    tabs = [Tab(gettext("Tous"), here, current=not view, count=sum(found.states.values()))]
    tabs.append(Tab(gettext("En retard"), f"{here}?vue=retard", current=view == "retard", count=found.overdue))
    names = {
        "entree": gettext("En entrée"), "ouverts": gettext("Ouverts"), "sortie": gettext("En sortie"),
        "clos": gettext("Clos"),
    }  # fmt: skip
    tabs += [
        Tab(names[code], f"{here}?vue={code}", current=view == code, count=found.states.get(state, 0))
        for code, state in STATES.items()
    ]
    kept: dict[str, str] = {name: value for name, value in (("vue", view), ("nom", text)) if value}
    context = {
        "found": found, "tabs": tabs, "text": text, "view": view,
        "rows": [(row, words.state(row.state), words.last_day(row.until_at), _dues(row)) for row in found.rows],
        "previous": f"?{urlencode(kept | {'page': str(page - 1)})}" if page > 1 else "",
        "next": f"?{urlencode(kept | {'page': str(page + 1)})}" if page < found.pages else "",
        "lead": ngettext("%(total)s organisme", "%(total)s organismes", found.total)
        % {"total": words.number(found.total)},
    }  # fmt: skip
    return render(request, "partners/list.html", context)


@require_GET
def show(request: AgentRequest, organisation: UUID) -> HttpResponse:
    """One partner: contract, contact, lists, audits, what is due, and what may be asked or done."""
    found = request.conversation.ask(partners.show(str(organisation)))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    return render(request, "partners/partner.html", page_of(found))


def page_of(found: Partner, audit: AuditForm | None = None) -> dict[str, object]:
    """What the page of a partner shows."""
    contract = found.contract
    return {
        "found": found, "crumbs": crumbs(found), "state": words.state(found.state),
        "kind": words.kind(found.organisation.kind), "last_day": words.last_day(found.until_at), "dues": _dues(found),
        "level": "" if contract is None else words.level(contract.level),
        "clauses": [] if contract is None else [_clause(text) for text in contract.clauses],
        "contact": None if contract is None else (
            contract.contact.name.reveal(), contract.contact.email.reveal(), contract.contact.phone.reveal()
        ),
        "lists": [
            (one.value, _list_name(one), _done(found.lists[one.value]), len(LISTS[one]))
            for one in List if _worked_on(found, one)
        ],
        "audit": audit or AuditForm(),
        "auditable": found.governs and found.state == "open" and contract is not None
        and all(one.closed_at is not None for one in found.audits),
        "endable": found.governs and found.state in ("open", "onboarding"),
        "since": None if contract is None else contract.from_at,
    }  # fmt: skip


def crumbs(found: Partner, here: str = "") -> tuple[Crumb, ...]:
    """The way back: the list for the network, the partner's own page for everybody."""
    name = found.organisation.name
    first = (Crumb(gettext("Partenaires"), reverse("partners:list")),) if found.governs else ()
    if not here:
        return (*first, Crumb(name))
    return (*first, Crumb(name, reverse("partners:show", args=[found.organisation.id])), Crumb(here))


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: AgentRequest, organisation: UUID) -> HttpResponse:
    """End a contract, once it was read how many people stop working."""
    found = request.conversation.ask(partners.show(str(organisation)))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    form = EndForm(request.POST if request.method == "POST" else None, initial={"when": "now"})
    if form.is_bound and form.is_valid():
        call = partners.end(str(organisation), form.cleaned_data["reason"], form.until())
        done = request.conversation.ask(call)
        if not isinstance(done, Refused):
            messages.success(request, _ended(form.until() is None, done.sessions))
            return HttpResponseRedirect(reverse("partners:show", args=[organisation]))
        if not asking.said(form, done, {"period-wrong": "until_on"}):
            return RefusalAnswer(done)
    title = gettext("Mettre fin au contrat")
    context = {
        "found": found,
        "form": form,
        "crumbs": crumbs(found, title),
        "last_day": words.last_day(found.until_at),
    }
    return render(request, "partners/end.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def checklist(request: AgentRequest, organisation: UUID, wanted: str) -> HttpResponse:
    """One of the two lists: what is done and what shows it, what remains."""
    found = request.conversation.ask(partners.show(str(organisation)))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    chosen = List.OFFBOARDING if wanted == "sortie" else List.ONBOARDING
    items, refused, written = found.lists[chosen.value], None, 0
    if request.method == "POST":
        for item in items:
            proof = " ".join(request.POST.get(f"proof-{item.code}", "").split())[:300]
            undone = item.done_at is not None and f"undo-{item.code}" in request.POST
            if not undone and (item.done_at is not None or not proof):
                continue
            call = partners.tick(str(organisation), chosen.value, item.code, None if undone else proof)
            done = request.conversation.ask(call)
            if isinstance(done, Refused) and done.code not in asking.OBJECTIONS:
                return RefusalAnswer(done)
            refused = done if isinstance(done, Refused) else refused
            written += not isinstance(done, Refused)
        if refused is None:
            messages.success(
                request, gettext("La liste est enregistrée.") if written else gettext("Rien à enregistrer.")
            )
            return HttpResponseRedirect(reverse("partners:show", args=[organisation]))
    title = _list_name(chosen)
    context = {
        "found": found, "title": title, "crumbs": crumbs(found, title), "refused": refused,
        "done": _done(items), "total": len(items),
        "items": [_item(chosen, item, request.POST.get(f"proof-{item.code}", "")) for item in items],
        "writable": found.governs and _worked_on(found, chosen) and found.contract is not None,
    }  # fmt: skip
    return render(request, "partners/checklist.html", context, status=422 if refused else 200)


def _done(items: Sequence[Item]) -> int:
    return sum(item.done_at is not None for item in items)


def _item(wanted: List, item: Item, typed: str) -> tuple[Item, str, str, str, str]:
    label = words.written(LISTS[wanted][item.code])
    return item, label, item.done_by.reveal(), item.proof.reveal(), typed


def _dues(row: object) -> list[tuple[str, object]]:
    found = getattr(row, "dues", ())
    return [(words.due(one), one) for one in found]


def _clause(text: str) -> tuple[str, str, bool]:
    """A clause's name, its version, and whether a newer one exists."""
    code, _, version = text.partition("/")
    clause = CLAUSES.get(code)
    return (text, version, False) if clause is None else (
        words.written(clause.label), version, version != str(clause.version)
    )  # fmt: skip


def _list_name(wanted: List) -> str:
    return gettext("Liste d'entrée") if wanted is List.ONBOARDING else gettext("Liste de sortie")


def _worked_on(found: Partner, wanted: List) -> bool:
    states = {List.ONBOARDING: ("onboarding", "open"), List.OFFBOARDING: ("offboarding", "closed")}
    return found.contract is not None and found.state in states[wanted]


def _ended(at_once: bool, sessions: int) -> str:
    if not at_once:
        return gettext("La fin du contrat est avancée à ce jour.")
    text = ngettext(
        "Le contrat est terminé. %(count)s session a été fermée.",
        "Le contrat est terminé. %(count)s sessions ont été fermées.",
        sessions,
    )
    return text % {"count": words.number(sessions)}
