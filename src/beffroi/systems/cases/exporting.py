"""A list of people as a file: the form that asks for it, and its lines for a spreadsheet."""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from beffroi.client.answers import Row
from beffroi.client.exports import Copy, Exports, Reason
from beffroi.systems.cases.people import day_of, text_of
from beffroi.systems.cases.sections import SECTIONS
from beffroi.ui import field_groups, formatting

LEFT_OUT = frozenset({"birth_place", "nationality", "sex"})
"""Fields of a group that a list of people has no use for."""
_FORMULA = re.compile(r"(^|[,;|\t\r\n])([\s\"]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""Where a spreadsheet would begin a formula: a cell, and what one that separates otherwise takes for a cell; in wide
signs too."""


class Exporting(forms.Form):
    """What beside the identity, and what for."""

    groups = forms.MultipleChoiceField(
        label=_("Ce que le fichier contient, en plus de l'identité"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.ChoiceField(label=_("Ce fichier sert à"), widget=forms.RadioSelect)

    def __init__(self, offered: Exports, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        groups, reason = self.fields["groups"], self.fields["reason"]
        assert isinstance(groups, forms.MultipleChoiceField)
        assert isinstance(reason, forms.ChoiceField)
        groups.choices = [(code, field_groups.name(code)) for code in offered.groups if code != "identity"]
        reason.choices = [(each.code, reason_in_words(each)) for each in offered.reasons]

    @property
    def wanted(self) -> list[str]:
        """Codes of the groups, the identity first."""
        return ["identity", *self.cleaned_data["groups"]]


def reason_in_words(reason: Reason) -> str:
    """A reason of the policy in the language of the page."""
    return reason.en if formatting.language_of(get_language()) == "en" else reason.fr


def text_of_file(copy: Copy, groups: Sequence[str]) -> str:
    """The file (RFC 4180), by name; the copy's mark stands on each line, so that one sheet says whose it was."""
    written = StringIO()
    writer = csv.writer(written, delimiter=";")
    columns = [(group, field) for group in groups for field in SECTIONS[group].fields if field.name not in LEFT_OUT]
    writer.writerow([*(str(field.label) for _group, field in columns), gettext("Marque de la copie")])
    for row in sorted(_given(copy.rows), key=_by_name):
        values = [_cell(row.fields.get(group, {}), field.name) for group, field in columns]
        writer.writerow([*values, copy.mark])
    return "\ufeff" + written.getvalue()


def _given(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if not row.masked]


def _by_name(row: Row) -> tuple[str, str]:
    identity = row.fields.get("identity", {})
    return text_of(identity.get("last_name")).casefold(), text_of(identity.get("first_names")).casefold()


def _cell(values: Mapping[str, Any], name: str) -> str:
    """A value as a spreadsheet reads it: a day in figures; nothing that it would run as a formula (OWASP)."""
    found = values.get(name)
    text = ", ".join(map(text_of, found)) if isinstance(found, list) else text_of(found)
    if name.endswith("_date"):
        day = day_of(text)
        return text if day is None else f"{day:%d/%m/%Y}"
    return _FORMULA.sub(r"\1\2'", text)
