"""The ministry's logo, where a setting names one: on the opening slide, in the dossier, in its PDF."""

import base64
import io
from dataclasses import replace

import pypdf
from PIL import Image
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE

from dashboard.exports.html import dossier
from dashboard.exports.pdf import pdf
from dashboard.exports.pptx import pptx
from tests.exports.decks import whole


def png() -> bytes:
    """A small invented logo."""
    kept = io.BytesIO()
    Image.new("RGB", (60, 30), "#0f5c4d").save(kept, "PNG")
    return kept.getvalue()


def signed():
    """The example deck, with issuer and logo."""
    return replace(whole(), issuer="Ministère d'exemple", logo=png())


def test_the_opening_slide_bears_it_with_its_words():
    first, *others = Presentation(io.BytesIO(pptx(signed()))).slides
    pictures = [s for s in first.shapes if s.shape_type == MSO_SHAPE_TYPE.PICTURE]
    assert [p.image.blob for p in pictures] == [png()]
    assert pictures[0]._element.nvPicPr.cNvPr.get("descr") == "Ministère d'exemple"
    assert not [
        s for slide in others for s in slide.shapes if s.shape_type == MSO_SHAPE_TYPE.PICTURE
    ]


def test_the_dossier_holds_it_inside():
    said = dossier(signed())
    assert (
        f'src="data:image/png;base64,{base64.b64encode(png()).decode()}" alt="Ministère d&#x27;exemple"'
        in said
    )
    assert "<img" not in dossier(whole())


def test_the_pdf_has_one_more_picture():
    count = lambda made: len(list(pypdf.PdfReader(io.BytesIO(made)).pages[0].images))  # noqa: E731
    assert count(pdf(signed())) == count(pdf(whole())) + 1
