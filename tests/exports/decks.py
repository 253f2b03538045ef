"""Invented decks for the tests of all exports: every kind of panel, missing values, extremes, hostile texts.

`whole()` has one slide of each kind; `hostile()` is the same with every free text replaced; `bare()` has nothing to show;
`extreme()` has the longest texts and the largest tables that a story may have.
"""

from collections.abc import Callable
from datetime import date
from functools import cache

import numpy as np

from dashboard import charts
from dashboard.judgement.signals import signal
from dashboard.map_classes import CLASSES
from dashboard.palette import RAMP
from dashboard.panel import (
    Card,
    Cards,
    Cell,
    Chart,
    Column,
    Deck,
    Legend,
    Lines,
    Message,
    Opening,
    Panel,
    Plot,
    Slide,
    Table,
    count_cell,
    day_cell,
    make_table,
    text_cell,
    value_cell,
)
from dashboard.period import add_months
from dashboard.statistics.dispersion import differences
from tests.judgement.series import counted, follow

AS_OF = date(2026, 11, 24)
MONTHS = tuple(add_months(date(2024, 11, 1), n) for n in range(24))
HOSTILE = (
    "=1+1",
    "@SUM(A1)",
    "+33 1",
    "-1+1",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "${7*7}",
    "{{7*7}}",
    '#eval("x")',
    "\\input{x}",
    "[x](http://evil.example)",
    "bell\x07 null\x00 escape\x1b\x0b",
    "lone \ud800",
    "\u202egnirts\u202c \u200f",
    "&amp; &lt; ]]> <a:t>",
    "tab\tline\nreturn\r",
    "_x0041_ '",
    "\ufffe\uffff",
    "long " * 1000,
)
# Marks as `ui.folium_map.show_map` takes them: (name, kind, lat, lon, level in minutes, radius).
PLACES = (
    ("Kandi", "CCSP", 11.134, 2.939, 8.0, 12.0),
    ("Nikki", "CCSP", 9.940, 3.211, 18.0, 8.0),
    ("Bassila", "CCSP", 9.008, 1.665, None, None),
    ("Parakou", "GSRU", 9.337, 2.630, 24.0, 14.0),
    ("Abomey", "GSRU", 7.183, 1.991, 12.0, 9.0),
    ("Covè", "CCSP", 7.221, 2.340, 33.0, 6.0),
    ("Djidja", "CCSP", 7.344, 1.934, 15.0, 5.0),
    ("Allada", "CCSP", 6.665, 2.151, 21.0, 11.0),
    ("Cotonou", "GSRU", 6.365, 2.418, 46.0, 20.0),
    ("Ouidah", "CCSP", 6.363, 2.085, 9.0, 7.0),
    ("Sèmè-Kpodji", "CCSP", 6.367, 2.617, 28.0, 10.0),
    ("Pobè", "CCSP", 6.980, 2.665, None, None),
)
SIGNS = (
    ("!", "square", "alerte en octobre 2026"),
    ("+", "round", "amélioration en octobre 2026"),
    ("C", "hexagon", "changement en octobre 2026"),
    ("", None, ""),
)
KINDS = (
    {"kind": "CCSP", "label": "Centre communal (CCSP)"},
    {"kind": "GSRU", "label": "Guichet de service (GSRU)"},
)
Say = Callable[[str], str]


def same(text: str) -> str:
    """A text as it is."""
    return text


def hostile_words() -> Say:
    """Each hostile text in turn, first, with a number that keeps categories apart."""
    given = iter(range(10**6))

    def say(text: str) -> str:
        n = next(given)
        return f"{HOSTILE[n % len(HOSTILE)]} {n}"

    return say


def marks(say: Say = same, *, signs: bool = False) -> tuple[dict, ...]:
    """The twelve places, coloured by level; with what their control charts say, and some of them silent, if `signs`."""
    made = []
    for i, (name, kind, lat, lon, level, radius) in enumerate(PLACES):
        mark = {
            "id": f"s{i}",
            "name": say(f"{kind} de {name}"),
            "kind": kind,
            "lat": lat,
            "lon": lon,
            "label": say(name),
            "radius": radius,
            "missing": level is None,
            "tip": [say(f"Attente médiane : {level}")],
            "fill": None if level is None else CLASSES["wait_p50"].colour(level),
        }
        if signs:
            letter, frame, _ = SIGNS[i % 4]
            badge = ("✓", "✗", None)[i % 3]
            sign = {"letter": letter, "frame": frame, "badge": badge, "slight": i > 7}
            mark |= {
                "sign": sign if letter else None,
                "silent": say("muet 35 j") if i % 5 == 0 else "",
                "explained": i % 10 == 0,
            }
        made.append(mark)
    return tuple(made)


