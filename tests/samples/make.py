"""Writes the samples of this folder, and what must come of them: python -m tests.samples.make

Everything here is invented. The figures are counted below from the invented events themselves, in plain loops: no
module of the application is used, so that a fault of its cannot hide in its own oracle.
"""

import csv
import io
import json
import random
from datetime import date, datetime, time, timedelta
from pathlib import Path

from openpyxl import Workbook

HERE = Path(__file__).parent
REGISTER = [
    "Centre",
    "Date",
    "Heure d'arrivée",
    "Heure d'appel",
    "Heure de fin",
    "Type",
    "Prestation",
    "Sexe",
    "Satisfait",
    "Issue",
    "Référence",
]
COMPLAINTS = [
    "Référence",
    "Centre",
    "Reçue le",
    "Catégorie",
    "Prestation",
    "Canal",
    "Répondue le",
    "Issue",
    "Objet",
]
CLOSINGS = ["Centre", "Date", "Agent", "Visites déclarées"]
CLOSURES = ["Centre", "Du", "Au", "De", "À", "Motif"]
MONTHLY = [
    "Centre",
    "Mois",
    "Usagers reçus",
    "Usagers satisfaits",
    "Raisons d'insatisfaction",
    "Difficultés",
    "Solutions",
    "Observations",
]
# A site's spellings: codes, names, aliases, communes, with and without their accents.
SITES = {
    "ccsp-kandi": ["ccsp-kandi", "CCSP de Kandi", "KANDI", " kandi "],
    "ccsp-pehunco": ["Péhunco", "pehunco", "Ouassa-Péhunco", "Pehonko"],
    "ccsp-bembereke": ["Bembèrèkè", "Bembereke", "ccsp de Bembèrèkè"],
    "ccsp-dassa-zoume": ["Dassa", "Dassa Zoumé", "CCSP de Dassa-Zoumè"],
    "gsru-cotonou": ["gsru-cotonou", "GSRU DE COTONOU"],
    "ccsp-allada": [
        "CCSP d'Allada",
        "CCSP d’Allada",
        "allada",
    ],  # its register carries no time of day
}
UNTIMED = "ccsp-allada"
SERVICES = ["", "Suivi de carrière", "suivi de carriere", "cip", "Actes de pension"]
KINDS = ["requête", "REQUETE", "0", "plainte", "1", "demande d'information", "2"]
SUBJECTS = [
    "",
    "délai très long",
    "=1+1 `${alert(1)}` <img src=x>",
    "dossier égaré ; rappel, deux fois",
    "« rien reçu »",
    "à revoir\nau guichet",
]


def spelled(day: date, how: int):
    """A day in one of the spellings that files have; the last is a real date of Excel."""
    return [
        f"{day:%d/%m/%Y}",
        f"{day.day}/{day.month}/{day.year}",
        day.isoformat(),
        datetime.combine(day, time()),
    ][how]


def clock(minute: int | None) -> str:
    return "" if minute is None else f"{minute // 60:02}:{minute % 60:02}"


# --- what happened --------------------------------------------------------------------------------------------------
def visits(rng: random.Random) -> list[dict]:
    found = []
    for site in SITES:
        for _ in range(rng.randint(110, 150)):
            day = date(2025, 1, 1) + timedelta(rng.randrange(365))
            left = rng.random() < 0.08
            timed = site != UNTIMED and rng.random() < 0.85
            arrived = rng.randrange(480, 840) if timed else None
            wait = (
                min(int(rng.expovariate(1 / 25)), 239)
                if rng.random() < 0.97
                else rng.randrange(240, 300)
            )
            called = arrived + wait if timed and not left and rng.random() < 0.95 else None
            outcome = "left" if left else rng.choice(["served", "served", "unknown"])
            found.append(
                {
                    "site": site,
                    "day": day,
                    "arrived": arrived,
                    "called": called,
                    "outcome": outcome,
                    "ended": called + rng.randrange(3, 40)
                    if called is not None and rng.random() < 0.8
                    else None,
                    "sex": rng.choice(["F", "M", None]),
                    "satisfied": None if left else rng.choice([True, True, False, None]),
                }
            )
    rng.shuffle(found)
    return found


