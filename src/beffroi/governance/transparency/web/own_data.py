"""My data as one file for programs: what the pages of my space show of it, read anew and written down as read."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final, cast

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from beffroi.client import Refused, person_data, personal
from beffroi.client.personal import Corrected, Follower, OwnAttachment
from beffroi.governance.directory import api as directory
from beffroi.governance.transparency.web.presence import PersonRequest, in_own_space
from beffroi.ui.files import given

Members = Mapping[str, Sequence[Mapping[str, Any]]]
ELSEWHERE: Final = ("consultations", "requests", "attachment-contents", "messages")


@cache
def kept() -> Callable[[Sequence[str], Mapping[str, str]], Members]:
    """What other applications keep: the composition root names it (TRANSPARENCY_DATA_OF_PERSON)."""
    found = import_string(settings.TRANSPARENCY_DATA_OF_PERSON)
    return cast(Callable[[Sequence[str], Mapping[str, str]], Members], found)


@require_POST
@in_own_space
def own_data(request: PersonRequest) -> HttpResponse | Refused:
    """File, follow-ups, appointments, trainings, corrections, list of documents; nothing where one is refused."""
    oneself = request.conversation.ask(personal.oneself())
    if isinstance(oneself, Refused):
        return oneself
    papers = request.conversation.ask(personal.own_attachments())
    if isinstance(papers, Refused):
        return papers
    found = request.conversation.ask(personal.own_file())
    if isinstance(found, Refused):
        return found
    now = timezone.localtime()
    whole = person_data.document(
        "personal-space", now, found.fields, ELSEWHERE,
        **kept()(oneself.people, {one.id: one.name for one in oneself.organisations}),
        attachments=[_attachment(row) for row in papers.rows],
        attachments_page=f"{settings.DIRECTORY_CONSOLE_URL}{reverse('transparency:own_documents')}",
        followed_by=[_follower(one) for one in found.followed_by],
        corrections=[_correction(one) for one in found.corrections],
    )  # fmt: skip
    name = f"{gettext('mes-donnees')}-{now.date().isoformat()}.json"
    return given(person_data.written(whole), person_data.MEDIA, name)


def _attachment(row: OwnAttachment) -> dict[str, Any]:
    return {
        "id": row.id, "kind": row.kind, "media": row.media, "size": row.size, "scanned": row.scanned,
        "added_at": person_data.moment(row.added_at), "organisation": row.organisation_name,
    }  # fmt: skip


def _follower(one: Follower) -> dict[str, Any]:
    return {
        "organisation": one.organisation_name, "kind": one.kind, "since_at": person_data.moment(one.since_at),
        "until_at": None if one.until_at is None else person_data.moment(one.until_at),
        "referent": one.referent, "job": None if one.job is None else directory.written(one.job),
    }  # fmt: skip


def _correction(one: Corrected) -> dict[str, Any]:
    return {
        "at": person_data.moment(one.at), "organisation": one.organisation_name,
        "changes": [
            {
                "group": change.group, "field": change.field, "before": person_data.in_clear(change.before),
                "after": person_data.in_clear(change.after),
            }
            for change in one.changes
        ],
    }  # fmt: skip