def levels(say: Say = same, focus: str | None = None) -> Plot:
    """A map without signals."""
    return _plot(marks(say), [], say, focus)


def signals(say: Say = same) -> Plot:
    """A map with signals, targets and silent sites."""
    rows = [
        {
            "label": say(label),
            "count": 3,
            "sign": {"letter": letter, "frame": frame, "badge": None},
        }
        for letter, frame, label in SIGNS[:3]
    ]
    rows += [
        {"label": "cible tenue", "count": 3, "sign": {"letter": "", "frame": None, "badge": "✓"}},
        {"label": "muet depuis plus de 7 jours, au 24/11/2026", "count": 3, "silent": True},
    ]
    return _plot(marks(say, signs=True), rows, say)


def _plot(
    made: tuple[dict, ...], rows: list[dict], say: Say = same, focus: str | None = None
) -> Plot:
    fills = [m["fill"] for m in made]
    classes = [
        {"fill": colour, "label": label, "count": fills.count(colour)}
        for colour, label in zip(RAMP, CLASSES["wait_p50"].labels(), strict=True)
        if colour in fills
    ]
    missing = {"label": "non mesuré", "count": fills.count(None), "missing": True}
    return Plot(
        made,
        Legend(
            say("Attente médiane, nov. 2025 à oct. 2026"),
            [*classes, *rows, missing],
            list(KINDS),
            "Taille : usagers par jour ouvert",
            [{"radius": 6.3, "label": "10"}, {"radius": 20.0, "label": "100"}],
        ),
        focus,
    )


def control(say: Say = same) -> dict:
    """A control chart of a share: 24 months, one missing, a jump, a target."""
    values = [None if n == 7 else 60.25 + 22.5 * (n > 18) + n % 4 for n in range(24)]
    share = [(0, 0) if v is None else (4 * v, 400) for v in values]
    series = counted("wait_within_30", [[a for a, _ in share]], [[n for _, n in share]])
    course = follow("wait_within_30", series, MONTHS[-1])["site 0"]
    said = ["non mesuré" if v is None else f"{v:.1f} %".replace(".", ",") for v in values]
    return charts.control_chart(
        signal(course, MONTHS[-1], 80.0),
        said,
        direction="up",
        unit=say("Reçus en 30 min ou moins"),
        events=[(MONTHS[3], say("panne"))],
        decisions=[(MONTHS[9], say("deux guichets de plus"))],
    )


@cache
def _funnel():
    visits = np.array([120, 260, 400, 610, 820, 1500, 2400, 4100, 300, 350, 900, 1100])
    served = np.round(
        visits * np.array([0.72, 0.70, 0.75, 0.71, 0.74, 0.73, 0.31, 0.72, 0.70, 0.74, 0.73, 0.71])
    )
    return visits, differences(served, visits, proportion=True)


def compared(say: Say = same) -> dict:
    """A funnel with one centre far outside."""
    visits, made = _funnel()
    names = [say(f"CCSP de {p[0]}") for p in PLACES]
    return charts.funnel_chart(
        made,
        names,
        visits,
        [f"{v:.0f} %" for v in made.values],
        unit=say("Reçus en 30 min"),
        base=say("visites mesurées"),
    )


def listing(say: Say = same, rows: int = 40) -> Table:
    """A long table with every sort of cell."""
    return make_table(
        (
            (say("Centre"), ""),
            (say("Reçue le"), "day"),
            ("Usagers", "count"),
            ("Satisfaits", "percent"),
            ("Attente", "minutes"),
            (say("Remarque"), ""),
        ),
        [
            (
                text_cell(say(f"CCSP n° {n}")),
                day_cell(date(2026, 1 + n % 12, 1 + n % 28) if n % 7 else None, "non connue"),
                count_cell(1234 * n),
                value_cell("satisfaction", None if n % 5 == 4 else 99.25 - n),
                value_cell("wait_p50", 12.0 + n, "non mesuré"),
                text_cell(say("rien à signaler")),
            )
            for n in range(rows)
        ],
    )


