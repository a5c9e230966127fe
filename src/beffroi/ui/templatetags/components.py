"""The components of the screens. ``{% load components %}``; every one is shown at /guide-de-style/.

Nothing here writes a script or a style attribute: drawings get their measures through SVG attributes, so that
the strict Content-Security-Policy of `beffroi.ui.headers` holds.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.forms.utils import ErrorList
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from beffroi.ui import charts, formatting
from beffroi.ui.components import TONES, Crumb, Entry, Event, Tab, Table
from beffroi.ui.icons import ICONS, KINDS

register = template.Library()
_FOLDER = "ui/components"


def _number(value: int) -> str:
    return formatting.number(value, formatting.language_of(get_language()))


def _known(value: str, allowed: Sequence[str]) -> str:
    if value not in allowed:
        raise template.TemplateSyntaxError(f"{value!r} is none of {', '.join(allowed)}")
    return value


@register.simple_tag
def icon(name: str) -> SafeString:
    """An outline of `beffroi.ui.icons`, hidden from screen readers: the text beside it says the same."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">'
        '<path d="{}"/></svg>',
        ICONS[_known(name, tuple(ICONS))],
    )


@register.inclusion_tag(f"{_FOLDER}/page_title.html")
def page_title(title: str, lead: str = "", eyebrow: str = "") -> dict[str, object]:
    """The page's only h1, with a smaller line above (`eyebrow`) and an introduction below (`lead`)."""
    return {"title": title, "lead": lead, "eyebrow": eyebrow}


@register.inclusion_tag(f"{_FOLDER}/breadcrumb.html")
def breadcrumb(crumbs: Sequence[Crumb]) -> dict[str, object]:
    """Where the page is; the last crumb is the page itself."""
    return {"crumbs": crumbs}


@register.simple_block_tag
def notice(content: str, kind: str, title: str = "", live: bool = False) -> SafeString:
    """A message set apart: `kind` is info, success, warning or danger, said by icon and hidden word too.

    `live` announces it on load (role=alert for danger and warning, status otherwise): the result of an action.
    """
    _known(kind, KINDS)
    words = {
        "info": gettext("Information"),
        "success": gettext("Succès"),
        "warning": gettext("Attention"),
        "danger": gettext("Alerte"),
    }
    role = ("alert" if kind in {"danger", "warning"} else "status") if live else ""
    context = {"content": content, "kind": kind, "title": title, "role": role, "word": words[kind]}
    return render_to_string(f"{_FOLDER}/notice.html", context)


@register.inclusion_tag(f"{_FOLDER}/badge.html")
def badge(text: str, tone: str = "neutral") -> dict[str, object]:
    """A state in one or two words; `tone`: neutral, accent, info, success, warning, danger."""
    return {"text": text, "tone": _known(tone, tuple(TONES)), "icon_name": TONES[tone]}


@register.inclusion_tag(f"{_FOLDER}/button.html")
def button(
    label: str,
    url: str = "",
    kind: str = "primary",
    name: str = "",
    value: str = "",
    icon_name: str = "",
    action: str = "",
) -> dict[str, object]:
    """A link that looks like a button when `url` is given, else the submit button of the form around it.

    `kind`: primary (one a page), secondary, danger, quiet. `action` sends the form elsewhere than it says.
    """
    _known(kind, ("primary", "secondary", "danger", "quiet"))
    return {
        "label": label, "url": url, "kind": kind, "name": name, "value": value, "icon_name": icon_name,
        "action": action,
    }  # fmt: skip


