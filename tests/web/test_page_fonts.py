"""The page's fonts hold what screens show: every character of our words and of the names of places, every icon."""

import ast
import re
import unicodedata
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from dashboard.settings import ROOT
from dashboard.web import gate, page_fonts

FOLDERS = ("dashboard", "db", "pages", "scripts", "static", "data/reference", "docs")
TEXTS = (".js", ".css", ".html", ".csv", ".toml", ".typ")
# Which cells and names are looked through for, and which nobody shows: forms of signs, and letters that are blank.
LOOKED_FOR = "＝＋－＠\N{REPLACEMENT CHARACTER}" + "".join(
    map(
        chr, (0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180F, 0x3164, 0xFE00, 0xFE0F, 0xFFA0)
    )
)
# In none of Streamlit's letters: the machine's own fonts have them, as they did.
LACKING = "Ɖₛ✕"


@pytest.fixture(scope="module")
def fonts(tmp_path_factory) -> dict[str, TTFont]:
    """The fonts by name, as the start makes them."""
    folder = tmp_path_factory.mktemp("static")
    page_fonts.prepare(folder)
    return {font.name: TTFont(folder / font.file()) for font in page_fonts.FONTS}


def literals(path: Path) -> str:
    """The texts of a Python file, without what is said of its functions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return "".join(
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in said
    )


def written(path: Path) -> str:
    """What of a file a screen may show."""
    if path.suffix == ".py":
        return literals(path)
    text = path.read_text(encoding="utf-8")
    if path.suffix in (".js", ".css"):  # some write a character by its number
        text += "".join(chr(int(n, 16)) for n in re.findall(r"\\u([0-9a-fA-F]{4})", text))
        text = re.sub(r"/\*.*?\*/|^\s*//[^\n]*", "", text, flags=re.DOTALL | re.MULTILINE)
    return text


def sources() -> list[Path]:
    """The files whose words come on a screen."""
    every = [p for folder in FOLDERS for p in sorted((ROOT / folder).rglob("*")) if p.is_file()]
    named = [p for p in every if p.suffix in (".py", *TEXTS) and p.name != "ccsp-map.js"]
    return [*named, ROOT / "docs/guide.md", ROOT / ".streamlit/config.toml"]


def test_every_character_of_our_screens_is_in_the_letters_or_is_known_to_be_in_none():
    whole = TTFont(page_fonts.LETTERS.path()).getBestCmap()
    assert not [c for c in LACKING if ord(c) in whole]
    found: dict[str, list[str]] = {}
    for path in sources():
        for one in {c for c in written(path) if unicodedata.category(c)[0] not in "CZ"}:
            if ord(one) not in page_fonts.CHARACTERS and one not in LACKING + LOOKED_FOR:
                found.setdefault(one, []).append(path.relative_to(ROOT).as_posix())
    assert found == {}


def test_names_of_places_and_services_as_they_are_written_in_benin_are_in_the_letters(fonts):
    """Those of the reference data, and the letters that French lacks, with their tones."""
    held = fonts[page_fonts.LETTERS.name].getBestCmap()
    assert set(page_fonts.CHARACTERS) == set(held)
    for path in (ROOT / "data/reference").glob("*.csv"):
        assert {ord(c) for c in path.read_text(encoding="utf-8")} <= {*held, 10, 13}, path
    for form in ("NFC", "NFD"):
        words = "Cotɔnu Ɖɔxɛ Kútɔ̀nú Gbɛ̀ Ajarà Ìjẹ̀bú Ọ̀ṣun Ṣákí Ŋɔnŋɔ Bɛ̃ Nɛ̌ ãẽĩõũ ǎěǐǒǔ āēīōū"
        missing = {c for c in unicodedata.normalize(form, words) if ord(c) not in held}
        assert missing <= set(LACKING)


def test_an_icon_that_a_script_of_streamlit_s_or_a_page_of_ours_names_is_there(fonts):
    scripts = sorted((gate.STREAMLIT / "static" / "js").glob("*.js"))
    ours = [p for folder in ("dashboard", "pages") for p in (ROOT / folder).rglob("*.py")]
    named = {
        name
        for path in (*scripts, *ours)
        for name in re.findall(r":material/(\w+):", path.read_text(encoding="utf-8"))
    }
    assert named - {"star_filled"} <= set(page_fonts.ICONS)  # which Streamlit draws by itself
    assert names_of_icons(fonts["CCSP Icons"]) == set(page_fonts.ICONS)
    whole = TTFont(page_fonts.FONTS[-1].path())
    assert set(page_fonts.ICONS) <= names_of_icons(whole) and len(names_of_icons(whole)) > 3_000


def names_of_icons(font: TTFont) -> set[str]:
    """The words in whose place a font draws an icon."""
    letter = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}
    return {
        "".join(letter[glyph] for glyph in (first, *one.Component))
        for lookup in font["GSUB"].table.LookupList.Lookup
        for part in lookup.SubTable
        for first, ones in getattr(part, "ExtSubTable", part).ligatures.items()
        for one in ones
    }


@pytest.mark.parametrize("font", page_fonts.FONTS, ids=lambda font: font.name)
def test_a_font_that_was_changed_has_another_name_its_licence_and_few_bytes(fonts, font, tmp_path):
    """SIL OFL 1.1, 2 and 3: copyright and licence stay with it, the reserved name goes."""
    ours, theirs = fonts[font.name]["name"], TTFont(font.path())["name"]
    for number in (0, 13, 14):  # copyright, licence
        assert ours.getDebugName(number) == theirs.getDebugName(number)
    for number in {one.nameID for one in ours.names} - {0, 5, 13, 14}:
        assert "Source" not in ours.getDebugName(number), number
    assert ours.getDebugName(1) == font.name
    assert len(page_fonts.make(font)) < font.path().stat().st_size / 3


def test_fonts_are_made_once_and_again_where_what_they_are_made_of_changes(tmp_path, monkeypatch):
    made_by = []
    monkeypatch.setattr(page_fonts, "make", lambda font: made_by.append(font) or b"letters")
    names = page_fonts.prepare(tmp_path)
    assert page_fonts.prepare(tmp_path) == names and len(made_by) == len(page_fonts.FONTS)
    assert sorted(names) == sorted(path.name for path in tmp_path.iterdir())
    monkeypatch.setattr(page_fonts, "version", lambda package: "5.0")
    assert not set(page_fonts.prepare(tmp_path)) & set(names)


def test_the_styles_name_the_fonts_that_are_there_and_streamlit_s_for_other_letters():
    rules = re.findall(r"@font-face{([^}]*)}", page_fonts.font_faces())
    addresses = [re.search(r"url\(([^)]*)\)", rule).group(1) for rule in rules]
    assert {a for a in addresses if a.startswith("/app/static/")} == {
        f"/app/static/{font.file()}" for font in page_fonts.FONTS
    }
    assert all("unicode-range" in rule for rule in rules if "Material" not in rule)
    for address in (a for a in addresses if a.startswith("/static/")):
        assert (gate.STREAMLIT / address[1:]).is_file()
    codes = {
        code
        for first, last in re.findall(r"U\+(\w+)(?:-(\w+))?", page_fonts.unicode_range())
        for code in range(int(first, 16), int(last or first, 16) + 1)
    }
    assert codes == set(page_fonts.CHARACTERS)
