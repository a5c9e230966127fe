"""What is recognised as a document, what is left of it, and what is refused."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.standards.documents import Damaged, Document, Media, Unrecognised, recognised
from tests.standards.documents.samples import (
    PNG_HEAD,
    SCAN,
    chunk,
    exif,
    frame,
    header,
    jpeg,
    pdf,
    png,
    segment,
)

WHOLE = [(pdf(), Media.PDF), (jpeg(), Media.JPEG), (png(), Media.PNG)]


@pytest.mark.parametrize(("content", "media"), WHOLE)
def test_document_without_anything_more_is_kept_as_it_is(content: bytes, media: Media) -> None:
    assert recognised(content) == Document(media, content)


@pytest.mark.parametrize(
    "content",
    [b"", b"MZ\x90\x00", b"PK\x03\x04" + bytes(40), b"<html><script>", b"GIF89a", b"\n" + pdf(), b"RIFF0000WEBP"],
)
def test_content_of_another_type_is_not_recognised(content: bytes) -> None:
    with pytest.raises(Unrecognised):
        recognised(content)


def test_picture_loses_its_position_its_camera_and_its_comments_and_stays_turned() -> None:
    taken = jpeg(segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"), exif(6), segment(0xFE, b"camera 123"))
    kept = recognised(taken).content
    assert b"48.8566N" not in kept
    assert b"camera" not in kept
    assert b"Exif\0\0MM" in kept
    assert recognised(kept).content == kept
    upright = recognised(jpeg(exif(1))).content
    assert upright == jpeg()


def test_png_loses_texts_times_and_private_chunks() -> None:
    said = png(chunk(b"tEXt", b"Author\0Camille"), chunk(b"eXIf", b"II*\0position"), chunk(b"prVt", b"private"))
    assert recognised(said).content == png()


@pytest.mark.parametrize(("content", "media"), WHOLE[1:])
def test_picture_with_an_archive_behind_it_is_kept_without(content: bytes, media: Media) -> None:
    assert recognised(content + b"PK\x03\x04 and the rest of an archive PK\x05\x06") == Document(media, content)


@pytest.mark.parametrize(
    "content",
    [
        pdf(tail=b"PK\x03\x04"),
        pdf(b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>"),
        pdf(b"/OpenAction<</S/J#61vaScript/JS(app.alert(1))>>"),
        pdf(b"/AA<</S/Launch/F(cmd.exe)>>"),
        pdf(b"/Names<</EmbeddedFiles<<>>>>"),
        pdf(b"/Encrypt 9 0 R"),
        pdf(rb"/AA<</O<</S/GoToR/D[0/Fit]/F(\\\\host\\share\\x)>>>>"),
        pdf(b"/A<</S/GoToE/T<</R/P>>>>"),
        pdf(b"/AcroForm<</XFA 12 0 R>>"),
        pdf(b"/AcroForm<</XFA[(template)12 0 R]>>"),
        pdf(b"/X(PK\x05\x06" + bytes(18) + b")"),
        pdf()[:-8],
        pdf().replace(b"%PDF-1.7", b"%PDF-9.7"),
        b"%PDF-1.7\nstartxref\n9\n%%EOF",
        b"%PDF-1.7\nstartxref\n9999999999\n%%EOF",
    ],
)
def test_pdf_that_acts_carries_files_or_is_not_whole_is_refused(content: bytes) -> None:
    with pytest.raises(Damaged):
        recognised(content)


@pytest.mark.parametrize(
    "content",
    [
        png(width=60_000, height=60_000),
        png(width=10_000, height=10_000),
        png(width=0),
        jpeg(width=65_535, height=65_535),
        jpeg(height=0),
    ],
)
def test_picture_that_would_fill_a_memory_is_refused(content: bytes) -> None:
    with pytest.raises(Damaged):
        recognised(content)


@pytest.mark.parametrize(
    "content",
    [
        PNG_HEAD,
        png()[:-1],
        png().replace(b"IDAT", b"IDAX"),
        PNG_HEAD + chunk(b"IDAT") + header() + chunk(b"IEND"),
        PNG_HEAD + header() + chunk(b"IEND"),
        png(header()),
        png(chunk(b"ABCD", b"critical and unknown")),
        PNG_HEAD + header() + chunk(b"IDAT", b"a") + chunk(b"tEXt") + chunk(b"IDAT", b"b") + chunk(b"IEND"),
        PNG_HEAD + header() + b"\xff\xff\xff\xffIDAT",
        b"\xff\xd8\xff\xd9",
        jpeg()[:-2],
        jpeg(frame()),
        b"\xff\xd8" + SCAN + b"\xff\xd9",
        jpeg(b"\xff\xe1\xff\xff"),
        jpeg(segment(0xFE, b"") + b"junk"),
        jpeg(segment(0xDC, b"\0\1")),
    ],
)
def test_picture_that_is_not_whole_is_refused(content: bytes) -> None:
    with pytest.raises(Damaged):
        recognised(content)


@given(st.data())
def test_any_change_of_a_document_is_refused_or_gives_a_document_that_stays_as_it_is(data: st.DataObject) -> None:
    content, _ = data.draw(st.sampled_from(WHOLE))
    at = data.draw(st.integers(0, len(content) - 1))
    new = data.draw(st.binary(max_size=8))
    changed = content[:at] + new + content[at + data.draw(st.integers(0, 4)) :]
    try:
        found = recognised(changed)
    except (Damaged, Unrecognised):
        return
    assert recognised(found.content) == found


MIB = 1 << 20


@pytest.mark.parametrize(
    "content",
    [
        PNG_HEAD + header() + chunk(b"tEXt") * (4 * MIB // 12),
        b"\xff\xd8" + segment(0xFE, b"") * MIB,
        b"\xff\xd8" + b"\xff" * (5 * MIB),
        b"\xff\xd8" + frame() + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\xff\x00" * (2 * MIB),
        b"%PDF-1.7\n" + b"startxref " * (MIB // 2),
        b"%PDF-1.7\n" + b"stream\n" * (MIB // 2) + b"/JavaScript"[:5] * 9,
        pdf(b"#41" * MIB),
    ],
)
def test_document_made_to_cost_time_is_read_once(content: bytes) -> None:
    """Something that is read again for each of its bytes would not end."""
    with contextlib.suppress(Damaged, Unrecognised):
        recognised(content)
