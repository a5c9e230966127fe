"""Documents of the demonstration are such as the doors would keep."""

from beffroi.simulation.attachments import page
from beffroi.standards.documents import Media, recognised


def test_invented_document_is_one_that_the_guard_keeps() -> None:
    content = page(b"CV - personne inventee")
    assert recognised(content) == (Media.PDF, content)