CARDS = (
    (
        "visits",
        "Usagers reçus",
        "82 552",
        82552.0,
        "count",
        "n = 82 552",
        "signal de changement",
        "neutral",
    ),
    (
        "wait_p50",
        "Attente médiane",
        "15 min",
        15.0,
        "minutes",
        "n = 66 813",
        "signal d'alerte",
        "alert",
    ),
    (
        "wait_within_30",
        "Reçus en 30 min ou moins",
        "75 %",
        74.729,
        "percent",
        "52 104 sur 69 726",
        "pas de signal",
        "",
    ),
    (
        "left",
        "Partis sans être reçus",
        "4,2 %",
        4.1652,
        "percent",
        "3 370 sur 80 909",
        "signal d'amélioration",
        "improvement",
    ),
    (
        "satisfaction",
        "Satisfaits, selon le registre",
        "non mesuré",
        None,
        "percent",
        "",
        "non mesuré",
        "",
    ),
    (
        "complaints_oldest",
        "Plus ancienne plainte en cours",
        "412 jours",
        412.0,
        "days",
        "n = 168",
        "",
        "",
    ),
)


def cards(say: Say = same) -> tuple[Card, ...]:
    """Six headline figures: each state once, one missing."""
    return tuple(
        Card(code, say(label), text, value, unit, base, say(state) if state else "", tone)
        for code, label, text, value, unit, base, state, tone in CARDS
    )


