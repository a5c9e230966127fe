"""Paper as PDF: what it says of itself, the letters it has, how long a table is; and what its library never logs."""

import logging
from io import BytesIO

import pytest
from pypdf import PdfReader

from beffroi.ui.paper import Paper


def read(paper: Paper) -> PdfReader:
    return PdfReader(BytesIO(paper.bytes()))


def said(reader: PdfReader) -> str:
    return " ".join("\n".join(page.extract_text() for page in reader.pages).split())


def test_paper_says_its_language_and_title_and_tags_headings_and_paragraphs() -> None:
    paper = Paper("Attestation", language="fr")
    paper.heading("Un titre")
    paper.paragraph("Un texte.")
    reader = read(paper)
    root = reader.trailer["/Root"]
    assert (root["/Lang"], bool(root["/MarkInfo"]["/Marked"])) == ("fr", True)
    assert reader.metadata is not None
    assert reader.metadata.title == "Attestation"
    document = root["/StructTreeRoot"]["/K"][0].get_object()
    assert [kid.get_object()["/S"] for kid in document["/K"]] == ["/H1", "/P"]


@pytest.mark.parametrize("name", ["Œuvrard", "Łukasz Şahin", "Ștefănescu", "Nguyễn", "Παπαδόπουλος", "Дмитрий"])
def test_name_of_any_european_alphabet_is_written_right(name: str) -> None:
    paper = Paper("Attestation", language="fr")
    paper.paragraph(name)
    assert name in said(read(paper))


def test_letter_that_the_font_has_not_is_a_square_and_stands_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    paper = Paper("Attestation", language="fr")
    with caplog.at_level(logging.DEBUG):
        paper.paragraph("王 Lin")
        paper.table(["Nom"], [1], [["王 Lin"]], height=8)
        text = said(read(paper))
    assert "王" not in text
    assert text.count("Lin") == 2
    assert "王" not in caplog.text
    assert "U+738B" not in caplog.text


def test_long_table_names_its_columns_on_every_page() -> None:
    paper = Paper("Feuille", language="fr")
    paper.table(["Stagiaire", "Matin"], [2, 1], [[f"Ligne {number}", ""] for number in range(60)], height=11)
    reader = read(paper)
    assert len(reader.pages) > 2
    assert all("Stagiaire" in page.extract_text() for page in reader.pages)
    assert said(reader).count("Ligne") == 60