@register.inclusion_tag(f"{_FOLDER}/post_button.html", takes_context=True)
def post_button(
    context: template.Context,
    label: str,
    url: str,
    kind: str = "secondary",
    name: str = "",
    value: str = "",
) -> dict[str, object]:
    """A one-button form for an action that changes something: never a link. Carries the CSRF token."""
    _known(kind, ("primary", "secondary", "danger", "quiet"))
    return {
        "label": label,
        "url": url,
        "kind": kind,
        "name": name,
        "value": value,
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_block_tag
def buttons(content: str) -> SafeString:
    """Buttons in a row, one under the other on a narrow screen, full width there."""
    return format_html('<div class="buttons">{}</div>', content)


@register.simple_block_tag
def card(content: str, title: str = "", level: int = 2) -> SafeString:
    """A framed part of the page with its heading (`level` 2 to 4)."""
    _known(str(level), ("2", "3", "4"))
    heading = format_html("<h{0}>{1}</h{0}>", level, title) if title else ""
    return format_html('<section class="card">{}{}</section>', heading, content)


@register.simple_block_tag
def empty_state(content: str, title: str) -> SafeString:
    """What to show where a list would be empty: `title` says what is missing, the content what to do."""
    return render_to_string(f"{_FOLDER}/empty_state.html", {"content": content, "title": title})


@register.inclusion_tag(f"{_FOLDER}/field.html")
def field(bound: BoundField) -> dict[str, object]:
    """A form field: label, hint (`help_text`), error, control; a fieldset for groups of radios or boxes.

    A form sets ``conditional`` on a field that another answer makes required: it is not said to be optional.
    """
    return {
        "field": bound,
        "optional": not bound.field.required and not getattr(bound.field, "conditional", False),
        "grouped": bound.field.widget.use_fieldset,
        "single": bound.widget_type == "checkbox",
    }


@register.inclusion_tag(f"{_FOLDER}/form_fields.html")
def form_fields(form: BaseForm) -> dict[str, object]:
    """Hidden then visible fields of `form`, in order. Put ``error_summary`` above the page title's form."""
    return {"form": form}


@register.inclusion_tag(f"{_FOLDER}/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, object]:
    """All errors of a form at the top of the page, each linked to its field; nothing when there is none."""
    general: ErrorList | list[str] = form.non_field_errors() if form.is_bound else []
    found = [(bound, message) for bound in form for message in bound.errors] if form.is_bound else []
    return {"general": general, "found": found, "count": len(found) + len(general)}


@register.inclusion_tag(f"{_FOLDER}/table.html")
def table(table: Table) -> dict[str, object]:
    """A table that becomes one card per row on a narrow screen."""
    return {"table": table}


@register.inclusion_tag(f"{_FOLDER}/definitions.html")
def definitions(entries: Sequence[Entry]) -> dict[str, object]:
    """A group of fields of a file."""
    return {"entries": entries}


@register.inclusion_tag(f"{_FOLDER}/key_values.html")
def key_values(title: str, entries: Sequence[Entry], level: int = 2) -> dict[str, object]:
    """A card holding a definition list."""
    return {"title": title, "entries": entries, "level": level}


@register.inclusion_tag(f"{_FOLDER}/masked.html")
def masked(shown: str, explanation: str) -> dict[str, object]:
    """A value partly or wholly hidden, with why and what would show it. `shown` is what remains, or empty."""
    return {"shown": shown, "explanation": explanation}


@register.inclusion_tag(f"{_FOLDER}/pagination.html", takes_context=True)
def pagination(
    context: template.Context, page: Page[object], parameter: str = "page", label: str = ""
) -> dict[str, object]:
    """Links to the pages of a Django `Page`, other query parameters kept; nothing when there is one page.

    `label` names the list for screen readers; two lists on one page need two labels.
    """
    request = context.get("request")
    kept = [(key, value) for key, values in request.GET.lists() for value in values] if request else []

    def address(target: int) -> str:
        return "?" + urlencode([pair for pair in kept if pair[0] != parameter] + [(parameter, str(target))])

    pages = [
        {"number": each, "url": address(each) if isinstance(each, int) else "", "current": each == page.number}
        for each in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]
    return {
        "label": label,
        "page": page,
        "pages": pages,
        "previous_url": address(page.number - 1) if page.has_previous() else "",
        "next_url": address(page.number + 1) if page.has_next() else "",
    }


@register.inclusion_tag(f"{_FOLDER}/pager.html")
def pager(previous_url: str = "", next_url: str = "", position: str = "", label: str = "") -> dict[str, object]:
    """Previous and next only, for lists the guard gives page by page without a total."""
    return {"previous_url": previous_url, "next_url": next_url, "position": position, "label": label}


@register.inclusion_tag(f"{_FOLDER}/tabs.html")
def tabs(items: Sequence[Tab], label: str) -> dict[str, object]:
    """Links between the parts of one thing; `label` names the group for screen readers."""
    return {"items": items, "label": label}


@register.inclusion_tag(f"{_FOLDER}/budget_meter.html")
def budget_meter(used: int, cap: int, period: str = "", label: str = "") -> dict[str, object]:
    """Distinct people opened against the budget: « 12 sur 120 personnes aujourd’hui ».

    The state (calm, near from 80 %, reached) is written out. Raises ValueError on a negative number.
    """
    today = gettext("aujourd'hui")
    counted = ngettext("%(used)s sur %(cap)s\u00a0personne", "%(used)s sur %(cap)s\u00a0personnes", cap)
    text = counted % {"used": _number(used), "cap": _number(cap)}
    return {
        "used": min(used, cap),
        "cap": cap,
        "percent": charts.share(used, cap),
        "state": charts.state(used, cap),
        "label": label or gettext("Dossiers consultés"),
        "text": f"{text} {period or today}",
    }


@register.inclusion_tag(f"{_FOLDER}/progress.html")
def progress(done: int, total: int, label: str) -> dict[str, object]:
    """How far a task has come, in a bar and in words."""
    return {
        "percent": charts.share(done, total),
        "label": label,
        "text": gettext("%(done)s sur %(total)s") % {"done": _number(done), "total": _number(total)},
    }


@register.inclusion_tag(f"{_FOLDER}/timeline.html")
def timeline(events: Sequence[Event]) -> dict[str, object]:
    """What happened, in the order given."""
    return {"events": events}


@register.inclusion_tag(f"{_FOLDER}/slow_hint.html")
def slow_hint(text: str = "") -> dict[str, object]:
    """Under a button whose answer may take long: says so beforehand, in words, in place of a spinner."""
    return {"text": text}


@register.inclusion_tag(f"{_FOLDER}/bar_chart.html")
def bar_chart(
    title: str, bars: Sequence[charts.Bar], cap: int | None = None, unit: str = "", axis: str = ""
) -> dict[str, object]:
    """Counts over days, or over what ``axis`` names, against a cap, as SVG; the figures in a table one can unfold.

    A total is told only where every value is: that of the shown ones would be wrong. Raises ValueError on a
    negative value.
    """
    return {
        "title": title,
        "drawing": charts.draw(tuple(bars), cap),
        "cap": cap,
        "unit": unit,
        "axis": axis,
        "highest": max((bar.value or 0 for bar in bars), default=0),
        "total": None if any(bar.value is None for bar in bars) else sum(bar.value or 0 for bar in bars),
    }