def panels(say: Say = same) -> tuple[Panel, ...]:
    """One panel of each kind."""
    places = [say(f"CCSP de {p[0]}") for p in PLACES[:6]]
    bars = [
        (places[i], v, t)
        for i, (v, t) in enumerate(
            (
                (91.26, "91 %"),
                (None, "non mesuré"),
                (0.0, "0 %"),
                (45.5, "46 %"),
                (99.9, "99,9 %"),
                (12.25, "12 %"),
            )
        )
    ]
    heat = np.zeros((7, 24), dtype=int)
    heat[:6, 8:17] = np.arange(54).reshape(6, 9) * 31
    rest = {
        "caption": say("Ce qu'il faut savoir à côté."),
        "trust_line": say("n = 66 813 · 24 centres sur 24"),
    }
    listed = listing(say, 5)
    return (
        Panel(
            "ouverture",
            "Tout le réseau",
            Opening(
                tuple(
                    say(t)
                    for t in (
                        "Tout le réseau",
                        "Période : de novembre 2025 à octobre 2026",
                        "24 centres sur 24 ont remonté leurs visites.",
                        "Données au 24 novembre 2026.",
                        "Données fictives, pour la démonstration.",
                    )
                )
            ),
        ),
        Panel(
            "chiffres",
            say("Les chiffres"),
            Cards(cards(say)),
            alt=say("Les chiffres."),
            table=listed,
        ),
        Panel(
            "niveaux",
            say("Carte"),
            levels(say),
            alt=say("Carte du Bénin : niveaux."),
            table=listed,
            **rest,
        ),
        Panel(
            "signaux",
            say("Carte"),
            signals(say),
            alt=say("Carte du Bénin : signaux."),
            table=listed,
            **rest,
        ),
        Panel(
            "departement",
            say("Carte"),
            levels(say, "Zou"),
            alt=say("Carte du Zou."),
            table=listed,
            **rest,
        ),
        Panel(
            "controle",
            say("Par mois"),
            Chart(control(say)),
            alt=say("Courbe de suivi."),
            table=listed,
            **rest,
        ),
        Panel(
            "mois",
            say("Par mois"),
            Chart(
                charts.lines(
                    [
                        (m, None if n in (0, 5) else 80.5 + n, f"{80.5 + n}")
                        for n, m in enumerate(MONTHS)
                    ],
                    unit=say("Usagers"),
                    events=[(MONTHS[3], say("panne"))],
                )
            ),
            alt=say("Par mois."),
            table=listed,
            **rest,
        ),
        Panel(
            "flux",
            say("Reçues et réponses"),
            Chart(
                charts.two_lines(
                    [(m, 90 + n, 70 + 2 * n) for n, m in enumerate(MONTHS)],
                    names=("reçues", "réponses"),
                    unit="plaintes",
                )
            ),
            alt=say("Deux courbes."),
            table=listed,
            **rest,
        ),
        Panel(
            "barres",
            say("Centres"),
            Chart(charts.bars(bars, unit=say("Satisfaits"), reference=71.2)),
            alt=say("Barres."),
            table=listed,
            **rest,
        ),
        Panel(
            "attentes",
            say("Attentes"),
            Chart(charts.distribution(np.arange(241) % 17 * 1000, threshold=30, median=12, p90=48)),
            alt=say("Répartition."),
            table=listed,
            **rest,
        ),
        Panel(
            "ages",
            say("Âges"),
            Chart(
                charts.age_bands(
                    [("moins de 8 jours", 90), ("8 à 15 jours", 0), ("plus de 15 jours", 1234)],
                    late=2,
                )
            ),
            alt=say("Âges."),
            table=listed,
            **rest,
        ),
        Panel(
            "motifs",
            say("Motifs"),
            Chart(charts.pareto([(say("Accueil"), 12), (say("Délai"), 340), (say("Autre"), 1)])),
            alt=say("Motifs."),
            table=listed,
            **rest,
        ),
        Panel(
            "intervalles",
            say("Centres comparés"),
            Chart(
                charts.bars(
                    bars,
                    unit=say("Satisfaits"),
                    reference=71.2,
                    intervals=[
                        (None, None, "")
                        if v is None
                        else (v - 9, None, say("au moins"))
                        if n == 1
                        else (v - 4, v + 6, say("entre"))
                        for n, (_, v, _) in enumerate(bars)
                    ],
                )
            ),
            alt=say("Barres et intervalles."),
            table=listed,
            **rest,
        ),
        Panel(
            "entonnoir",
            say("Centres comparés"),
            Chart(compared(say)),
            alt=say("Entonnoir."),
            table=listed,
            **rest,
        ),
        Panel(
            "delai",
            say("Délai"),
            Chart(
                charts.survival_chart(
                    [(0, 100, 100, 100), (12, 80.25, 70, 90.5), (40, 60.5, None, None)]
                )
            ),
            alt=say("Courbe."),
            table=listed,
            **rest,
        ),
        Panel(
            "affluence",
            say("Affluence"),
            Chart(charts.heat_map(heat)),
            alt=say("Jours et heures."),
            table=make_table(
                (("Jour", ""), *((f"{h} h", "count") for h in range(8, 17))),
                [
                    (text_cell(d), *(count_cell(n) for n in heat[i, 8:17]))
                    for i, d in enumerate(
                        ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi")
                    )
                ],
            ),
            **rest,
        ),
        Panel("liste", say("Liste"), table=listing(say), **rest),
        Panel("vide", say("Liste vide"), table=Table(listing().columns, ()), **rest),
        Panel("message", say("Rien"), Message(say("Aucune donnée pour ces filtres."))),
        Panel(
            "bulletin",
            "Bulletin",
            Lines(
                tuple(
                    say(f"Phrase {n} : l'attente médiane reste dans ses variations habituelles.")
                    for n in range(8)
                )
            ),
        ),
    )


def deck(
    shown: tuple[Panel, ...], say: Say = same, *, demo: bool = True, as_of: date | None = AS_OF
) -> Deck:
    """A deck of these panels."""
    return Deck(
        say("Revue nationale"),
        say("Tout le réseau"),
        say("de novembre 2025 à octobre 2026"),
        say("de novembre 2025 à octobre 2026"),
        say("23 centres sur 24 ont remonté leurs visites"),
        as_of,
        demo,
        tuple(
            Slide(
                p.key,
                say(f"{p.title} : une phrase qui dit ce que l'on voit"),
                p,
                say("Que voulons-nous changer ?"),
                (
                    say("Attente médiane : la moitié des usagers ont attendu moins."),
                    say("Ce que cela ne dit pas."),
                ),
            )
            for p in shown
        ),
    )


