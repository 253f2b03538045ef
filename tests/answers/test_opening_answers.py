"""The five answers of the opening page: each right, of its own time, under each filter."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import (
    context,
    control_charts,
    figures,
    headlines,
    indicator_panels,
    map_legend,
    network,
    opening_answers,
    signals,
    wait_headlines,
)
from dashboard.answers.opening_answers import Reply
from dashboard.answers.question import Question
from dashboard.answers.table_request import TableRequest
from dashboard.judgement.change_dates import since_at_least
from dashboard.judgement.signal_sentences import named, verdict
from dashboard.judgement.signals import Signal
from dashboard.map_classes import CLASSES
from dashboard.period import ONE_DAY, add_months, today
from dashboard.settings import load_settings
from dashboard.statistics.control_limits import ON_ONE_SIDE, OUTSIDE
from dashboard.statistics.variation import Variation
from tests.builders import COVE, EVERY_SITE, KANDI, NIKKI, Office, complaint, visit, waited
from tests.clock import as_of
from tests.judgement.series import made

DAY = date(2025, 11, 24)
OCTOBER = Question(date(2025, 10, 1), date(2025, 10, 31))
PLAIN = str.maketrans("\xa0\u202f", "  ")
THIS_MONTH = today().replace(day=1)
YEAR = Question(add_months(THIS_MONTH, -12), THIS_MONTH - ONE_DAY)


@pytest.fixture
def asked(asked) -> Office:
    """Kandi is heard of on the last day of the data."""
    asked.hand_in("registre", visit(KANDI, DAY.isoformat()))
    return asked


@pytest.fixture(scope="module")
def filled(databases) -> Iterator[str]:
    """The address of fictitious data."""
    with databases.fresh(visits=30_000) as url:
        yield url


@pytest.fixture
def demo(filled, monkeypatch) -> Iterator[None]:
    """These data, in use."""
    monkeypatch.setenv("DATABASE_URL", filled)
    load_settings.cache_clear()
    yield
    context.close_databases()
    load_settings.cache_clear()


def reply(question: Question, start: str) -> Reply:
    """The answer whose question begins so."""
    (found,) = [
        r for r in opening_answers.replies(LOCAL_READER, question) if r.label.startswith(start)
    ]
    return found


def text(found: Reply) -> str:
    return found.text.translate(PLAIN)


def test_the_busiest_site_is_that_of_most_visits_per_open_day_and_two_follow(asked):
    october = [date(2025, 10, d).isoformat() for d in (6, 7)]
    for site, visits in ((KANDI, 2), (NIKKI, 6), (COVE, 4)):
        asked.hand_in("registre", *[visit(site, day) for day in october for _ in range(visits)])
    found = reply(OCTOBER, "Le plus fréquenté")
    assert found.when.translate(PLAIN) == "en octobre 2025"
    # Of the days that were handed in: nobody knows how many came on the others.
    assert text(found) == (
        "Nikki 6,0 usagers par jour ouvert, au moins 12 visites sur la période ; puis Covè 4,0 et Kandi 2,0"
    )
    assert found.statements[0].names[0].link.filters == (("centre", NIKKI),)
    alone = reply(replace(OCTOBER, departments=("Zou",)), "Usagers reçus")
    assert text(alone).startswith("Covè") and "puis" not in text(alone)


def test_sites_of_which_the_same_is_shown_are_named_together(asked):
    for site, visits in ((KANDI, 2), (NIKKI, 6), (COVE, 6)):
        asked.hand_in("registre", *[visit(site, "2025-10-06") for _ in range(visits)])
    assert text(reply(OCTOBER, "Le plus fréquenté")) == (
        "Covè et Nikki 6,0 usagers par jour ouvert dans chacun"
    )
    for site in EVERY_SITE[:5]:
        more = 6 - (2 if site == KANDI else 6 if site in (NIKKI, COVE) else 0)
        asked.hand_in(
            "registre", *[visit(site, "2025-10-06", ref=f"more {n}") for n in range(more)]
        )
    said = text(reply(OCTOBER, "Le plus fréquenté"))
    assert " et " in said and said.endswith(" autres : 6,0 usagers par jour ouvert dans chacun")


def test_a_site_of_few_known_days_is_not_held_against_others_and_is_named(asked):
    open_days = [date(2025, 10, d) for d in range(1, 32)]
    days = [d.isoformat() for d in open_days if d.weekday() < 5]
    for site, known, visits, minutes in ((KANDI, days, 1, 10), (NIKKI, days[:3], 9, 60)):
        lines = [waited(minutes, site=site, day=day) for day in known for _ in range(visits)]
        asked.hand_in("registre", *lines)
    rest = " ; sans compter Nikki, dont trop peu de jours sont connus"
    for start in ("Usagers reçus", "L'attente"):
        found = text(reply(OCTOBER, start))
        assert found.startswith("Kandi") and found.endswith(rest), found
    # Half of the days are enough, and then it comes first.
    lines = [waited(60, site=NIKKI, day=day) for day in days[3:12] for _ in range(9)]
    asked.hand_in("registre", *lines)
    found = text(reply(OCTOBER, "Le plus fréquenté"))
    assert found.startswith("Nikki 9,0") and "sans compter" not in found


def test_the_longest_wait_names_all_who_have_it_and_on_how_many_it_rests(asked):
    day = date(2025, 10, 6).isoformat()
    for site, minutes in ((KANDI, 10), (NIKKI, 25), (COVE, 25)):
        asked.hand_in("registre", *[waited(minutes, site=site, day=day) for _ in range(12)])
    found = text(reply(OCTOBER, "L'attente"))
    assert found.startswith("Covè et Nikki un usager sur deux a attendu 25 min ou plus")
    assert "dans chacun (24 attentes mesurées en tout)" in found and found.endswith(
        "l'ensemble : 25 min ou plus pour un sur deux"
    )
    kandi = text(reply(replace(OCTOBER, departments=("Alibori",)), "L'attente"))
    assert kandi.startswith("Kandi un usager sur deux a attendu 10 min ou plus")
    assert "l'ensemble" not in kandi


def test_a_longest_wait_that_does_not_stand_apart_is_said_so_as_the_table_says_it(asked):
    """The page must not name one in its head and deny below that any stands out."""
    days = [date(2025, 10, d).isoformat() for d in range(6, 25) if date(2025, 10, d).weekday() < 5]
    for site, more, step in ((KANDI, 0, 1), (NIKKI, 1, 2)):
        lines = [waited(n + more, site=site, day=day) for day in days for n in range(5, 26, step)]
        asked.hand_in("registre", *lines)
    found = text(reply(OCTOBER, "L'attente"))
    assert reply(OCTOBER, "L'attente").label == "L'attente", "no superlative inside chance"
    alike = "les centres ne se distinguent pas les uns des autres"
    assert found.startswith("Nikki") and f"pour un sur deux ; mais {alike}" in found
    table = TableRequest("site", ("wait_p50",))
    said = indicator_panels.finding(LOCAL_READER, OCTOBER, table).translate(PLAIN)
    assert said == f"Attente médiane : {alike.replace('centres', 'centres du réseau', 1)}"
    lines = [waited(60, site=NIKKI, day="2025-10-13") for _ in range(100)]
    asked.hand_in("registre", *lines)
    found = text(reply(OCTOBER, "L'attente"))
    assert reply(OCTOBER, "L'attente").label == "L'attente la plus longue"
    assert found.startswith("Nikki") and "se distinguent" not in found
    said = indicator_panels.finding(LOCAL_READER, OCTOBER, table)
    assert "Nikki (plus long)" in said


def test_those_whose_wait_may_be_as_long_as_the_longest_are_named_beside_it(asked):
    days = [date(2025, 10, d).isoformat() for d in range(6, 25) if date(2025, 10, d).weekday() < 5]
    for site, middle in ((KANDI, 20), (NIKKI, 60), (COVE, 58)):
        lines = [waited(middle + n, site=site, day=day) for day in days for n in range(-15, 16, 3)]
        asked.hand_in("registre", *lines)
    found = text(reply(OCTOBER, "L'attente"))
    assert found.startswith("Nikki un usager sur deux a attendu 60 min ou plus")
    assert "; Covè (58 min) ne s'en distingue pas nettement" in found
    asked.hand_in("registre", *[waited(150, site=NIKKI, day=days[0]) for _ in range(200)])
    found = text(reply(OCTOBER, "L'attente"))
    assert found.startswith("Nikki un usager sur deux a attendu 150 min") and "Covè" not in found


def test_where_nothing_is_known_each_answer_says_so(asked):
    nothing = replace(OCTOBER, first=date(2025, 6, 1), last=date(2025, 6, 30))
    said = [text(r) for r in opening_answers.replies(LOCAL_READER, nothing)]
    assert said[0] == said[1] == "registre des visites non remonté"
    assert said[3] == "registre des plaintes non remonté"
    by_service = replace(OCTOBER, service="inconnu")
    assert text(reply(by_service, "Ce qui")) == "n'est pas suivi prestation par prestation"
    half = replace(OCTOBER, first=date(2025, 11, 1), last=DAY)
    assert (
        text(reply(half, "Ce qui"))
        == "trop tôt pour juger, la période n'a pas encore de mois entier"
    )


def test_the_oldest_complaint_is_that_of_the_date_of_the_data_with_how_many_are_late(asked):
    asked.hand_in(
        "plaintes",
        complaint("a", KANDI, "2025-03-10", resolved="2025-04-02"),
        complaint("b", NIKKI, "2025-09-12"),
        complaint("c", KANDI, "2025-11-03"),
        covers=(date(2025, 1, 1), DAY),
        sites=EVERY_SITE,
    )
    found = reply(OCTOBER, "La plainte")
    assert found.when == "au 24/11/2025" and found.page == "plaintes"
    assert text(found) == (
        "Nikki 73 jours sans réponse (reçue le 12/09/2025) ;"
        " l'ensemble : 2 plaintes en cours, dont 1 de plus de 30 jours"
    )
    assert "1 plainte en cours, de 30 jours ou moins" in text(
        reply(replace(OCTOBER, departments=("Alibori",)), "La pl")
    )


def test_silent_sites_are_named_the_longest_silent_first(asked):
    for site, ago in ((NIKKI, 12), (COVE, 40)):
        asked.hand_in("registre", visit(site, (DAY - timedelta(days=ago)).isoformat()))
    found = reply(replace(OCTOBER, departments=("Borgou", "Zou")), "Centres")
    never = [p for p in network.sites(LOCAL_READER) if p.department in ("Borgou", "Zou")]
    assert [s.words.split()[0] for s in found.statements[:-1]] == ["pas", "pas"]
    # Who never handed anything in has not fallen silent.
    assert text(found).endswith(
        "Parakou (GSRU) n'ont encore remis ni registre des visites ni fiche de clôture"
    )
    assert "muet" not in text(found)
    others = [p.code for p in never if p.department == "Zou" and p.code != COVE]
    for ago, site in enumerate(others, 10):
        asked.hand_in("registre", visit(site, (DAY - timedelta(days=ago)).isoformat()))
    first, *rest = reply(replace(OCTOBER, departments=("Zou",)), "Centres").statements
    last = f"{DAY - timedelta(days=40):%d/%m/%Y}"
    words = (first.names[0].text, first.words.translate(PLAIN))
    assert words == ("Covè", f"pas de registre des visites depuis le {last} (40 jours)")
    days = [int(re.findall(r"\((\d+) ", s.words.translate(PLAIN))[0]) for s in rest if s.names]
    assert len(days) == 2 and days == sorted(days, reverse=True)


def test_where_the_data_are_old_the_sites_that_sent_them_are_named_among_the_silent(asked):
    with as_of("2026-12-02T10:00"):
        asked.hand_in("registre", visit(COVE, "2026-10-30"))
        zou = replace(OCTOBER, departments=("Zou",))
        assert text(reply(zou, "Centres")).endswith(
            "; Covè ni registre des visites ni fiche depuis le 30/10/2026, fin des données"
        )
        only = text(reply(replace(OCTOBER, site=COVE), "Centres muets"))
        assert only == "Covè ni registre des visites ni fiche depuis le 30/10/2026, fin des données"
    with as_of("2026-11-03T10:00"):
        context.close_databases()
        assert "fin des données" not in text(reply(zou, "Rien de remis encore"))


def test_where_the_data_are_old_and_many_sites_sent_them_these_are_counted(asked):
    with as_of("2026-12-02T10:00"):
        for site in EVERY_SITE[:4]:
            asked.hand_in("registre", visit(site, "2026-10-30"))
        assert text(reply(OCTOBER, "Centres")).endswith(
            "; 4 autres n'en ont plus remis depuis le 30/10/2026, fin des données"
        )
        for site in EVERY_SITE[4:]:
            asked.hand_in("registre", visit(site, "2026-10-30"))
        assert (
            text(reply(OCTOBER, "Centres"))
            == "24 centres ni registre des visites ni fiche depuis le 30/10/2026, fin des données"
        )


def test_where_no_site_is_silent_it_is_said_of_how_many(asked):
    for site in (KANDI, COVE):
        asked.hand_in("registre", visit(site, DAY.isoformat()))
    alibori = replace(OCTOBER, departments=("Alibori",))
    for p in network.sites(LOCAL_READER, alibori):
        asked.hand_in("registre", visit(p.code, DAY.isoformat()))
    n = len(network.sites(LOCAL_READER, alibori))
    with as_of("2025-11-25T10:00"):
        assert text(reply(alibori, "Centres")) == f"aucun des {n} centres n'est muet"
        assert text(reply(replace(OCTOBER, site=KANDI), "Centres")) == "ce centre n'est pas muet"


def test_what_gets_worse_is_what_the_signals_say_and_since_when(demo):
    found = reply(YEAR, "Ce qui")
    alerting, improved = (
        {
            one.scope
            for _, one in signals.site_signals(LOCAL_READER, YEAR)
            if one.variation == variation
        }
        for variation in (Variation.ALERT, Variation.IMPROVEMENT)
    )
    for better in (False, True):
        sayings = [
            s
            for s in found.statements
            if s.names and "(changement" not in s.words and ("mieux" in s.words) == better
        ]
        named = {dict(n.link.filters)["centre"] for s in sayings for n in s.names}
        assert named <= (improved if better else alerting)
        assert named or (better and not improved)
    since = re.compile(
        r"contre [\d,]+ (min|%) d'habitude \(hors de ses variations habituelles, depuis \w+"
    )
    worse = [s.words.translate(PLAIN) for s in found.statements if "mieux" not in s.words]
    assert any(since.search(words) for words in worse), worse
    assert found.when.startswith("en ")


def told(monkeypatch, of_sites: Mapping[str, Sequence[Signal]]) -> list[tuple[str, str]]:
    """Name and words of each line of what gets worse in October, of sites with these signals."""
    placed = [
        (site, replace(one, chart=replace(one.chart, scope=site)))
        for site, found in of_sites.items()
        for one in found
    ]
    monkeypatch.setattr(signals, "site_signals", lambda *_: placed)
    monkeypatch.setattr(control_charts, "judged_month", lambda *_: OCTOBER.first)
    return [
        (" ".join(n.text for n in s.names), s.words.translate(PLAIN))
        for s in reply(OCTOBER, "Ce qui").statements
    ]


def october(code: str, level: float, months: int, seed: int, **made_of: Any) -> Signal:
    """A signal in October."""
    return made(code, level, months, OCTOBER.first, seed, **made_of)


def test_a_small_and_lasting_gap_is_little_and_a_silent_site_is_said_to_be(monkeypatch, asked):
    """A month within its limits is told without figures; days not closed where nobody is heard are the same fact."""
    for ago, site in ((0, COVE), (20, NIKKI)):
        asked.hand_in("registre", visit(site, (DAY - timedelta(days=ago)).isoformat()))
    waits = october("wait_p50", 18, 40, 3, shift=1.6)
    closed = october("completeness", 95, 40, 3, shift=0.5, since=1)
    small = october("wait_within_30", 75, 45, 9, shift=0.93, since=9, base=300)
    assert [one.rule for one in (waits, closed, small)] == [OUTSIDE, OUTSIDE, ON_ONE_SIDE]
    lines = told(monkeypatch, {COVE: [waits], NIKKI: [closed], KANDI: [small]})
    assert [name for name, _ in lines] == ["Covè", "Nikki", "Kandi"]
    assert lines[0][1].startswith("attente de ") and "muet" not in lines[0][1]
    assert "depuis" not in lines[1][1], "since when stands among silent sites"
    assert lines[2][1].startswith("un peu moins d'usagers reçus en 30 min, depuis ")


def test_what_is_a_little_in_a_line_is_slight_on_the_map():
    grave = october("wait_within_30", 75, 40, 3, shift=0.6)
    small = october("wait_within_30", 75, 45, 9, shift=0.93, since=9, base=300)
    calm = october("wait_within_30", 75, 45, 9)
    signs = [map_legend.signal_sign(one, one) for one in (grave, small, calm)]
    assert [sign and sign["slight"] for sign in signs] == [False, True, None]
    seen = [grave, small, small, calm]
    rows = map_legend.legend_rows(CLASSES["wait_within_30"], [], seen, seen, [], "")
    assert [
        (row["label"].translate(PLAIN), row["count"], row["sign"]["slight"]) for row in rows
    ] == [
        ("alerte, oct. 2025", 1, False),
        ("alerte légère, oct. 2025", 2, True),
    ]


def test_what_is_slight_on_a_card_is_slight_in_every_list_and_headline(monkeypatch, asked):
    small = october("wait_within_30", 75, 45, 9, shift=0.93, since=9, base=300)
    grave = october("wait_p50", 18, 40, 3, shift=1.6)
    told(monkeypatch, {KANDI: [grave], NIKKI: [small]})
    rows = signals.signals(LOCAL_READER, OCTOBER).table.rows
    states = [row[3].text.translate(PLAIN) for row in rows]
    assert states[0] == "alerte, hors de ses variations habituelles"
    assert re.fullmatch(r"alerte légère, \d+ mois de suite au-dessous", states[1])
    assert "(alerte légère)" in verdict(small) and "(alerte)" in verdict(grave)
    assert [named(one) for one in (grave, small)] == ["signal d'alerte", "signal d'alerte légère"]


def test_a_small_gap_has_the_date_that_signaux_gives_it(monkeypatch, asked):
    """The month's own year goes without saying; another does not."""
    read = {}
    for since, seed, shift in ((8, 1, 0.93), (10, 23, 0.95)):
        one = october("wait_within_30", 75, 45, seed, shift=shift, since=since, base=300)
        ((_, words),) = told(monkeypatch, {KANDI: [one]})
        read[since_at_least(one)] = words.split(", ")[-1]
        context.close_databases()
    assert read == {
        "depuis mars 2025": "depuis mars (8 mois de suite au-dessous)",
        "depuis décembre 2024": "depuis décembre 2024 (11 mois de suite au-dessous)",
    }


