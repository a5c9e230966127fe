"""A console that is newer than its guard: it asks what the older one understands, and reads what that answers."""

import json

from beffroi.client import person_requests, reading


def test_request_is_moved_with_a_text_where_there_is_one_and_without_the_word_else() -> None:
    def sent(text: str | None) -> dict[str, str | None]:
        body = person_requests.move("request", "answered", text=text).body
        return dict(json.loads(body or b""))

    assert sent(None) == {"request": "request", "to": "answered", "reason": None}
    assert sent("Oui.") == {**sent(None), "text": "Oui."}


def test_person_registered_by_a_guard_that_says_nothing_of_a_referent_has_one() -> None:
    answer = {"person": "person", "entry": 1}
    assert reading.created(answer).referent
    assert not reading.created({**answer, "referent": False}).referent
