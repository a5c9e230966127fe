"""The inventory: accounts by exposure, filtered and sorted; the same as a file of figures without any name."""

import csv
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET

from beffroi.client import Refused
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.client.inventory import Account
from beffroi.governance.exposure import queries
from beffroi.governance.exposure.web import plots, words
from beffroi.governance.exposure.web.forms import Filter, wanted
from beffroi.ui.charts import Bar
from beffroi.ui.page_numbers import page_number

MOST_PAGES = 100_000
RANKED = 10
"""Accounts drawn in the chart: the first of the page."""
COLUMNS = (
    "account", "status", "contained", "organisations", "roles", "role_statuses", "applications", "direct_1h",
    "direct_24h", "direct_72h", "through_1h", "through_24h", "through_72h", "potential_1h", "potential_24h",
    "potential_72h", "unguarded", "line", "requested_by", "approved_by", "pools", "factors", "created_at", "last_use",
    "attested_until", "reviewed_until",
)  # fmt: skip
"""Of the exported file: ids, codes, figures and instants; never a name, nor anything typed by somebody."""


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    rank: int
    account: Account
    name: str
    state: str
    tone: str
    roles: list[str]
    direct: int
    through: int
    potential: int
    trend: plots.Trend | None


@require_GET
def inventory(request: AgentRequest) -> HttpResponse:
    """Accounts of one's own organisation, or of the whole network for who acts for it."""
    number = page_number(request.GET.get("page"), MOST_PAGES)
    found = queries.page(request.conversation, wanted(request.GET), number)
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    first = (found.page - 1) * found.size + 1
    rows = [_row(rank, account) for rank, account in enumerate(found.rows, first)]
    pages = max(1, -(-found.total // found.size))
    filters = {name: value for name, value in request.GET.items() if name != "page" and value}
    context = {
        "rows": rows,
        "total": ngettext("%(total)s compte", "%(total)s comptes", found.total)
        % {"total": words.number(found.total)},
        "population": found.population,
        "bars": [Bar(str(row.rank), row.account.within_a_day) for row in rows[:RANKED]],
        "drawn": any(row.account.within_a_day for row in rows[:RANKED]),
        "form": Filter(request.GET, found.organisations),
        "filtered": bool(filters.keys() - {"tri"}),
        "query": urlencode(filters),
        "page": found.page,
        "pages": pages,
        "previous": f"?{urlencode({**filters, 'page': found.page - 1})}" if found.page > 1 else "",
        "next": f"?{urlencode({**filters, 'page': found.page + 1})}" if found.page < pages else "",
    }
    return render(request, "exposure/inventory.html", context)


@require_GET
def export(request: AgentRequest) -> HttpResponse:
    """Every account that the filter keeps, as CSV (RFC 4180), without names."""
    found = queries.everything(request.conversation, wanted(request.GET))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    day = timezone.localdate().isoformat()
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["content-disposition"] = f'attachment; filename="{gettext("comptes")}-{day}.csv"'
    response["cache-control"] = "no-store"
    writer = csv.writer(response)
    writer.writerow(COLUMNS)
    writer.writerows(map(_exported, found))
    return response


def _row(rank: int, account: Account) -> Row:
    state, tone = words.state(account)
    shown = account.exposure
    return Row(
        rank,
        account,
        words.name(account),
        state,
        tone,
        words.roles(account.memberships),
        shown.direct[1],
        shown.through[1],
        shown.potential[1],
        plots.trend(account.trend),
    )


def _exported(account: Account) -> list[str | int]:
    shown, held = account.exposure, account.memberships
    return [
        account.account,
        account.status,
        int(account.contained),
        " ".join(one.organisation for one in held),
        " ".join(one.role for one in held),
        " ".join(one.status for one in held),
        " ".join("+".join(served.code for served in one.applications) or "-" for one in held),
        *shown.direct,
        *shown.through,
        *shown.potential,
        shown.unguarded[1],
        account.line,
        account.requested_by or "",
        account.approved_by or "",
        " ".join(account.pools),
        " ".join(account.factors),
        account.created_at.isoformat(),
        "" if account.last_use is None else account.last_use.isoformat(),
        account.attested_until.isoformat(),
        account.reviewed_until.isoformat(),
    ]