def test_the_other_alerts_of_a_site_say_which_way_they_went(monkeypatch, asked):
    found = [
        october("wait_p50", 18, 40, 3, shift=1.6),
        october("wait_within_30", 75, 40, 3, shift=0.6),
        october("left", 4, 40, 3, shift=4),
        october("satisfaction", 80, 40, 3, shift=0.7),
    ]
    assert {one.variation for one in found} == {Variation.ALERT}
    ((_, words),) = told(monkeypatch, {KANDI: found})
    assert words.endswith(
        " ; aussi moins d'usagers reçus en 30 min, davantage d'usagers partis sans être reçus et moins de satisfaits"
    )


def test_beyond_five_sites_the_others_are_named(monkeypatch, asked):
    places = [p.code for p in network.sites(LOCAL_READER)][:8]
    waits = october("wait_p50", 18, 40, 3, shift=1.6)
    lines = told(monkeypatch, {code: [waits] for code in places[:6]})
    assert len(lines) == 6 and lines[5][1] == "a aussi une alerte"
    context.close_databases()
    lines = told(monkeypatch, {code: [waits] for code in places})
    assert len(lines) == 6 and lines[5][1] == "ont aussi une alerte"


def test_the_answers_agree_with_the_figures_of_the_sites(demo):
    by_site = figures.figures(LOCAL_READER, YEAR, "site")
    for code, start in (("visits_per_day", "Le plus"), ("wait_p50", "L'attente")):
        top = max(by_site, key=lambda site: by_site[site][code].value or 0)
        first = reply(YEAR, start).statements[0].names[0]
        highest = by_site[dict(first.link.filters)["centre"]][code].value
        assert highest == pytest.approx(by_site[top][code].value, abs=0.5)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2025, 11, 1), date(2026, 10, 31), "sur 12 mois"),
        (date(2025, 1, 1), date(2025, 12, 31), "en 2025"),
        (date(2026, 10, 1), date(2026, 10, 31), "en octobre 2026"),
        (date(2026, 11, 1), date(2026, 11, 24), "du 01/11/2026 au 24/11/2026"),
    ],
)
def test_a_period_is_said_in_a_few_words(first, last, words):
    assert Question(first, last).period_in_words.translate(PLAIN) == words


