"""Who received what a file holds, as the two forms of the document have it."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, cast

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext

from beffroi.client.answers import Label
from beffroi.client.person_data import moment
from beffroi.client.recipients import Recipients, Told
from beffroi.core.delaying import MOST_DAYS
from beffroi.systems.cases.person_requests.sheet import Listed, Part, day, instant
from beffroi.systems.cases.person_requests.words import RELATIONS, said
from beffroi.systems.cases.web import words

Said = Sequence[tuple[str, list[str]]]


@cache
def consultations_said() -> Callable[[Sequence[Told]], Said]:
    """How the personal space says them: the composition root names it (CASES_CONSULTATIONS_SAID)."""
    return cast(Callable[[Sequence[Told]], Said], import_string(settings.CASES_CONSULTATIONS_SAID))


def later() -> str:
    """What everybody reads at all times, whether or not something is left out."""
    return gettext(
        "Certaines consultations peuvent apparaître plus tard, le temps d'une vérification : soixante jours au plus."
    )


def members(told: Recipients) -> dict[str, Any]:
    """Members of the document for programs."""
    return {
        "consultations": {
            "asked_at": moment(told.at),
            "shown_later_days": 2 * MOST_DAYS,
            "lost_until": None if told.lost_until is None else moment(told.lost_until),
            "left_out": told.left_out,
            "rows": [
                {
                    "at": moment(row.at), "kind": row.kind, "groups": list(row.groups),
                    "organisation": row.organisation_name, "job": _written(row.job),
                    "purpose": _written(row.purpose), "explanation": row.explanation, "reason": _written(row.reason),
                }
                for row in told.consultations
            ],
        },
        "followed_by": [
            {
                "organisation": one.organisation_name, "kind": one.kind, "since_at": moment(one.since_at),
                "until_at": None if one.until_at is None else moment(one.until_at),
            }
            for one in told.followed_by
        ],
        "messages": [
            {
                "text": words.written(one.text), "made_at": moment(one.made_at),
                "sent_at": None if one.sent_at is None else moment(one.sent_at),
            }
            for one in told.messages
        ],
    }  # fmt: skip


def sections(told: Recipients) -> list[Part]:
    """The same for who reads: what was consulted by day and organisation, who follows, what was written."""
    notes = [later()]
    if told.lost_until is not None:
        notes.append(gettext("Ce qui précède le %(day)s n'est plus conservé.") % {"day": day(told.lost_until)})
    if told.left_out:
        notes.append(
            gettext("Plus anciennes, et non listées ici : %(number)s.") % {"number": words.number(told.left_out)}
        )
    listed = [Listed(title, lines) for title, lines in consultations_said()(told.consultations)]
    followed = []
    for one in told.followed_by:
        line = [one.organisation_name, said(RELATIONS, one.kind) or gettext("vous connaît")]
        line.append(gettext("depuis le %(day)s") % {"day": day(one.since_at)})
        if one.until_at is not None:
            line.append(gettext("jusqu'au %(day)s") % {"day": day(one.until_at)})
        followed.append(" – ".join(line))
    written = [
        " – ".join((instant(one.sent_at), words.written(one.text))) if one.sent_at is not None
        else " – ".join((instant(one.made_at), gettext("non envoyé"), words.written(one.text)))
        for one in told.messages
    ]  # fmt: skip
    found = [Part(gettext("Qui a consulté votre dossier"), lists=listed, notes=notes)]
    if followed:
        found.append(Part(gettext("Organismes qui vous connaissent"), lists=[Listed("", followed)]))
    if written:
        title = gettext("Messages que nous vous avons envoyés ces 90 derniers jours")
        found.append(Part(title, lists=[Listed("", written)]))
    return found


def _written(label: Label | None) -> str | None:
    return None if label is None else words.written(label)
