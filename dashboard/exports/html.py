"""Slides as HTML: fragments to present, and one file that opens anywhere, without network and without script."""

import base64
from collections.abc import Iterable
from math import ceil

from dashboard import french, palette
from dashboard.exports import map_svg, svg
from dashboard.exports.svg import escape_markup
from dashboard.indicators import BY_CODE, Indicator
from dashboard.one_run_at_a_time import yield_to_others
from dashboard.palette import ROLES
from dashboard.panel import (
    Card,
    Cards,
    Chart,
    Content,
    Deck,
    Lines,
    Listing,
    Message,
    Panel,
    Plot,
    Slide,
    Table,
)
from dashboard.wording import DEMO

S = french.SPACE
TRUST = f"Puis-je m'y fier{S}?"
PROJECTED = (1200, 450, 24)  # width, height, least type of a figure on a slide of 1280 × 720
READING, READ_LINE = 36, 115  # height and letters of a line that says how to read the figure
READ = (760, 13)  # width, least type of a figure in the file
MAP_HEIGHT = 560
FEW = 5  # rows
SHORT = 12  # rows that a file shows all at once
PAPER_ROWS = 1_000  # rows of a table on paper, some 25 pages of a PDF: ten thousand are more than one can be set of
IN_WORKBOOK = ", toutes dans le classeur"
LONG = 50  # letters in a cell that asks for a wide column
COLOURS = {  # of the file, as its style sheet names them
    "ink": palette.INK,
    "soft": palette.SOFT,
    "rule": palette.GRID,
    "paper": palette.PAPER,
    "card": palette.CARD,
    "main": palette.MAIN,
    "better": palette.IMPROVEMENT.text,
    "worse": palette.ALERT.text,
    "other": palette.CHANGE.text,
    "band": palette.NOTICE,
    "on-band": palette.ON_NOTICE,
    "focus": palette.FOCUS,
}
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


# ---- parts of both --------------------------------------------------------------------------------------------------


def picture(panel: Panel, width: float, height: float | None, font_px: float) -> str:
    """The panel's chart or map as SVG with its alternative text; "" where it has none."""
    match panel.content:
        case Chart(spec):
            drawn = svg.chart(spec, width, height, font_px)
        case Plot() as plot:
            drawn = map_svg.map_(plot, width, height or MAP_HEIGHT, font_px)
        case _:
            return ""
    return drawn.replace(
        "<svg ", f'<svg role="img" aria-label="{escape_markup(panel.alt or panel.title)}" ', 1
    )


def _text_content(content: Content) -> str:
    """The content that is no picture, as HTML: figures, sentences, or why there is nothing."""
    match content:
        case Message(text):
            return f'<p class="message">{escape_markup(text)}</p>'
        case Cards(cards):
            return _cards(cards)
        case Lines(lines):
            return f'<ul class="lines">{"".join(f"<li>{escape_markup(line)}</li>" for line in lines)}</ul>'
    return ""


def _cards(cards: Iterable[Card]) -> str:
    """Figures as HTML cards."""

    def one(card: Card) -> str:
        state = (
            f'<dd class="state {escape_markup(card.tone)}">{escape_markup(card.state)}</dd>'
            if card.state
            else ""
        )
        base = f'<dd class="base">{escape_markup(card.base)}</dd>' if card.base else ""
        return f'<div><dt>{escape_markup(card.label)}</dt><dd class="value">{escape_markup(card.text)}</dd>{base}{state}</div>'

    return f'<dl class="cards">{"".join(map(one, cards))}</dl>'


def _table(table: Table, title: str, rows: int, elsewhere: str = "") -> str:
    """The first rows of the table as HTML, and how many there are. A short one has a class of its own: a slide has room for
    larger type. elsewhere: where all rows are, as `rest_in_words` has it."""
    if table.is_empty:
        return "<p>Aucune ligne.</p>"
    numeric = [c.unit not in ("", "day") for c in table.columns]
    held = table.rows[:rows]
    wide = [max(len(row[i].text) for row in held) > LONG for i in range(len(table.columns))]
    side = [
        ' class="n"' if n else ' class="w"' if w else "" for n, w in zip(numeric, wide, strict=True)
    ]
    head = "".join(
        f'<th scope="col"{k}>{escape_markup(c.name)}</th>'
        for c, k in zip(table.columns, side, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{k}>{escape_markup(cell.text)}</td>"
            if i
            else f'<th scope="row"{k}>{escape_markup(cell.text)}</th>'
            for i, (cell, k) in enumerate(zip(row, side, strict=True))
        )
        + "</tr>\n"
        for row in held
    )
    shown = len(held)
    rest = (
        ""
        if shown == len(table.rows)
        else (
            f'<p class="rest" data-all="{len(table.rows)}">{rest_in_words(shown, len(table.rows), elsewhere)}</p>'
        )
    )
    name = escape_markup(title or "Les chiffres")
    few = " few" if shown <= FEW else " long" if shown > SHORT else ""
    return (
        f'<div class="table{few}" role="region" aria-label="Tableau{S}: {name}" tabindex="0"><table><caption>{name}</caption>'
        f"<thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table></div>{rest}"
    )