def test_of_a_period_without_a_whole_month_nothing_is_said_to_get_worse(demo):
    for last in (date(2025, 10, 12), date(2025, 10, 31)):
        title = headlines.alerts(LOCAL_READER, Question(date(2025, 10, 1), last))
        assert bool(title) == (last.day == 31)


def test_the_only_site_with_enough_data_is_said_to_be_alone_and_nothing_is_too_early(asked):
    day = date(2025, 10, 6).isoformat()
    asked.hand_in("registre", *[waited(10, site=KANDI, day=day) for _ in range(12)])
    alone = "seul centre à avoir remis son registre des visites"
    for start in ("Usagers reçus", "L'attente"):
        assert alone in text(reply(OCTOBER, start))
        assert alone not in text(reply(replace(OCTOBER, site=KANDI), start)), "of one it is plain"
    asked.hand_in("registre", waited(10, site=NIKKI, day=day))
    assert "seul centre à avoir assez de données" in text(reply(OCTOBER, "L'attente"))
    asked.hand_in("registre", *[waited(10, site=COVE, day=day) for _ in range(12)])
    assert alone not in text(reply(OCTOBER, "Le plus fréquenté"))
    # Of a site that handed nothing in, no month is missing but everything.
    assert text(reply(replace(OCTOBER, site="ccsp-pehunco"), "Ce qui")) == (
        "registre des visites non remonté"
    )


