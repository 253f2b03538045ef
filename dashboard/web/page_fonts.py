"""The page's fonts: the letters and icons that screens show, taken out of Streamlit's own fonts, which are ten times as large. A
browser asks for one of Streamlit's where a text has a letter that ours lack.

The letters are Source Sans and Source Code (SIL OFL 1.1, with the reserved name « Source »): a font that was changed keeps its
licence and copyright, and has another name. The icons are Material Symbols (Apache 2.0).

Before: `dashboard.public_files`. After: `dashboard.web.page_head`, which names them; scripts/start.py, which has them made.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard import public_files

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

# French and its neighbours; the letters of Fon, Yoruba, Bariba, Dendi and Ditammari, with their tones; signs of our screens.
CHARACTERS = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x100),
    *map(ord, "ŒœŸƁɓƆɔƊɗɖƐɛƔɣƖɩɲŊŋƱʊʋẸẹỌọṢṣ"),
    *map(
        ord,
        "ĀāĒēĪīŌōŪūǍǎĚěǏǐǑǒǓǔŃńǸǹĨĩŨũẼẽ\u0300\u0301\u0302\u0303\u0304\u0306\u0308\u030c\u0323\u0331",
    ),
    *range(0x2010, 0x2016),  # hyphens and dashes
    0xFB00,  # ff, which is one glyph: hinted as a letter only where it is a character too
    *map(ord, "‘’‚“”„†‡•…\u202f‰′″‹›ᵉʳ₀₁₂₃€√Σφτχ←↑→↓−≈≠≤≥✓✗▲▼▶◀▾▴●■◆"),
)
# Those that Streamlit's scripts name, and ours.
ICONS = (
    "123 1k access_time add area_chart arrow_downward arrow_drop_down_circle arrow_upward arrows_outward attach_money"
    " audio_file auto_awesome bar_chart calendar_month calendar_today check check_box check_circle checklist chevron_left"
    " chevron_right circle close code_blocks commit content_copy contrast currency_yen dark_mode data_object error euro"
    " expand_less expand_more experiment face finance_chip format_list_numbered image info keep keep_off"
    " keyboard_arrow_down keyboard_arrow_right keyboard_double_arrow_left keyboard_double_arrow_right light_mode link list"
    " markdown menu more_horiz more_vert notes percent schedule search_activity sentiment_dissatisfied sentiment_neutral"
    " sentiment_sad sentiment_satisfied sentiment_very_satisfied show_chart smart_button smart_toy speed_1_75 star tag"
    " thumb_down thumb_up timelapse today translate upload video_file visibility visibility_off"
).split()
# Blocks of letters for which the browser fetches all of Streamlit's: Latin, phonetic, Greek, Cyrillic.
OTHER_LETTERS = "U+100-2FF,U+370-52F,U+1D00-1DBF,U+1E00-1FFF"
KEPT_NAMES = [
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    13,
    14,
]  # of what a font says of itself: copyright, names, version, licence


@dataclass(frozen=True)
class PageFont:
    """A font of ours. family: as Streamlit's scripts call it; source: how the name of its file begins, in Streamlit's folder;
    name: how it calls itself; face: what else its rule in the style sheet says; of_letters: whether it is for texts."""

    family: str
    source: str
    name: str
    face: str
    of_letters: bool = True

    def path(self) -> Path:
        """The file that it is made of."""
        spec = find_spec("streamlit")
        assert spec and spec.origin, "Streamlit is installed"
        media = Path(spec.origin).parent / "static" / "static" / "media"
        (found,) = media.glob(f"{self.source}.*.woff2")
        return found

    def file(self) -> str:
        """The name of its own file, another one where what it is made of, and how, changes."""
        made_of = (
            self.path().read_bytes(),
            Path(__file__).read_bytes(),
            version("fonttools").encode(),
        )
        digest = public_files.digest(b"".join(made_of))
        return f"ccsp-{self.name.split()[-1].lower()}-{digest}.woff2"


FONTS = (
    PageFont("Source Sans", "SourceSansVF-Upright", "CCSP Sans", "font-weight:100 900;font-display:swap"),
    PageFont("Source Code Pro", "SourceCodeVF-Upright", "CCSP Code", "font-weight:100 900;font-display:swap"),
    PageFont("Material Symbols Rounded", "MaterialSymbols-Rounded", "CCSP Icons", "font-display:block", of_letters=False),
)  # fmt: skip
LETTERS = FONTS[0]  # of every page


def prepare(static: Path) -> list[str]:
    """Make the fonts that are not in `static` yet, which takes two seconds; their names. OSError where one cannot be written."""
    for font in FONTS:
        if not (static / font.file()).is_file():
            public_files.write(static / font.file(), make(font))
    return [font.file() for font in FONTS]


@cache
def font_faces() -> str:
    """The fonts as rules of a style sheet. Where two have a letter, the later one counts."""
    faces = []
    for font in FONTS:
        begin = f"@font-face{{font-family:{font.family};{font.face};src:url("
        ours, end = f'{begin}/app/static/{font.file()})format("woff2")', "}"
        if font.of_letters:
            all_letters = f'{begin}/static/media/{font.path().name})format("woff2")'
            faces.append(f"{all_letters};unicode-range:{OTHER_LETTERS}{end}")
            end = f";unicode-range:{unicode_range()}}}"
        faces.append(ours + end)
    return "".join(faces)


def unicode_range() -> str:
    """CHARACTERS as a style sheet says them."""
    runs: list[list[int]] = []
    for code in sorted(CHARACTERS):
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return ",".join(f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in runs)


def make(font: PageFont) -> bytes:
    """The bytes of a font, as WOFF2."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    made = TTFont(font.path())
    characters: Iterable[int] = CHARACTERS
    if not font.of_letters:
        characters = {ord(c) for name in ICONS for c in name}
        _keep_icons(made)
    if "fvar" in made:
        made["fvar"].instances = []  # weights that have a name
    features = ["ccmp", "kern", "liga", "locl", "mark", "mkmk", "rlig"]
    options = Options(layout_features=features, name_IDs=KEPT_NAMES)
    options.drop_tables += ["STAT"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(made)
    for record in made["name"].names:
        if record.nameID in (1, 3, 4, 6):
            record.string = font.name.replace(" ", "") if record.nameID == 6 else font.name
    made.flavor = "woff2"
    made.save(written := BytesIO())
    return written.getvalue()


def _keep_icons(font: "TTFont") -> None:
    """Take the icons that pages do not show out of a font. Each is drawn in place of its name, as a ligature of the name's
    letters: who has the letters has them all."""
    letter = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for part in lookup.SubTable:
            icons = getattr(part, "ExtSubTable", part).ligatures
            for first, ones in icons.items():
                names = ["".join(letter[g] for g in (first, *one.Component)) for one in ones]
                icons[first] = [one for one, name in zip(ones, names, strict=True) if name in ICONS]