def complaints(rng: random.Random) -> list[dict]:
    found = []
    for site in SITES:
        for month in range(1, 12):
            received = date(2025, month, rng.randint(1, 28))
            days = rng.choice([0, 5, 29, 30, 31, 45, None, None])
            found.append(
                {
                    "site": site,
                    "received": received,
                    "resolved": received + timedelta(days) if days is not None else None,
                }
            )
    return found


# --- what must come of it -------------------------------------------------------------------------------------------
def rank(values: list[int], q: float) -> int | None:
    """The smallest value that at least q of all do not exceed; 240 minutes and more share one bin."""
    ordered = sorted(min(v, 240) for v in values)
    return next((v for i, v in enumerate(ordered, 1) if i >= q * len(ordered)), None)


def share(part: int, whole: int, times: int = 100) -> dict:
    return {
        "numerator": part,
        "denominator": whole,
        "value": part / whole * times if whole else None,
    }


def figures(seen: list[dict], filed: list[dict]) -> dict:
    waits = [
        v["called"] - v["arrived"]
        for v in seen
        if v["arrived"] is not None and v["called"] is not None
    ]
    timed_sites = {v["site"] for v in seen if v["arrived"] is not None and v["called"] is not None}
    left_timed = sum(
        v["outcome"] == "left" and v["arrived"] is not None and v["site"] in timed_sites
        for v in seen
    )
    known = [v for v in seen if v["outcome"] != "unknown"]
    soon = sum(
        c["resolved"] is not None and (c["resolved"] - c["received"]).days <= 30 for c in filed
    )
    return {
        "visits": {"numerator": len(seen), "denominator": None, "value": len(seen)},
        "women_share": share(
            sum(v["sex"] == "F" for v in seen), sum(v["sex"] is not None for v in seen)
        ),
        "wait_p50": {"numerator": None, "denominator": None, "value": rank(waits, 0.5)},
        "wait_p90": {"numerator": None, "denominator": None, "value": rank(waits, 0.9)},
        "wait_within_30": share(sum(w <= 30 for w in waits), len(waits) + left_timed),
        "left": share(sum(v["outcome"] == "left" for v in known), len(known)),
        "satisfaction": share(
            sum(v["satisfied"] is True for v in seen), sum(v["satisfied"] is not None for v in seen)
        ),
        "complaints_per_1000": share(len(filed), len(seen), 1000),
        "complaints_30d": share(soon, len(filed)),
    }


def expected(seen: list[dict], filed: list[dict]) -> dict:
    def cut(key):
        return {
            k: figures([v for v in seen if key(v) == k], [c for c in filed if key(c) == k])
            for k in sorted({key(v) for v in seen})
        }

    return {
        "nation": cut(lambda _: "nation"),
        "site": cut(lambda row: row["site"]),
        "month": cut(lambda row: f"{row.get('day') or row['received']:%Y-%m}"),
    }


# --- files ----------------------------------------------------------------------------------------------------------
def visit_row(rng: random.Random, v: dict, ref: str, spellings: int) -> list:
    word = {"left": ["parti", "PARTI"], "served": ["servi", "Servi"], "unknown": [""]}[v["outcome"]]
    sex = {"F": ["F", "femme"], "M": ["M", "Homme"], None: [""]}[v["sex"]]
    answer = {True: ["oui", "OUI"], False: ["non"], None: [""]}[v["satisfied"]]
    return [
        rng.choice(SITES[v["site"]]),
        spelled(v["day"], rng.randrange(spellings)),
        clock(v["arrived"]),
        clock(v["called"]),
        clock(v["ended"]),
        rng.choice(KINDS),
        rng.choice(SERVICES),
        rng.choice(sex),
        rng.choice(answer),
        rng.choice(word),
        ref,
    ]


