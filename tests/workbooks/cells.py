"""How people write a cell: what goes into the workbook, how it is formatted, and what whoever looks at it reads there."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from dashboard import french
from dashboard.forms.formats import ANSWER, Column, Words

WRONG = object()  # nobody can tell what is meant, or it is not what is held: to be refused
LOCAL = "mm-dd-yy"  # the day in the order of the machine (number 14 of the list)
ENGLISH = "en-US"
# Formats that show a day only in part, or in two ways.
WRONG_DAYS = (
    *("mm/dd/yyyy", "m/d/yy", "yyyy-dd-mm", "yyyy/dd/mm", "dd/yyyy/mm", "[$-107041E]dd/mm/yyyy"),
    *("mmm yy", "dd/mm", "yyyy", "0", "dddd"),
)
INVISIBLE = ("\u200b", "\u200e", "\ufeff", "\u00ad", "\u2060")


@dataclass(frozen=True)
class Written:
    """A cell: value and number format, and what is read of it; WRONG where it is to be refused."""

    value: object
    format: str = "General"
    read: object = None


def written(rng: Random, column: Column, meant: object, wrong: float, locale: str) -> Written:
    """A cell in which somebody writes what he means; wrong: how likely he does it so that nobody can be sure."""
    kind = "words" if isinstance(column.cell, Words) else column.cell
    if column.cell is ANSWER:
        kind = "answer"
    if meant is None:
        return Written(None, read=column.blank)
    ways = {
        "day": _day,
        "month": _month,
        "clock": _clock,
        "whole": _whole,
        "site": _noisy,
        "words": _word,
        "answer": _answer,
    }
    way = ways.get(str(kind), _noisy if column.cell != "text" else _text)
    return way(rng, meant, rng.random() < wrong, locale)


def reference(rng: Random, number: int, wrong: bool) -> Written:
    """The number of a line, as text or as a number with a format."""
    if wrong:
        return rng.choice(
            (
                Written(2025110000000000 + number, "0", WRONG),
                Written(2025110000000000.0 + number, read=WRONG),
                Written(202511000000 + number, "0.00E+00", WRONG),
                Written(number + 0.4, "0", WRONG),
                *(
                    Written(date(2025, 1 + number % 12, 1), f, WRONG)
                    for f in ("mm/yyyy", "dd/mm/yyyy", LOCAL)
                ),
                Written(time(8, number % 60), "hh:mm", WRONG),
                Written(number, "# ?/?", WRONG),
                Written(number, ";;;", WRONG),
                Written(f"{number}\n{number + 1}", read=WRONG),
                Written(f"{number % 9 + 1},02511E+16", read=WRONG),
            )
        )
    text = f"R-{number:05}"
    return rng.choice(
        (
            Written(text, read=text),
            Written(text.replace("-", "\u2011") + rng.choice(INVISIBLE), read=text),
            Written(f" R\u00a0{number}\u202f7 ", read=f"R {number} 7"),
            Written(f"Re\u0301f {number}", read=f"Réf {number}"),
            Written(f"{number:06}", "@", f"{number:06}"),
            Written(number, read=str(number)),
            Written(number, "0", str(number)),
            Written(number, "0000000", f"{number:07}"),
            Written(number, '"n° "0', f"n° {number}"),
            Written(number, '"2025-"00000', f"2025-{number:05}"),
            Written(
                number,
                "00-00-00",
                f"{number // 10_000:02}-{number // 100 % 100:02}-{number % 100:02}",
            ),
            Written(202511000000 + number, read=str(202511000000 + number)),
            Written(
                CellRichText("R", TextBlock(InlineFont(b=True), f"x-{number}")), read=f"Rx-{number}"
            ),
        )
    )


def _noisy(rng: Random, text: object, wrong: bool, _locale: str) -> Written:
    """A name, with signs that nobody sees."""
    said = str(text)
    if wrong:
        return Written(f"{said}ville-sur-mer", read=WRONG)
    at = rng.randrange(len(said) + 1)
    return rng.choice(
        (
            Written(said),
            Written(f"  {said.upper()}\u00a0"),
            Written(said[:at] + rng.choice(INVISIBLE) + said[at:]),
            Written(said.replace("-", "\u2011").replace(" ", "\u00a0")),
        )
    )


def _word(rng: Random, text: object, wrong: bool, locale: str) -> Written:
    said = str(text)
    if said.isdigit():
        return (
            Written(float(said) + 0.4, "0", WRONG)
            if wrong
            else Written(int(said), rng.choice(("0", "General")))
        )
    return _noisy(rng, text, wrong, locale)


def _answer(rng: Random, meant: object, wrong: bool, locale: str) -> Written:
    if rng.random() < 0.3 and not wrong:
        return Written(bool(meant))
    return _noisy(rng, "oui" if meant else "non", wrong, locale)


def _text(rng: Random, text: object, _wrong: bool, _locale: str) -> Written:
    """Free words: those that stand there."""
    said = str(text)
    return rng.choice(
        (
            Written(said, read=said),
            Written(f"{said}\nsuite ; fin", read=f"{said}\nsuite ; fin"),
            Written(
                CellRichText(said, TextBlock(InlineFont(i=True), " vite")), read=f"{said} vite"
            ),
            Written(12, read="12"),
            Written(said, '"Objet : "@', f"Objet : {said}"),
        )
    )


def _day(rng: Random, meant: object, wrong: bool, locale: str) -> Written:
    assert isinstance(meant, date)
    hour = datetime.combine(meant, time(9, 36))
    if wrong:
        return rng.choice(
            (
                *(Written(meant, f, WRONG) for f in WRONG_DAYS),
                Written(hour, "dd/mm/yyyy hh:mm", WRONG),
                Written(hour, "hh:mm", WRONG),
                Written(-45, "dd/mm/yyyy", WRONG),
                Written(f"{meant:%d/%m/%y}", read=WRONG),
                Written(f"{meant:%d/%m/%Y}\n{meant:%d/%m/%Y}", read=WRONG),
            )
        )
    formats = (
        "dd/mm/yyyy",
        "d/m/yyyy",
        "dd/mm/yy",
        "yyyy-mm-dd",
        "d mmm yyyy",
        "[$-40C]d mmmm yyyy;@",
    )
    more = ("dddd d mmmm yyyy", "dd-mm-yyyy", "d.m.yyyy", "ddd dd/mm/yyyy")
    return rng.choice(
        (
            *(Written(meant, f) for f in (*formats, *more)),
            Written(hour, "dd/mm/yyyy"),
            Written(f"{meant:%d/%m/%Y}"),
            Written(f" {meant.isoformat()}{rng.choice(INVISIBLE)}"),
            Written(f"{meant.day}/{meant.month}/{meant.year}"),
            Written(meant, LOCAL, WRONG if locale == ENGLISH else None),
        )
    )


def _month(rng: Random, meant: object, wrong: bool, _locale: str) -> Written:
    assert isinstance(meant, date)
    if wrong:
        return Written(meant, rng.choice(("yyyy", "mmm", "0", "dd/mm")), WRONG)
    formats = ("mm/yyyy", "mmmm yyyy", "mmm-yy", "dd/mm/yyyy", "yyyy-mm-dd", "d mmm yyyy")
    return rng.choice(
        (
            *(Written(meant + timedelta(rng.randrange(20)), f) for f in formats),
            Written(f"{meant:%m/%Y}"),
            Written(french.month_label(meant)),
        )
    )


def _clock(rng: Random, meant: object, wrong: bool, _locale: str) -> Written:
    assert isinstance(meant, int)
    at = time(meant // 60, meant % 60)
    if wrong:
        return rng.choice(
            (
                *(
                    Written(at, f, WRONG)
                    for f in ("mm:ss", "General", "0.00", "dd/mm/yyyy", "hh", "0%")
                ),
                Written(-0.3, "hh:mm", WRONG),
                Written(1 + meant / 1440, "[h]:mm", WRONG),
                Written(f"{meant // 60}h{meant % 60:02}", read=WRONG),
            )
        )
    return rng.choice(
        (
            *(
                Written(at, f)
                for f in ("hh:mm", "h:mm", "hh:mm:ss", "h:mm AM/PM", "[h]:mm", "[hh]:mm")
            ),
            Written(datetime.combine(date(2025, 3, 3), at), "hh:mm"),
            Written(2 + meant / 1440 + 1e-9, "hh:mm"),
            Written(f"{meant // 60:02}:{meant % 60:02}"),
            Written(f"{meant // 60}:{meant % 60:02}\u00a0"),
            Written(meant // 60 * 100 + meant % 60, '00":"00'),
        )
    )


def _whole(rng: Random, meant: object, wrong: bool, _locale: str) -> Written:
    assert isinstance(meant, int)
    if wrong:
        return rng.choice(
            (
                Written(meant + 0.4, "0", WRONG),
                *(
                    Written(meant, f, WRONG)
                    for f in ("0%", "0.00E+00", '"n° "0', ";;;", "0,", '"1"0')
                ),
                Written(-meant - 1, "0;0", WRONG),
                Written(meant + 0.5, "# ?/?", WRONG),
                *(
                    Written(t, read=WRONG)
                    for t in (f"{meant} 13", f"{meant}\n6", f"{meant},5", "douze")
                ),
            )
        )
    grouped = french.number(meant)
    return rng.choice(
        (
            *(
                Written(meant, f)
                for f in (
                    "General",
                    "0",
                    "#,##0",
                    "0.00",
                    "00000",
                    "#,##0.0",
                    "@",
                    "#,##0_);(#,##0)",
                )
            ),
            Written(str(meant)),
            Written(grouped),
            Written(grouped.replace("\u202f", rng.choice(" \u00a0\u2009"))),
            Written(float(meant)),
        )
    )
