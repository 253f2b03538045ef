"""What docs/straight-line.md shows: a file is imported, a page opened, and what stood at each stop is put into its blocks.

`python -m tests.pages.straight_line` puts it there again; the words around the blocks are the document's own.
"""

import inspect
import io
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from datetime import date
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

import numpy as np
from sqlalchemy import text

from dashboard import french, indicators, settings, wording
from dashboard.accounts import rights
from dashboard.accounts.rights import LOCAL_READER, NOBODY, Person, Role
from dashboard.answers import cards, context, figures, network
from dashboard.answers.question import Question
from dashboard.forms.parse import Parsing
from dashboard.forms.rows import Reader
from dashboard.indicators import breakdown, measures
from dashboard.period import DAY_0, add_months
from dashboard.settings import ROOT
from dashboard.ui import cards as drawn
from db import codes, facts, monthly_visits, packed_visits, read, rollup_cells, schema
from db.__main__ import main
from db.codes import ALL_SERVICES, MONTH
from db.seed import seed
from tests.builders import COTONOU, KANDI
from tests.pages.app import visit_page
from tests.pages.watched import Run, tree, watching

PAPER = ROOT / "docs" / "straight-line.md"
BLOCK = re.compile(r"^```text (\w+)\n(.*?)^```$", re.M | re.S)
CODE = "wait_within_30"
STOPS = re.findall(r"^\| \d+ \| `([\w.]+)`", PAPER.read_text(encoding="utf-8"), re.M)
MARCH = Question(date(2025, 3, 1), date(2025, 3, 31))
LINES = """\
Centre;Date;Heure d'arrivée;Heure d'appel;Heure de fin;Type;Prestation;Sexe;Satisfait;Issue;Référence
Kandi;03/03/2025;08:00;08:05;08:20;requête;;F;oui;servi;K-01
CCSP de Kandi;2025-03-03;08:10;08:40;;0;;Homme;;Servi;K-02
ccsp-kandi;3/3/2025;08:15;08:46;;plainte;;;;;K-03
Kandi;03/03/2025;08:20;12:25;12:40;requête;;F;non;servi;K-04
Kandi;03/03/2025;08:30;;;requête;;M;oui;servi;K-05
Kandi;03/03/2025;08:35;;;requête;;M;;parti;K-06
Kandi;03/03/2025;;;;requête;;F;;parti;K-07
Kandi;03/03/2025;08:00;08:05;08:20;requête;;F;oui;servi;K-01
Kandi;04/03/2025;09:00;09:12;;requête;;F;;servi;K-08
Kandi;04/03/2025;09:05;09:17;;requête;;M;;servi;K-09
Kandi;04/03/2025;09:10;09:25;;requête;;M;;servi;K-10
Kandi;04/03/2025;09:20;09:40;;requête;;F;;servi;K-11
Nikki;04/03/2025;10:00;10:10;;requête;;M;;servi;N-01
GSRU de Cotonou;04/03/2025;10:00;;;requête;;M;;parti;C-01
"""
WRONG = "Kandi;05/03/2025;08:30;08:05;;requête;;F;;servi;K-12\n"
FEW = ("K-01", "K-04", "K-05", "K-06", "K-07", "C-01")  # lines that the document follows
IMPORTING = (Parsing.__iter__, Reader.read, packed_visits.pack, rollup_cells.cells)
ASKING = (
    cards.metrics,
    monthly_visits.load_months,
    read.visits_by_service,
    facts.gather,
    facts._breakdown,
    breakdown.Breakdown.column,
    measures.wait_within,
    measures.ratio,
    french.percent,
)
# The lines of code that decide, by block: where they stand, how the first begins, how many.
Where = tuple[Callable | ModuleType, str, int]
DECIDING: dict[str, tuple[Where, ...]] = {
    "waits": ((packed_visits.pack, "wait = np.where(", 5),),
    "stored": ((codes, "COUNTERS = (", 14), (rollup_cells._flags, "kind, sex,", 17)),
    "facts": (
        (facts._breakdown, "left_timed = mine", 1),
        (facts.gather, "threshold=", 1),
        (settings, "wait_threshold_minutes:", 3),
    ),
    "measure": (
        (measures.wait_within, "short =", 2),
        (indicators, "THRESHOLD, ACTIVE =", 1),
        (indicators, 'short=f"Reçus en', 1),
    ),
    "figure": ((breakdown._figures, "few =", 2),),
    "asked": ((rights, '"aggregates":', 1),),
    "metric": ((wording.shown_value, "if figure.value", 5),),
}