def rest_in_words(shown: int, total: int, elsewhere: str = "") -> str:
    """« 1 000 premières lignes sur 3 412, toutes dans le classeur. » elsewhere: where all are, after a comma; "" to leave it
    out."""
    return f"{french.number(shown)}{S}premières lignes sur {french.number(total)}{elsewhere}."


# ---- slides to present ----------------------------------------------------------------------------------------------


def slide_html(slide: Slide, number: int, total: int, rows: int = 8) -> str:
    """A slide as HTML to put into a page: headline, figure, cards, sentences or first rows of the table, and the
    question.

    It contains no script. Its styles are the page's: `STYLE` holds those of this module.
    """
    panel, name = slide.panel, f"diapo-{number}-titre"
    width, height, type_ = PROJECTED
    read = panel.reading or panel.legend
    if drawn := picture(panel, width, height - READING * ceil(len(read) / READ_LINE), type_):
        caption = f"<figcaption>{escape_markup(read)}</figcaption>" if read else ""
        body = f"<figure>{drawn}{caption}</figure>"
    elif isinstance(panel.content, Listing) and panel.table.columns:
        body = _table(panel.table, panel.title, rows)
    else:
        body = _text_content(panel.content)
    question = f'<p class="question">{escape_markup(slide.question)}</p>' if slide.question else ""
    return (
        f'<section class="slide" lang="fr" aria-labelledby="{name}" aria-roledescription="diapositive {number} sur {total}">'
        f'<h2 id="{name}">{escape_markup(french.bind_numbers(slide.headline))}</h2>{body}{question}</section>'
    )


# ---- one file -------------------------------------------------------------------------------------------------------


def dossier(deck: Deck) -> str:
    """All slides with their tables in one HTML file: contents, figures as inline SVG, definitions at the end."""
    shown = list(enumerate(deck.paper_slides, 1))
    demo = f'<p class="demo" role="note"><strong>{DEMO}</strong></p>' if deck.demo else ""
    held = base64.b64encode(deck.logo).decode()
    logo = (
        f'<img class="logo" src="data:image/png;base64,{held}" alt="{escape_markup(deck.issuer)}">'
        if deck.logo
        else ""
    )
    contents = "".join(
        f'<li><a href="#partie-{n}">{escape_markup(s.headline)}</a></li>' for n, s in shown
    )
    defined = "".join(
        f"<dt>{escape_markup(i.label)}</dt><dd>{escape_markup(definition_text(i))}</dd>"
        for i in indicators(deck)
    )
    words = f'<section aria-labelledby="definitions"><h2 id="definitions">Définitions</h2><dl>{defined}</dl></section>'
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="fr">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{escape_markup(f'{deck.title} · {deck.scope} · {deck.period}')}</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            "<body>",
            f'<header>{logo}{demo}<h1>{escape_markup(deck.title)}</h1><p class="scope">{escape_markup(deck.head[0])}</p>'
            f"{f'<p>{escape_markup(deck.issuer)}</p>' if deck.issuer else ''}<p>{escape_markup(deck.head[1])}</p></header>",
            f'<nav aria-label="Sommaire"><h2>Sommaire</h2><ol>{contents}</ol></nav>',
            "<main>",
            *(_slide_section(slide, n) for n, slide in shown),
            words if defined else "",
            "</main>",
            f"<footer><p>{escape_markup(deck.foot_with_maker)}</p></footer>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _slide_section(slide: Slide, number: int) -> str:
    """One slide of the file, with its whole table."""
    yield_to_others()
    panel = slide.panel
    parts = [
        f'<section aria-labelledby="partie-{number}">',
        f'<h2 id="partie-{number}">{escape_markup(slide.headline)}</h2>',
    ]
    if drawn := picture(panel, READ[0], None, READ[1]):
        # The figure scrolls where it is wider than the window, so the keyboard must be able to focus it.
        parts.append(
            f'<figure><div class="scroll" role="group" aria-label="Figure {number}" tabindex="0">{drawn}</div></figure>'
        )
    if words := _text_content(panel.content):
        parts.append(words)
    if slide.caption:
        parts.append(f'<p class="caption">{escape_markup(slide.caption)}</p>')
    if slide.question:
        parts.append(f'<p class="question">{escape_markup(slide.question)}</p>')
    if panel.trust_line:
        parts.append(
            f'<p class="trust"><strong>{TRUST}</strong> {escape_markup(panel.trust_line)}</p>'
        )
    if panel.table.columns and not isinstance(panel.content, Message):
        parts.append(
            _table(panel.table.without_empty_columns, panel.title, PAPER_ROWS, IN_WORKBOOK)
        )
    return "\n".join([*parts, "</section>"])


