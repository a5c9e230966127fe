"""Names of the groups of fields: every group of the law has one, in both languages."""

import pytest
from django.utils import translation

from beffroi.core.fields import NAMES
from beffroi.ui import field_groups


@pytest.mark.parametrize("code", NAMES)
def test_reader_meets_a_name_for_every_group_and_never_its_code(code: str) -> None:
    with translation.override("fr"):
        french = field_groups.name(code)
    with translation.override("en"):
        english = field_groups.name(code)
    assert code not in (french, english)
    assert french != english or code == "situation"


def test_reader_meets_groups_in_a_row_and_an_unknown_one_by_its_code() -> None:
    with translation.override("en"):
        assert field_groups.names(["identity", "contact", "later"]) == "Identity, Contact details, later"