# --- what happens ---------------------------------------------------------------------------------------------------
def hand_in(folder: Path, name: str, lines: str) -> str:
    """What `python -m db import` says of a file with these lines."""
    path = folder / name
    path.write_text(lines, encoding="utf-8")
    with redirect_stdout(io.StringIO()) as said, redirect_stderr(said):
        main(["import", str(path)])
    return said.getvalue()


def happened(folder: Path) -> tuple[Run, dict[str, str]]:
    """The file's way through the empty database of the settings: what ran, and the document's blocks by name."""
    with watching(*IMPORTING, *ASKING, drawn.grid) as run:
        said = hand_in(folder, "registre-mars.csv", LINES)
        page = visit_page("attentes", periode="2025-03")
    of_march = run.of(facts.gather, lambda n: (n["by"], n["first"]) == ("nation", MARCH.first)).gave
    measure = run.of(measures.wait_within, lambda n: n["f"].waits is of_march.waits).gave
    metric = next(m for m in run.of(cards.metrics).gave if m.card.code == CODE)
    html = "".join(element.proto.body for element in page.get("html"))
    card = next(c for c in re.findall(r"<section.*?</section>", html) if CODE in c)
    (below,) = re.findall(r'<p class="ccsp-sources">(.*?)</p>', html)
    blocks = {
        "file": LINES,
        "said": said,
        "rows": _rows(run.of(Parsing.__iter__).gave.values),
        "kept": _kept(),
        "waits": _waits(run),
        "stored": _stored(),
        "arrays": _arrays(run.of(monthly_visits.load_months).gave),
        "facts": _facts(of_march),
        "measure": written(measure),
        "figure": written(run.of(breakdown.Breakdown.column, lambda n: n["code"] == CODE).gave[0]),
        "metric": _metric(metric),
        "html": _html(card),
        "below": below + "\n",
        "calls": _calls(run),
        "asked": _asked(),
        "refused": hand_in(folder, "registre-faux.csv", LINES + WRONG),
    }
    for name, where in DECIDING.items():
        blocks[name] += "".join(_code(*one) for one in where)
    return run, blocks


# --- how it is written ----------------------------------------------------------------------------------------------
def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows of words below their headings, in columns."""
    lines = [heads, *([("—" if v is None else str(v)) for v in row] for row in rows)]
    wide = [max(len(line[i]) for line in lines) for i in range(len(heads))]
    return "".join(
        "  ".join(v.ljust(w) for v, w in zip(line, wide, strict=True)).rstrip() + "\n"
        for line in lines
    )


def written(value: object) -> str:
    """A value as Python writes it, broken between its parts to a page's width."""
    lines = [""]
    for part in repr(value).split(", "):
        if len(lines[-1]) + len(part) > 114:
            lines.append("    ")
        lines[-1] += f"{part}, "
    return "\n".join(line.rstrip() for line in lines).removesuffix(",") + "\n"


def spread(counts: np.ndarray) -> str:
    """A histogram without its zeros: « 5: 1, 12: 2 »."""
    return ", ".join(f"{m}: {int(counts[m])}" for m in np.flatnonzero(counts).tolist())


def _code(where: Callable | ModuleType, first: str, lines: int) -> str:
    """So many lines of code, from the first that begins like this, below where they stand."""
    code = inspect.getsource(where).splitlines(keepends=True)
    start = next(i for i, line in enumerate(code) if line.lstrip().startswith(first))
    found = (where.__name__,) if inspect.ismodule(where) else (where.__module__, where.__qualname__)
    return f"# {'.'.join(found)}\n" + dedent("".join(code[start : start + lines]))


def _calls(run: Run) -> str:
    """Who calls whom: for the import, then for a card where nothing is kept yet."""
    context.close_databases()
    with watching(*ASKING) as asked:
        cards.metrics(LOCAL_READER, MARCH, (CODE,))
    before = run.of(cards.metrics).chain[:-1]  # the page may have asked for the same by another way
    ratio = asked.of(measures.ratio, through=(breakdown._figures, measures.wait_within))
    words = asked.of(french.percent, through=(cards.card,))
    found = [asked.of(read.visits_by_service), asked.of(facts._breakdown), ratio, words]
    chains = [run.of(one).chain for one in IMPORTING] + [before + one.chain for one in found]
    return tree([*chains, run.of(drawn.grid).chain], {stop: n for n, stop in enumerate(STOPS, 1)})


def _rows(values: dict[str, list]) -> str:
    names = ("source_ref", "site_id", "day", "arrived_at", "called_at", "outcome")
    rows = zip(*(values[name] for name in names), strict=True)
    return table(names, (row for row in rows if row[0] in FEW))


def _asked_of_database(question: str, **values: object) -> list[Sequence[Any]]:
    with context.engine().connect() as connection:
        return list(connection.execute(text(question), values))


