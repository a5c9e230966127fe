"""The numbers beside the entries of the menu."""

import logging

import pytest
from django.db import OperationalError

from beffroi.ui.shell import waiting


def test_number_of_the_menu_is_what_waits_and_none_when_nothing_does() -> None:
    assert waiting(lambda: 3) == 3
    assert waiting(lambda: 0) is None


def test_page_is_shown_without_its_number_when_the_database_does_not_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def lost() -> int:
        raise OperationalError("server closed the connection; host=secret")

    with caplog.at_level(logging.ERROR):
        assert waiting(lost) is None
    assert "OperationalError" in caplog.text
    assert "secret" not in caplog.text
    with pytest.raises(ZeroDivisionError):
        waiting(lambda: 1 // 0)