def text_of(rows: list[list], delimiter: str = ";", end: str = "\r\n") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue()


def workbook(path: Path, sheets: dict[str, list[list]], hidden: tuple[str, ...] = ()) -> None:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
    book.save(path)


def with_real_times(rng: random.Random, row: list) -> list:
    """Some times as Excel keeps them."""
    return [
        time(int(c[:2]), int(c[3:])) if i in (2, 3, 4) and c and rng.random() < 0.5 else c
        for i, c in enumerate(row)
    ]


def good(folder: Path) -> None:
    rng = random.Random(2025)
    seen, filed = visits(rng), complaints(rng)
    half = len(seen) // 2
    rows = [visit_row(rng, v, f"A-{i:05}", 3) for i, v in enumerate(seen[:half])]
    rows.insert(40, [""] * 11)
    rows.append(rows[7])  # said twice, counted once
    (folder / "registre-a.csv").write_bytes(text_of([REGISTER, *rows]).encode("cp1252"))
    rows = [
        with_real_times(rng, visit_row(rng, v, f"B-{i:05}", 4)) for i, v in enumerate(seen[half:])
    ]
    turned = [REGISTER[::-1], *(r[::-1] for r in rows[150:])]
    workbook(
        folder / "registre-b.xlsx",
        {
            "Lisez-moi": [
                ["Registre des visites"],
                ["Une ligne par usager ; les jours fériés comptent aussi."],
            ],
            "Premier cahier": [REGISTER, *rows[:150]],
            "Second cahier": [["Registre des visites", None, "suite"], [], *turned],
            "Listes": [["requête"], ["plainte"]],
            "Feuil5": [],
        },
        hidden=("Listes",),
    )
    lines = [
        [
            f"P-{i:04}",
            rng.choice(SITES[c["site"]]),
            spelled(c["received"], i % 3),
            rng.choice(["Délai", "dossier perdu", ""]),
            rng.choice(SERVICES),
            rng.choice(["guichet", "TELEPHONE", "WhatsApp", ""]),
            spelled(c["resolved"], i % 3) if c["resolved"] else "",
            rng.choice(["", "traitée", "sans suite"]) if c["resolved"] else "",
            rng.choice(SUBJECTS),
        ]
        for i, c in enumerate(filed)
    ]
    (folder / "plaintes.csv").write_bytes(text_of([COMPLAINTS, *lines], ",").encode("utf-8-sig"))
    days = [
        [rng.choice(SITES[s]), f"{d:02}/12/2025", a, rng.randint(0, 40)]
        for s in SITES
        for d in (1, 2, 3)
        for a in ("A1", "")
    ]
    (folder / "cloture.csv").write_bytes(text_of([CLOSINGS, *days], "\t").encode("utf-16"))
    closed = [
        ["Péhunco", "03/06/2025", "05/06/2025", "", "", "réseau"],
        ["Bembèrèkè", "10/07/2025", "10/07/2025", "08:00", "10:30", "électricité"],
    ]
    (folder / "fermetures.csv").write_bytes(
        ("sep=;\r" + text_of([CLOSURES, *closed], end="\r")).encode("mac_roman")
    )
    (folder / "fermetures-reseau.csv").write_bytes(
        text_of([CLOSURES, ["", "01/05/2025", "01/05/2025", "", "", "jour férié local"]]).encode(
            "utf-8-sig"
        )
    )
    said = [
        ["Dassa-Zoumè", "novembre 2025", 120, 90, "délai", "réseau coupé", "", "à suivre"],
        ["ccsp-kandi", "11/2025", "1 034", "", "", "", "", ""],
    ]
    (folder / "canevas.csv").write_bytes(
        text_of([["Canevas du mois"], [], MONTHLY, *said]).encode("cp850")
    )
    rows_of = {
        "registre-a.csv": half,
        "registre-b.xlsx": len(seen) - half,
        "plaintes.csv": len(filed),
        "cloture.csv": len(days),
        "fermetures.csv": len(closed),
        "fermetures-reseau.csv": 1,
        "canevas.csv": len(said),
    }
    (folder / "expected.json").write_text(
        json.dumps({"rows": rows_of, "figures": expected(seen, filed)}, indent=1) + "\n",
        encoding="utf-8",
    )