def _kept() -> str:
    counted = _asked_of_database(
        "SELECT s.code, b.first_day, b.last_day, count(*) FROM batch_site b JOIN site s ON s.id = b.site_id JOIN visit v"
        " ON v.site_id = s.id AND v.batch_id = b.batch_id WHERE v.superseded_by IS NULL"
        " GROUP BY s.code, b.first_day, b.last_day ORDER BY s.code"
    )
    return table(("site", "first_day", "last_day", "visits that count"), counted)


def _waits(run: Run) -> str:
    references = run.of(Parsing.__iter__).gave.values["source_ref"]
    waits = packed_visits.field_of(run.of(packed_visits.pack).gave, "wait").tolist()
    of = dict(zip(references, waits, strict=True))
    row = ["none" if of[ref] == packed_visits.NO_WAIT else of[ref] for ref in FEW]
    return table(("source_ref", *FEW), [("wait", *row)])


def _stored() -> str:
    rows = _asked_of_database(
        "SELECT s.code, r.start, r.visits, r.measured, r.left_timed, r.waits FROM rollup r JOIN site s ON s.id = r.site_id"
        " WHERE r.level = :month AND r.service_id = 0 ORDER BY s.code",
        month=MONTH,
    )
    return table(
        ("site", "start", "visits", "measured", "left_timed", "waits (minute: how many)"),
        (
            (*row[:5], spread(rollup_cells.dense(*rollup_cells.decode([row[5]]), 1)[0]))
            for row in rows
        ),
    )


def _arrays(book: monthly_visits.Months) -> str:
    cells = book.cells
    of_all = [i for i in range(len(cells)) if book.services[cells.service[i]] == ALL_SERVICES]
    lines = []
    for i in of_all:
        words = cells.words["waits"][cells.ends["waits"][i] : cells.ends["waits"][i + 1]]
        waits = rollup_cells.sum_blobs([words.tobytes()], np.zeros(1, np.int64), 1)[0]
        month = add_months(DAY_0, int(cells.month[i]))
        lines.append(f"site {cells.site[i]}, {month:%Y-%m}  {spread(waits)}\n")
    return f"{len(cells)} cells; waits of those of all services:\n" + "".join(lines)


def _facts(known: facts.Facts) -> str:
    return "".join(
        f"{name.ljust(10)}  {value}\n"
        for name, value in (
            ("keys", known.keys),
            ("days", f"{known.first} … {known.last}"),
            ("waits[0]", spread(known.waits[0])),
            ("left_timed", known.left_timed),
            ("reporting", f"{known.reporting} of {known.expected}"),
            ("threshold", known.threshold),
        )
    )


def _metric(one: cards.Metric) -> str:
    return written(one.card) + "".join(f"help: {part}\n" for part in one.help)


def _html(card: str) -> str:
    """A card, an element a line, without what it explains when it is asked."""
    short = re.sub(r"(<div popover[^>]*>).*?</div>", r"\1…</div>", card)
    return re.sub(r"(?=<(?:button|div|strong|p>|/section))", "\n", short).lstrip() + "\n"


def _asked() -> str:
    littoral = frozenset({"Littoral"})
    asked = (
        ("the cabinet", Person("", Role.CABINET), MARCH),
        ("the director of another department", Person("", Role.DIRECTOR, littoral), MARCH),
        ("a guest of a link for the Littoral", Person("", Role.GUEST, littoral), MARCH),
        ("somebody without a role", NOBODY, MARCH),
        ("the cabinet, of Kandi", Person("", Role.CABINET), replace(MARCH, site=KANDI)),
        ("the cabinet, of Cotonou", Person("", Role.CABINET), replace(MARCH, site=COTONOU)),
    )
    return table(
        ("who asks", "sites", "figure", "n", "note", "shown"),
        (
            (
                who,
                len(network.sites(person, question)),
                *(
                    lambda f: (
                        f"{f.numerator} / {f.denominator}",
                        f.n,
                        f.note,
                        wording.shown_value(f),
                    )
                )(figures.overall_figures(person, question)[CODE]),
            )
            for who, person, question in asked
        ),
    )


def filled(paper: str, blocks: dict[str, str]) -> str:
    """The document with these blocks. Raises KeyError for one that nothing fills."""
    return BLOCK.sub(lambda m: f"```text {m[1]}\n{blocks[m[1]]}```", paper)


def rewrite() -> None:
    """Put what happens now into the document's blocks."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/ccsp.db"
        settings.load_settings.cache_clear()
        schema.upgrade(context.engine())
        seed(context.engine())
        _, blocks = happened(Path(folder))
        context.close_databases()
    PAPER.write_text(filled(PAPER.read_text(encoding="utf-8"), blocks), encoding="utf-8")


if __name__ == "__main__":
    rewrite()