def indicators(deck: Deck) -> list[Indicator]:
    """The indicators of the deck, in its order."""
    codes = [
        code
        for s in deck.slides
        for code in (s.code.partition(":")[2], *(c.code for c in s.panel.cards))
    ]
    return [BY_CODE[code] for code in dict.fromkeys(codes) if code in BY_CODE]


def definition_text(indicator: Indicator) -> str:
    """What an indicator counts, and what it does not say."""
    return " ".join(part for part in (indicator.definition, indicator.limits) if part)


# ---- looks ------------------------------------------------------------------------------------------------------------


def recolour_rules(theme: str, selector: str = "") -> str:
    """Style rules that change the pictures' colours to "dark" or "projector"; colours without a role stay
    (`svg.paint_attributes`). selector: of what holds the pictures, or ""."""
    return "".join(
        f"{selector} .{part}-{colour.role}{{{part}:{colour.for_theme(theme)}}}"
        for colour in ROLES.values()
        if colour.for_theme(theme) != colour
        for part in ("fill", "stroke")
    )


STYLE = f"""
:root{{{palette.variables(COLOURS)}}}
*{{box-sizing:border-box}}
body{{margin:0 auto;padding:1rem;max-width:56rem;background:var(--paper);color:var(--ink);overflow-wrap:anywhere;
font:1rem/1.5 "Source Sans Pro","Source Sans 3","Source Sans",Calibri,Carlito,system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif}}
h1{{font-size:1.9rem;line-height:1.2;margin:.4em 0 .2em}}
h2{{font-size:1.3rem;line-height:1.3;margin:0 0 .6em}}
a{{color:var(--main)}}
:focus-visible{{outline:3px solid var(--focus);outline-offset:2px}}
header .logo{{display:block;max-height:4rem;max-width:60%;margin-bottom:.6rem}}
header p{{margin:.2em 0;color:var(--soft)}}header .scope{{color:var(--ink);font-size:1.15rem}}
.demo{{padding:.5em .8em;border-radius:.4em;background:var(--band);color:var(--on-band)!important}}
main>section,nav{{border-top:1px solid var(--rule);margin-top:1.6rem;padding-top:1.2rem}}
/* Room at both sides for words in a wider typeface than the one they were measured in. */
figure{{margin:0}}.scroll{{overflow-x:auto;padding:0 3rem 0 1rem}}
svg{{display:block;width:100%;height:auto;overflow:visible}}.scroll svg{{min-width:36rem}}
.caption,.trust,footer,caption,.base,.rest{{color:var(--soft);font-size:.92rem}}
.trust{{padding:.5em .8em;background:var(--card);border-radius:.4em}}
.question{{padding-left:.8em;border-left:.3rem solid var(--main);font-weight:600}}
.message{{padding:.6em .8em;background:var(--card);border-radius:.4em}}
.lines{{padding-left:1.2em}}.lines li{{margin:.3em 0}}
.cards{{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:.7rem;margin:0 0 1rem}}
.cards div{{padding:.7rem .9rem;border:1px solid var(--rule);border-radius:.5rem;background:var(--card)}}
.cards dd{{margin:0}}.cards dt{{color:var(--soft)}}.value{{font-size:1.7rem;font-weight:600;line-height:1.25}}
.state{{font-weight:600;color:var(--soft)}}.state.improvement{{color:var(--better)}}.state.alert{{color:var(--worse)}}
.state.neutral{{color:var(--other)}}
.table{{overflow:auto;border:1px solid var(--rule);border-radius:.4rem;margin:1rem 0}}
.table.long{{max-height:27rem}}
table{{border-collapse:collapse;width:100%;font-size:.92rem}}
caption{{text-align:left;padding:.4em .6em}}
th,td{{text-align:left;vertical-align:top;padding:.3em .6em;border-top:1px solid var(--rule);font-weight:400;min-width:5rem;
overflow-wrap:break-word}}
thead th{{font-weight:600;background:var(--card);position:sticky;top:0}}
td.w{{min-width:16rem}}.n{{text-align:right;font-variant-numeric:tabular-nums}}
#definitions+dl dt{{font-weight:600;margin-top:.6em}}#definitions+dl dd{{margin:0}}
footer{{border-top:1px solid var(--rule);margin-top:1.6rem}}
@media (prefers-color-scheme:dark){{
:root{{{palette.variables(COLOURS, "dark")}}}
{recolour_rules("dark")}}}
@media print{{body{{max-width:none;padding:0;font-size:10pt}}.table,.table.long{{max-height:none;overflow:visible;border:0}}
.scroll{{overflow:visible}}.scroll svg{{min-width:0}}thead{{display:table-header-group}}thead th{{position:static}}
main>section{{break-before:page;border:0}}tr,figure,.cards div{{break-inside:avoid}}nav a{{color:inherit;text-decoration:none}}}}
"""