def row(**cells) -> list:
    """A line of the register, good unless a cell says otherwise."""
    line = dict(
        zip(
            REGISTER,
            [
                "ccsp-kandi",
                "03/03/2025",
                "08:00",
                "08:10",
                "08:30",
                "requête",
                "",
                "F",
                "oui",
                "servi",
                "R-1",
            ],
            strict=True,
        )
    )
    names = {
        "site": "Centre",
        "day": "Date",
        "arrived": "Heure d'arrivée",
        "called": "Heure d'appel",
        "kind": "Type",
        "service": "Prestation",
        "satisfied": "Satisfait",
        "outcome": "Issue",
        "ref": "Référence",
    }
    return list({**line, **{names[k]: v for k, v in cells.items()}}.values())


def at(line=None, column=None, found=None, sheet=None, why="") -> dict:
    places = {"sheet": sheet, "line": line, "column": column, "found": found}
    return {**{k: v for k, v in places.items() if v is not None}, "why": why}


def lines_of(*rows: list, headings=REGISTER) -> str:
    return text_of([headings, *rows], end="\n")


# name: the bytes, and each place at fault
BAD_TEXTS = {
    "centre-inconnu.csv": (
        lines_of(row(), row(ref="R-2", site="CCSP de Ouagadougou")),
        [at(3, "Centre", "CCSP de Ouagadougou", why="not one of the sites")],
    ),
    "centre-vide.csv": (lines_of(row(site="")), [at(2, "Centre", "", why="required")]),
    "31-avril.csv": (
        lines_of(row(day="31/04/2025")),
        [at(2, "Date", "31/04/2025", why="no such day")],
    ),
    "mois-13.csv": (
        lines_of(row(day="2025-13-01")),
        [at(2, "Date", "2025-13-01", why="no such day")],
    ),
    "jour-a-venir.csv": (
        lines_of(row(day="01/01/2090")),
        [at(2, "Date", "01/01/2090", why="in the future")],
    ),
    "jour-en-nombre.csv": (
        lines_of(row(day="45719")),
        [at(2, "Date", "45719", why="a date as Excel counts it")],
    ),
    "heure-24h30.csv": (
        lines_of(row(), row(ref="R-2", arrived="24:30", called="")),
        [at(3, "Heure d'arrivée", "24:30", why="no such time")],
    ),
    "appel-avant-arrivee.csv": (
        lines_of(row(called="07:59")),
        [at(2, "Heure d'appel", "07:59", why="before the arrival")],
    ),
    "parti-mais-appele.csv": (
        lines_of(row(outcome="parti")),
        [at(2, "Heure d'appel", "08:10", why="left, yet called")],
    ),
    "type-inconnu.csv": (lines_of(row(kind="visite")), [at(2, "Type", "visite", why="not a type")]),
    "satisfait-inconnu.csv": (
        lines_of(row(satisfied="moyen")),
        [at(2, "Satisfait", "moyen", why="oui, non or blank")],
    ),
    "prestation-inconnue.csv": (
        lines_of(row(service="Permis de chasse")),
        [at(2, "Prestation", "Permis de chasse", why="not in the list")],
    ),
    "reference-deux-fois.csv": (
        lines_of(row(), row(ref="R-2"), row(satisfied="non")),
        [at(4, "Référence", "R-1", why="twice at one site, with different content")],
    ),
    "reference-formule.csv": (
        lines_of(row(), row(ref="=LIGNE()-1")),
        [at(3, "Référence", "=LIGNE()-1", why="a formula")],
    ),
    "reference-erreur.csv": (
        lines_of(row(ref="#REF!")),
        [at(2, "Référence", "#REF!", why="an error of the spreadsheet")],
    ),
    "reference-longue.csv": (
        lines_of(row(ref="R" * 201)),
        [at(2, "Référence", "R" * 201, why="201 characters")],
    ),
    "trois-fautes.csv": (
        lines_of(row(site="?"), row(ref="R-2", day="hier"), row(ref="R-3", called="8h")),
        [at(2, "Centre"), at(3, "Date"), at(4, "Heure d'appel")],
    ),
    "sans-issue.csv": (
        lines_of(row()[:9] + row()[10:], headings=REGISTER[:9] + REGISTER[10:]),
        [at(None, "Issue", why="the heading is missing")],
    ),
    "intitule-deux-fois.csv": (
        lines_of([*row(), "F"], headings=[*REGISTER, "sexe"]),
        [at(None, "Sexe", why="the heading stands twice")],
    ),
    "autre-tableau.csv": (
        "\nNom;Prénom;Ville\nA;B;C\n",
        [at(2, None, "Nom ; Prénom ; Ville", why="headings of no form")],
    ),
    "intitules-seuls.csv": (lines_of(), [at(why="no line")]),
    "ligne-coupee.csv": (
        lines_of(row()) + "ccsp-kandi;03/03/2025;;\n",
        [at(3, why="4 cells of 11")],
    ),
    "guillemet-ouvert.csv": (
        lines_of(row()) + 'ccsp-kandi;"03/03/2025;;;;0;;;;;R-2\n',
        [at(3, why="an open quote")],
    ),
    "caractere-nul.csv": (
        lines_of(row(), row(ref="R\x002")),
        [at(3, None, "R\x002", why="a null character")],
    ),
    "plainte-sans-reference.csv": (
        lines_of(["", "ccsp-kandi", "03/03/2025", "", "", "", "", "", ""], headings=COMPLAINTS),
        [at(2, "Référence", "", why="required")],
    ),
    "plainte-issue-sans-date.csv": (
        lines_of(
            ["P-1", "ccsp-kandi", "03/03/2025", "", "", "", "", "rejetée", ""], headings=COMPLAINTS
        ),
        [at(2, "Issue", "rejetée", why="an outcome without the day of the answer")],
    ),
    "plainte-repondue-avant.csv": (
        lines_of(
            ["P-1", "ccsp-kandi", "03/03/2025", "", "", "", "02/03/2025", "", ""],
            headings=COMPLAINTS,
        ),
        [at(2, "Répondue le", "02/03/2025", why="answered before it was received")],
    ),
    "cloture-agent-long.csv": (
        lines_of(["ccsp-kandi", "03/03/2025", "A" * 81, 4], headings=CLOSINGS),
        [at(2, "Agent", "A" * 81, why="81 characters")],
    ),
    "cloture-negative.csv": (
        lines_of(["ccsp-kandi", "03/03/2025", "", -1], headings=CLOSINGS),
        [at(2, "Visites déclarées", "-1", why="not a whole number")],
    ),
    "fermeture-a-l-envers.csv": (
        lines_of(["", "04/03/2025", "03/03/2025", "", "", ""], headings=CLOSURES),
        [at(2, "Au", "03/03/2025", why="ends before it begins")],
    ),
    "fermeture-sans-fin.csv": (
        lines_of(["", "03/03/2025", "03/03/2025", "08:00", "", ""], headings=CLOSURES),
        [at(2, "À", "", why="a first hour without a last")],
    ),
    "fermetures-centre-une-fois.csv": (
        lines_of(
            ["ccsp-kandi", "03/03/2025", "03/03/2025", "", "", ""],
            ["", "04/03/2025", "04/03/2025", "", "", ""],
            headings=CLOSURES,
        ),
        [at(3, "Centre", "", why="a blank site beside a named one")],
    ),
    "cloture-deux-nombres.csv": (
        lines_of(["ccsp-kandi", "03/03/2025", "", "12 13"], headings=CLOSINGS),
        [at(2, "Visites déclarées", "12 13", why="two numbers in one cell")],
    ),
    "deux-guillemets.csv": (
        lines_of(row(), row(ref="R-2")).replace("R-1", '"R-1').replace("R-2", 'R-2"'),
        [at(2, "Référence", why="two stray quotes: the next line in a reference")],
    ),
    "reference-abregee.csv": (
        lines_of(row(ref="2,02511E+16"), row(ref="2,02511E+16")),
        [
            at(2, "Référence", "2,02511E+16", why="digits lost"),
            at(3, "Référence", "2,02511E+16", why="digits lost"),
        ],
    ),
    "canevas-trop-satisfaits.csv": (
        lines_of(["ccsp-kandi", "03/2025", 3, 4, "", "", "", ""], headings=MONTHLY),
        [at(2, "Usagers satisfaits", "4", why="more than were received")],
    ),
}
BAD_BYTES = {
    "vide.csv": (b"", [at(why="nothing at all")]),
    "faux-classeur.xlsx": (b"Centre;Date\n", [at(why="not a workbook")]),
    "protege.xlsx": (
        bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600),
        [at(why="a password, or a workbook of before 2007")],
    ),
    "encodage-mele.csv": (
        lines_of(row(ref="délai"), row(ref="délais"))
        .encode()
        .replace("délais".encode(), b"d\xe9lais"),
        [at(3, why="UTF-8, but for one word")],
    ),
    "encodage-indecis.csv": (
        text_of(
            [[h.translate(str.maketrans("éÉ", "eE")) for h in REGISTER], row(kind="0", ref="Zoé")]
        ).encode("cp1252"),
        [at(2, why="a word that no list knows")],
    ),
    "utf-16-coupe.csv": (
        lines_of(row()).encode("utf-16")[:-1],
        [at(why="half a character at the end")],
    ),
}
BAD_WORKBOOKS = {
    "deux-formulaires.xlsx": (
        {"Visites": [REGISTER, row()], "Plaintes": [COMPLAINTS]},
        (),
        [at(1, None, None, "Plaintes", "two forms in one workbook")],
    ),
    "feuille-masquee.xlsx": (
        {"Mars": [REGISTER, row()], "Mars (ancien)": [REGISTER, row()]},
        ("Mars (ancien)",),
        [at(None, None, None, "Mars (ancien)", "a hidden form with rows")],
    ),
    "suite-sans-intitules.xlsx": (
        {"Mars": [REGISTER, row()], "Suite": [row(ref="R-2")]},
        (),
        [at(1, None, None, "Suite", "rows without headings")],
    ),
    "faute-en-avril.xlsx": (
        {"Mars": [REGISTER, row()], "Avril": [[], REGISTER, row(ref="R-2", day="hier")]},
        (),
        [at(3, "Date", "hier", "Avril", "not a date")],
    ),
    "formule.xlsx": (
        {"Mars": [REGISTER, row(ref="=ROW()-1")]},
        (),
        [at(2, "Référence", "=ROW()-1", why="a formula")],
    ),
    "page-de-garde.xlsx": (
        {"Garde": [["Rapport", "annuel"]]},
        (),
        [at(1, None, "Rapport ; annuel", why="no headings")],
    ),
}


def bad(folder: Path) -> None:
    for name, (text, _) in BAD_TEXTS.items():
        (folder / name).write_bytes(text.encode())
    for name, (content, _) in BAD_BYTES.items():
        (folder / name).write_bytes(content)
    for name, (sheets, hidden, _) in BAD_WORKBOOKS.items():
        workbook(folder / name, sheets, hidden)
    places = {
        name: entry[-1]
        for entries in (BAD_TEXTS, BAD_BYTES, BAD_WORKBOOKS)
        for name, entry in entries.items()
    }
    (folder / "expected.json").write_text(
        json.dumps(places, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    for kind, write in (("good", good), ("bad", bad)):
        (HERE / kind).mkdir(exist_ok=True)
        write(HERE / kind)