def whole() -> Deck:
    """One slide of each kind."""
    return deck(panels())


def hostile() -> Deck:
    """The same, with hostile texts wherever a text comes from data or from a person."""
    say = hostile_words()
    return deck(panels(say), say)


def bare() -> Deck:
    """Charts, a map, cards, lines and tables without anything in them, of data that nobody has reported."""
    none = counted("satisfaction", [[0, 0, 0]], [[0, 0, 0]])
    nothing = follow("satisfaction", none, MONTHS[2])["site 0"]
    return deck(
        (
            Panel("rien", ""),
            Panel("sans_ligne", "Liste", table=Table((Column("Centre"),), ())),
            Panel("sans_marque", "Carte", Plot((), Legend())),
            Panel(
                "muet",
                "Chiffres",
                Cards((Card("visits", "Usagers reçus", "—", None, "count", ""),)),
            ),
            Panel("barres", "Barres", Chart(charts.bars([], unit="Satisfaits"))),
            Panel(
                "manquantes",
                "Barres",
                Chart(charts.bars([("CCSP de Kandi", None, "non mesuré")], unit="Satisfaits")),
            ),
            Panel(
                "mois",
                "Mois",
                Chart(charts.lines([(m, None, "non mesuré") for m in MONTHS[:3]], unit="Usagers")),
            ),
            Panel(
                "controle",
                "Mois",
                Chart(
                    charts.control_chart(
                        signal(nothing, MONTHS[2]),
                        ["—"] * 3,
                        direction="up",
                        unit="Satisfaits",
                    )
                ),
            ),
            Panel("chaleur", "Affluence", Chart(charts.heat_map(np.zeros((7, 24), dtype=int)))),
        ),
        demo=False,
        as_of=None,
    )


def extreme() -> Deck:
    """The longest headline, question and note that a story may have; wide and long tables; many cards; many lines."""
    sentence = "Une phrase longue, avec des mots comme anticonstitutionnellement, qui se suivent. "
    wide = make_table(
        tuple((f"Colonne numéro {n}", "count") for n in range(14)),
        [[count_cell(10**6 * n)] * 14 for n in range(60)],
    )
    many = tuple(
        Card(
            "visits",
            "Plaintes échues traitées en 30 jours ou moins",
            "1 234 567",
            1234567.0,
            "count",
            "1 234 567 sur 1 234 567",
            "signal d'amélioration",
            "improvement",
        )
        for _ in range(12)
    )
    bars = charts.bars(
        [
            (f"Prestation au libellé assez long pour gêner, numéro {n}", 3.5 * n, f"{3.5 * n}")
            for n in range(30)
        ],
        unit="Usagers",
    )
    shown = (
        Panel("large", "Tableau", table=wide, caption=sentence * 8),
        Panel("cartes", "Chiffres", Cards(many)),
        Panel("phrases", "Bulletin", Lines((sentence * 4,) * 12)),
        Panel("barres", "Barres", Chart(bars), caption=sentence * 8),
        Panel("message", "Rien", Message(sentence * 12)),
        Panel(
            "cellules",
            "Tableau",
            table=make_table(
                (("Quoi", ""), ("Qui", "")), [[Cell(sentence * 5), Cell("court")]] * 12
            ),
        ),
    )
    return Deck(
        "Revue " * 26,
        "Tout le réseau " * 5,
        "période",
        sentence,
        sentence,
        AS_OF,
        True,
        tuple(
            Slide(p.key, (sentence * 2)[:160], p, (sentence * 8)[:600], ((sentence * 8)[:600],) * 4)
            for p in shown
        ),
    )


DECKS = {"whole": whole, "hostile": hostile, "bare": bare, "extreme": extreme}


# ---- what a panel holds, None or () for one of another sort -----------------------------------------------------------


def spec(panel: Panel) -> dict | None:
    """Its chart's."""
    return panel.content.spec if isinstance(panel.content, Chart) else None


def plot(panel: Panel) -> Plot | None:
    """Its map."""
    return panel.content if isinstance(panel.content, Plot) else None


def lines(panel: Panel) -> tuple[str, ...]:
    """Its sentences, or the message in their place."""
    match panel.content:
        case Lines(lines):
            return lines
        case Message(text):
            return (text,)
    return ()