def test_of_a_year_of_which_one_month_came_that_month_is_said(asked):
    asked.hand_in("registre", *[waited(10, site=COVE, day=f"2025-10-{n:02}") for n in range(6, 18)])
    year = Question(date(2024, 11, 1), date(2025, 10, 31), site=COVE)
    only = "en octobre 2025, seul mois remis"
    assert headlines.visits_received(LOCAL_READER, year).translate(PLAIN) == (
        f"au moins 12 usagers reçus {only}"
    )
    for start in ("Usagers reçus", "L'attente"):
        assert reply(year, start).when == only
        assert reply(replace(OCTOBER, site=COVE), start).when == "en octobre 2025"
    asked.hand_in("registre", waited(10, site=COVE, day="2025-09-05"))
    assert reply(year, "L'attente").when.translate(PLAIN) == "sur 12 mois"


def test_of_few_sites_it_is_said_how_many_measure_the_wait(asked):
    day = date(2025, 10, 6).isoformat()
    asked.hand_in("registre", *[waited(10, site=KANDI, day=day) for _ in range(12)])
    alibori = replace(OCTOBER, departments=("Alibori",))
    assert (
        wait_headlines.waits(LOCAL_READER, alibori)
        .translate(PLAIN)
        .endswith("(mesuré à Kandi, seul centre sur 2)")
    )
    assert "mesuré" not in wait_headlines.waits(LOCAL_READER, replace(OCTOBER, site=KANDI))
