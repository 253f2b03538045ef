"""What is decided about figures, and what the pages on change say: through their forms, on data made for it."""

import json
import math
import re
from collections.abc import Iterator, Sequence
from datetime import date
from html import unescape
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import event
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from dashboard.__main__ import main
from dashboard.accounts.rights import LOCAL_READER, NotAllowed, Person, Role
from dashboard.actions import targets_and_decisions as record
from dashboard.answers import context, control_charts, network, site_alerts
from dashboard.answers import signals as listed
from dashboard.answers.bulletin import scope_in_words
from dashboard.answers.context import engine as opened
from dashboard.answers.question import Question
from dashboard.french import month_label
from dashboard.indicators import BY_CODE
from dashboard.period import add_months, month_end, today
from dashboard.ui import session, signals
from db.console import system_user
from tests.builders import COVE, KANDI, NIKKI, Office, complaint, visit, waited
from tests.pages.app import drawn, go, heading, read_tables, sound, unfold, visit_page, words

LAST = add_months(
    today().replace(day=1), -5
)  # the last month of the series at first: later ones are still past
CALM, LONG = 20, 60  # minutes
A_MONTH = 40  # visits: enough for the ninth decile


# ---- the data --------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(office, database_url, using) -> Iterator[Office]:
    """Somebody who hands in files to the database that the pages show."""
    using(database_url)
    yield office
    context.close_databases()


@pytest.fixture(scope="module")
def filled(databases) -> Iterator[str]:
    """The address of fictitious data, which nobody changes."""
    with databases.fresh(visits=20_000) as url:
        yield url
        context.close_databases()


def month_of_waits(first: date, wait: int, site: str) -> list[list]:
    """Lines of the register for a whole month, around so many minutes."""
    happy = A_MONTH // 2 + first.month % 3 if wait < LONG else 1
    return [
        waited(
            wait + n % 5 - 2,
            site=site,
            day=month_end(first).isoformat(),
            satisfied="oui" if n < happy else "non",
        )
        for n in range(A_MONTH)
    ]


def hand_in(office: Office, first: date, waits: Sequence[int], site: str = KANDI) -> None:
    """Months one after the other from `first` on, with these waits."""
    office.hand_in(
        "registre",
        *[
            line
            for n, w in enumerate(waits)
            for line in month_of_waits(add_months(first, n), w, site)
        ],
        covers=(first, month_end(add_months(first, len(waits) - 1))),
        sites=(site,),
    )


def alarming(office: Office) -> None:
    """Fourteen calm months, and at the end one that is not."""
    hand_in(office, add_months(LAST, -14), [CALM + n % 3 - 1 for n in range(14)] + [LONG])


# ---- reading a page --------------------------------------------------------------------------------------------


def tables(at: AppTest) -> str:
    """Everything in the tables of the page, with ordinary spaces."""
    return plain("\n".join(table.text for table in read_tables(at)))


def plain(text: str) -> str:
    """With ordinary spaces."""
    return text.replace("\xa0", " ").replace("\u202f", " ")


def said(at: AppTest) -> str:
    """Everything written on the page, with ordinary spaces."""
    return plain("\n".join([*words(at), *(e.value for e in at.success)])).replace("\\", "")


def chart(at: AppTest, code: str):
    """The chart of the page that draws the indicator by month; as a screen reader tells it from others."""
    found = [
        c.proto
        for c in at.get("vega_lite_chart")
        if "mois" in c.proto.alt and BY_CODE[code].label in c.proto.alt
    ]
    assert len(found) == 1, [c.proto.alt for c in at.get("vega_lite_chart")]
    return found[0]


def unit(code: str) -> str:
    """What the axis of its chart says: waits are drawn by all of them, the median stands beside."""
    return "Attente typique" if code == "wait_p50" else BY_CODE[code].short


def short(code: str) -> str:
    """The indicator where room is scarce."""
    return BY_CODE[code].short


def spec(at: AppTest, code: str) -> dict:
    """How that chart is drawn."""
    return json.loads(chart(at, code).spec)


def points(at: AppTest, code: str) -> list[dict]:
    """What that chart draws."""
    proto = chart(at, code)
    data = proto.data.data or next(d.data.data for d in proto.datasets)
    return convert_arrow_bytes_to_pandas_df(data).to_dict("records")


def layers(drawing: dict) -> str:
    """The layers of a chart as text."""
    return json.dumps(drawing["layer"], ensure_ascii=False)


# ---- a decision on an alert ------------------------------------------------------------------------------------


@pytest.fixture
def at_the_time(monkeypatch) -> date:
    """The day on which the alert is answered: the last of the month that gave it."""
    monkeypatch.setattr(signals, "today", lambda: month_end(LAST))
    return month_end(LAST)


def decide(at: AppTest, what: str, who: str, indicator: str = "wait_p50") -> AppTest:
    """Answer the alert of Kandi through the form."""
    unfold(at)
    at.selectbox(key="decision_sur").set_value((KANDI, indicator))
    at.text_input(key="decision_quoi").set_value(what)
    at.text_input(key="decision_qui").set_value(who)
    return next(b for b in at.button if b.label == "Noter").click().run()


@pytest.mark.parametrize(
    ("indicator", "other"), [("wait_p50", "wait_p90"), ("satisfaction", "wait_p50")]
)
def test_a_decision_stays_on_the_control_chart_of_its_series(desk, at_the_time, indicator, other):
    alarming(desk)
    at = decide(sound(visit_page("signaux")), "ouvrir un second guichet", "le directeur", indicator)
    assert "figure sur la courbe de suivi" in said(sound(at))
    assert "ouvrir un second guichet" in tables(at) and "pas encore faite" in tables(at)
    again = visit_page("signaux", centre=KANDI, indicateur=indicator)
    for page in (at, again):
        flagged = layers(spec(page, indicator))
        assert (
            "ouvrir un second guichet (le directeur)" in flagged
            and f"{at_the_time.isoformat()}T12:00:00" in flagged
        )
        assert unit(indicator) in flagged
    page = visit_page("signaux", centre=KANDI, indicateur=other)
    assert "second guichet" not in layers(spec(page, other)), "on its own series alone"


def test_a_decision_on_the_median_wait_stays_on_the_page_of_the_site(desk, at_the_time):
    alarming(desk)
    decide(sound(visit_page("signaux")), "ouvrir un second guichet", "le directeur")
    assert "ouvrir un second guichet (le directeur)" in layers(
        spec(visit_page("site", centre=KANDI), "wait_p50")
    )


def test_the_page_of_a_site_says_each_of_its_alerts_and_what_was_decided(desk, at_the_time):
    alarming(desk)
    page = sound(visit_page("site", centre=KANDI))
    first, *others = site_alerts.site_alerts(
        LOCAL_READER, Question(LAST, month_end(LAST), site=KANDI)
    )
    assert first.indicator == "wait_p50" and others, "what people feel comes first"
    title = plain(heading(page))
    assert re.match(r"CCSP de Kandi : attente de \d+ min, contre \d+ min d'habitude", title)
    assert f"; {len(others)} autre" in title
    drawn = [e.proto.body for e in page.get("html")]
    (listed,) = [body for body in drawn if "ccsp-answers" in body]
    assert f"centre={KANDI}&amp;indicateur={first.indicator}" in listed, "which leads to its chart"
    for one in (first, *others):
        by_card = "".join(drawn).count(f'alert" aria-label="{BY_CODE[one.indicator].short}"')
        by_line = listed.count(f">{BY_CODE[one.indicator].short}<")
        assert by_card + by_line == 1, "said once, by its card where it has one"
    assert "Cause\xa0: non établie. Décision\xa0: aucune." in listed.partition("</div>")[0], "first"
    decide(sound(visit_page("signaux")), "ouvrir un second guichet", "le directeur")
    assert "ouvrir un second guichet (le directeur" in said(visit_page("site", centre=KANDI))


def test_a_month_of_which_a_site_handed_in_a_part_is_not_judged(desk):
    first = add_months(LAST, -14)
    hand_in(desk, first, [CALM + n % 3 - 1 for n in range(14)])
    hand_in(desk, first, [CALM + n % 3 - 1 for n in range(15)], NIKKI)
    for days, judged in ((range(1, 7), False), (range(7, month_end(LAST).day + 1), True)):
        lines = [
            waited(LONG, site=KANDI, day=LAST.replace(day=n).isoformat())
            for n in days
            for _ in range(5)
        ]
        desk.hand_in("registre", *lines)
        assert control_charts.signals(LOCAL_READER, [KANDI])[KANDI]["wait_p50"].is_signal is judged


def test_signals_open_on_the_first_of_the_list_until_a_series_is_chosen(desk):
    alarming(desk)
    at = sound(visit_page("signaux"))
    chosen = [at.selectbox(key=f"serie_{name}").value for name in ("centre", "indicateur")]
    assert chosen == [KANDI, "wait_p50"]
    titles = [plain(h.value) for h in at.header]
    assert any(t.startswith("CCSP de Kandi, attente médiane en ") for t in titles), "whose it is"
    assert read_tables(at)[0].rows[0][:2] == ["CCSP de Kandi", short("wait_p50")]
    at = sound(at.selectbox(key="serie_centre").set_value("").run())
    assert at.selectbox(key="serie_centre").value == "", "the network, though it is what is usual"
    assert at.selectbox(key="serie_indicateur").value == "wait_p50"
    again = sound(visit_page("signaux", serie="choisie"))
    assert again.selectbox(key="serie_centre").value == "", "and the address says so"


@pytest.mark.parametrize(
    ("after", "judgement"),
    [
        ([CALM, CALM], "on ne peut pas encore le dire (2 mois sur 3)"),
        (
            [CALM, CALM + 1, CALM],
            "3 mois après : 20 min, comme avant : le hasard suffit à l'expliquer",
        ),
        ([LONG, LONG, LONG], "3 mois après : 60 min pour 20 min, c'est un changement en pire"),
    ],
)
def test_a_decision_is_judged_by_the_months_that_follow(desk, at_the_time, after, judgement):
    alarming(desk)
    decide(sound(visit_page("signaux")), "ouvrir un second guichet", "le directeur")
    (taken,) = control_charts.decisions(LOCAL_READER)
    record.carry_out(LOCAL_READER, taken.id, at_the_time)
    hand_in(desk, add_months(LAST, 1), after)
    table = next(t for t in read_tables(sound(visit_page("signaux"))) if "Décidé le" in t.head)
    assert [plain(one) for one in table.column("Ce qui a suivi")] == [judgement]


@pytest.mark.parametrize(
    ("what", "who", "reason"),
    [
        ("", "le directeur", "Il faut dire ce qui est décidé."),
        ("", "", "Il faut dire ce qui est décidé."),
        ("ouvrir un guichet", " ", "Il faut dire qui agit."),
    ],
)
def test_a_decision_without_what_or_who_is_refused_and_keeps_what_was_typed(
    desk, at_the_time, what, who, reason
):
    alarming(desk)
    at = decide(sound(visit_page("signaux")), what, who)
    assert [e.value for e in at.error] == [reason]
    assert at.text_input(key="decision_quoi").value == what and not control_charts.decisions(
        LOCAL_READER
    )
    assert (
        not decide(at, "ouvrir un guichet", "le directeur").error
        and len(control_charts.decisions(LOCAL_READER)) == 1
    )
    assert at.text_input(key="decision_quoi").value == ""


# ---- targets ---------------------------------------------------------------------------------------------------


def aim(
    at: AppTest, indicator: str, value: float | None, source: str, scope: str = "nation"
) -> AppTest:
    """Set a target through the form."""
    unfold(at)
    at.selectbox(key="cible_indicateur").set_value(indicator)
    at.selectbox(key="cible_perimetre").set_value(scope)
    at.number_input(key="cible_valeur").set_value(value)
    at.text_input(key="cible_source").set_value(source)
    return next(b for b in at.button if b.label == "Fixer la cible").click().run()


def test_a_target_is_read_on_charts_and_on_the_map_until_it_is_removed(desk):
    hand_in(desk, add_months(LAST, -14), [CALM + n % 3 - 1 for n in range(15)])
    before = visit_page("signaux", centre=KANDI)
    assert "Sans cible." in said(unfold(before)) and '"datum":' not in layers(
        spec(before, "wait_p50")
    )
    at = aim(sound(visit_page("signaux")), "wait_p50", 40, "plan d'action, essai")
    assert (
        "La cible est fixée" in said(sound(at))
        and "40 min" in tables(at)
        and "en vigueur" in tables(at)
    )
    page = sound(visit_page("signaux", centre=KANDI))
    assert {"y": {"datum": 40.0}} in [
        layer["encoding"] for layer in spec(page, "wait_p50")["layer"]
    ]
    assert "Cible atteinte régulièrement (cible : 40 min)." in said(page)
    site = next(s for s in drawn(sound(visit_page()))["sites"] if s["id"] == KANDI)
    assert site["sign"]["badge"] == "✓" and "Cible atteinte régulièrement" in site["tip"]

    at = sound(unfold(go(page, "signaux")))
    at.button(key="retirer_cible").click().run()
    assert "La cible est retirée." in said(sound(at)) and "Aucune cible n'est fixée" in said(at)
    assert "Sans cible." in said(unfold(visit_page("signaux", centre=KANDI)))
    site = next(s for s in drawn(sound(visit_page()))["sites"] if s["id"] == KANDI)
    assert not (site["sign"] or {}).get("badge")


def test_the_nearest_target_holds(desk):
    """The site's own before its department's, its department's before the network's."""
    hand_in(desk, LAST, [CALM])
    home = next(p.department for p in network.sites(LOCAL_READER) if p.code == KANDI)
    found = []
    for scope, value in (("nation", 50), (home, 40), (KANDI, 30)):
        assert not aim(visit_page("signaux"), "wait_p50", value, "essai", scope).error
        found.append(
            [
                control_charts.signals(LOCAL_READER, [s])[s]["wait_p50"].target
                for s in (KANDI, home, "nation")
            ]
        )
    assert found == [[50, 50, 50], [40, 40, 50], [30, 40, 50]]


@pytest.mark.parametrize(
    ("indicator", "value", "source", "reason"),
    [
        ("wait_p50", None, "plan", "Il faut une valeur."),
        ("wait_p50", 20, "  ", "Il faut dire la source de la cible."),
        (
            "wait_within_30",
            130,
            "plan",
            "130 n'est pas une valeur possible : un pourcentage ne dépasse pas 100.",
        ),
        ("wait_p50", -5, "plan", "-5 n'est pas une valeur possible : elle est au-dessous de 0."),
        (
            "wait_p90",
            241,
            "plan",
            "241 n'est pas une valeur possible : au-delà de 240 minutes, les attentes ne sont plus"
            " distinguées.",
        ),
    ],
)
def test_a_target_that_cannot_be_is_refused_in_french(desk, indicator, value, source, reason):
    hand_in(desk, LAST, [CALM])
    at = aim(sound(visit_page("signaux")), indicator, value, source)
    assert [plain(e.value).replace("\\", "").replace("−", "-") for e in at.error] == [reason]
    assert (
        not control_charts.targets(LOCAL_READER)
        and at.number_input(key="cible_valeur").value == value
    )
    assert not at.run().error, "said once"


def test_a_second_target_for_the_same_day_is_refused(desk):
    hand_in(desk, LAST, [CALM])
    at = aim(sound(visit_page("signaux")), "wait_p50", 20, "plan")
    at = aim(sound(at), "wait_p50", 25, "autre plan")
    assert "Une cible est déjà fixée pour cet indicateur, ce périmètre et ce jour" in said(at)
    assert [t[2] for t in control_charts.targets(LOCAL_READER)] == [20]
    assert not aim(at, "wait_p50", 25, "autre plan", KANDI).error


def test_who_answers_for_a_department_sets_nothing_for_the_network(desk, monkeypatch):
    hand_in(desk, LAST, [CALM])
    home = next(p.department for p in network.sites(LOCAL_READER) if p.code == KANDI)
    director = Person("directeur", Role.DIRECTOR, frozenset({home}))
    monkeypatch.setattr(session, "person", lambda: director)
    at = sound(unfold(visit_page("signaux")))
    assert "Tout le réseau" not in at.selectbox(key="cible_perimetre").options
    for scope in ("nation", "Zou"):
        with pytest.raises(NotAllowed):
            record.set_target(director, "wait_p50", scope, 20, today(), "plan")
    assert (
        not aim(at, "wait_p50", 20, "plan", home).error
        and len(control_charts.targets(LOCAL_READER)) == 1
    )


# ---- a new start of a chart ------------------------------------------------------------------------------------


def limits(at: AppTest) -> set[float]:
    """The means drawn on the chart of the page."""
    return {row["c"] for row in points(at, "wait_p50") if not math.isnan(row["c"])}


def test_a_new_start_gives_new_limits_and_says_since_when_and_why(desk, command):
    start = add_months(LAST, -27)
    hand_in(
        desk, start, [CALM + n % 3 - 1 for n in range(14)] + [LONG + n % 3 - 1 for n in range(14)]
    )
    alone = visit_page("signaux", centre=KANDI)
    month = add_months(start, 14)
    proposed = f"Nouveau niveau (proposé) depuis {month_label(month)}."
    assert len(limits(alone)) == 2 and proposed in said(alone)
    done = command(
        main,
        "rebase",
        "wait_p50",
        KANDI,
        "--month",
        month.isoformat(),
        "--why",
        "déménagement du centre.",
    )
    assert done.code == 0
    page = sound(visit_page("signaux", centre=KANDI))
    assert len(limits(page)) == 2
    assert "Nouveau niveau à partir d" in said(page)
    assert f"{month.year} : déménagement du centre ({system_user()})." in said(page)
    assert "(proposé) depuis" not in said(page)
    assert "déménagement" not in said(visit_page("signaux", centre=KANDI, indicateur="wait_p90"))
    assert (
        command(main, "rebase", "wait_p50", KANDI, "--month", month.isoformat(), "--why", " ").code
        == 1
    )


def test_a_site_under_twelve_months_stands_outside_and_is_named(desk):
    hand_in(desk, add_months(LAST, -19), [CALM + n % 3 - 1 for n in range(20)])
    hand_in(desk, add_months(LAST, -2), [LONG] * 3, NIKKI)
    page = sound(unfold(visit_page("signaux", indicateur="wait_p50")))
    assert "moins de douze mois de données : CCSP de Nikki." in said(page)
    whole = control_charts.signals(LOCAL_READER, ["nation"])["nation"]["wait_p50"]
    assert whole.value < CALM + 2 and not whole.is_signal


def answer_level(at: AppTest, why: str, button: str) -> AppTest:
    """Say yes or no to the first level that is proposed, through the form."""
    unfold(at)
    at.selectbox(key="niveau_lequel").set_value((KANDI, "wait_p50", add_months(LAST, -13)))
    at.text_input(key="niveau_raison").set_value(why)
    return next(b for b in at.button if b.label == button).click().run()


def test_a_proposed_level_is_refused_and_its_signals_come_back_or_accepted(desk):
    """Refused, the limits of before hold on and the last month is a signal again; accepted, nobody is asked any more."""
    start = add_months(LAST, -27)
    hand_in(
        desk, start, [CALM + n % 3 - 1 for n in range(14)] + [LONG + n % 3 - 1 for n in range(14)]
    )
    at = sound(visit_page("signaux", centre=KANDI))
    assert "CCSP de Kandi" in tables(at) and "Attente médiane" in tables(at)
    series = lambda: control_charts.signals(LOCAL_READER, [KANDI])[KANDI]["wait_p50"]  # noqa: E731
    flags = series().chart.rule.tolist()
    assert not series().is_signal and sum(map(bool, flags)) == 12, "those of the run are kept"
    refused = answer_level(at, " ", "Refuser")
    assert [e.value for e in refused.error] == ["Il faut dire la raison."]
    refused = sound(answer_level(refused, "panne d'un an", "Refuser"))
    assert "l'habitude d'avant compte de nouveau" in said(refused)
    assert series().is_signal and len(limits(refused)) == 1
    assert (
        f"Nouveau niveau refusé, de {month_label(add_months(LAST, -13))} : panne d'un an (lecteur local)."
        in said(refused)
    )
    record.accept_level(LOCAL_READER, "wait_p50", KANDI, add_months(LAST, -13), "second guichet")
    page = sound(visit_page("signaux", centre=KANDI))
    assert not series().is_signal and series().chart.rule.tolist() == flags
    assert "(accepté) depuis" in said(page) and "second guichet" in said(page)
    assert "(proposé)" not in said(page)


def test_a_new_level_is_proposed_once_where_a_department_is_one_site(desk):
    """Not again for the department, which is judged as its site is; one that was noted for it alone is its own."""
    start = add_months(LAST, -27)
    rise = [CALM + n % 3 - 1 for n in range(14)] + [LONG + n % 3 - 1 for n in range(14)]
    hand_in(desk, start, rise, "ccsp-pobe")
    question = Question(start, LAST)
    proposed = lambda: {x[1].scope for x in listed.proposed_levels(LOCAL_READER, question)}  # noqa: E731
    assert "ccsp-pobe" in proposed() and "Plateau" not in proposed()
    of = control_charts.signals(LOCAL_READER, ["ccsp-pobe", "Plateau"])
    assert of["Plateau"]["wait_p50"].displayed_usual == of["ccsp-pobe"]["wait_p50"].displayed_usual
    record.refuse_level(LOCAL_READER, "wait_p50", "Plateau", add_months(LAST, -13), "panne")
    assert not control_charts.is_judged_as_its_site(context.view(LOCAL_READER), "Plateau")


# ---- what changed ----------------------------------------------------------------------------------------------

BEFORE, AFTER = add_months(LAST, -12), LAST
SERVICES = ("cip", "copies-actes")


def answered(site: str, month: date, yes: int, of: int, service: str) -> list[list]:
    """Lines of the register of a month: so many satisfied users of so many."""
    return [
        visit(
            site,
            month_end(month).isoformat(),
            service=service,
            satisfied="oui" if n < yes else "non",
        )
        for n in range(of)
    ]


@pytest.fixture
def moved(desk) -> str:
    """Satisfaction falls at both sites and rises in the whole, for more users come to the better one; gives the period."""
    names = network.services(LOCAL_READER)
    here, there = (names[code] for code in SERVICES)
    desk.hand_in(
        "registre",
        *answered(KANDI, BEFORE, 90, 100, here),
        *answered(NIKKI, BEFORE, 90, 300, there),
    )
    desk.hand_in(
        "registre",
        *answered(KANDI, AFTER, 255, 300, here),
        *answered(NIKKI, AFTER, 25, 100, there),
    )
    return f"{AFTER:%Y-%m}"


def changes_page(period: str, split: str = "site", **wanted: str) -> AppTest:
    """The page on satisfaction, split so."""
    at = sound(visit_page("carte", comparer="oui", periode=period, **wanted))
    at.segmented_control(key="changement_choix").set_value("satisfaction").run()
    return sound(
        at.segmented_control(key="changement_parties").set_value(split).run()
        if split != "site"
        else at
    )


@pytest.mark.parametrize(
    ("split", "parts"),
    [
        (
            "site",
            "−5,0 points à l'intérieur des centres et +30,0 points par la répartition des visites entre centres",
        ),
        (
            "service",
            "−5,0 points à l'intérieur des prestations et +30,0 points par la répartition des visites entre"
            " prestations",
        ),
        (
            "both",
            "−5,0 points à l'intérieur des prestations de chaque centre et +30,0 points par la répartition des visites entre"
            " centres et prestations",
        ),
    ],
)
def test_the_change_is_split_and_a_whole_against_its_parts_is_warned_of(moved, split, parts):
    text = said(changes_page(moved, split))
    assert "Attention : l'ensemble monte alors qu'aucune de ses parties ne monte" in text
    assert f"De 45,0 % à 70,0 %, soit +25 points : {parts.replace(',0', '')}." in text


def test_the_visits_to_come_are_headed_by_how_many_and_that_is_not_said_again(demo):
    at = sound(visit_page("attentes", comparer="oui"))
    (head,) = [
        plain(s.value).replace("\\", "") for s in at.subheader if "huit fois sur dix" in s.value
    ]
    assert re.match(r"\w+ \d{4} : environ [\d ]+ visites, entre ", head)
    assert not any("huit fois sur dix" in c.value for c in at.caption)


def test_the_parts_stand_in_the_table(moved):
    by_site, by_both = tables(changes_page(moved)), tables(changes_page(moved, "both"))
    assert "CCSP de Kandi\t90 %\t85 %\t−5 points\t" in by_site
    services = network.services(LOCAL_READER)
    assert f"CCSP de Kandi, {services[SERVICES[0]]}\t90 %\t85 %\t−5 points\t" in by_both


def test_the_same_sites_are_drawn_beside_all_sites(desk, moved):
    desk.hand_in(
        "registre", *answered(COVE, AFTER, 0, 400, network.services(LOCAL_READER)[SERVICES[0]])
    )
    at = unfold(changes_page(moved))
    text = said(at)
    assert (
        "+0 point" not in text and "Pas de chiffre dans la première période : CCSP de Covè." in text
    )
    assert "Aux seuls centres présents dans les deux périodes : de 45,0 % à 70,0 %." in text
    assert (
        "« Les mêmes centres » : les 2 centres qui ont des données dans les deux périodes comparées."
        in text
    )
    rows = {(r["s"], r["m"][:7]): r["v"] for r in points(at, "satisfaction")}
    before, after = f"{BEFORE:%Y-%m}", f"{AFTER:%Y-%m}"
    assert [rows["tous les centres", m] for m in (before, after)] == [45, 35]
    assert [rows["les mêmes centres", m] for m in (before, after)] == [45, 70]
    table = next(t for t in read_tables(at) if "Mêmes centres" in t.head)
    assert len(table.rows) == 13
    assert [plain(t) for t in table.rows[-1]][1:] == ["35 %", "3", "70 %", "2"]


def test_where_nobody_came_or_went_the_curves_are_said_to_be_one(moved):
    assert "aucun centre n'est entré ni sorti" in said(changes_page(moved))


def test_a_filter_by_service_leaves_the_split_by_site_alone(moved):
    at = changes_page(moved, prestation=SERVICES[0])
    assert at.segmented_control(key="changement_parties").options == ["Par centre"]
    assert "Attention" not in said(at) and "De 90,0 % à 85,0 %" in said(at)


@pytest.mark.parametrize("known", [True, False])
def test_complaints_are_split_by_service_only_where_services_are_known(desk, known):
    service = network.services(LOCAL_READER)[SERVICES[0]] if known else ""
    for month in (BEFORE, AFTER):
        whole = {"covers": (month, month_end(month))}
        desk.hand_in("registre", *answered(KANDI, month, 50, 100, service), **whole)
        desk.hand_in(
            "plaintes",
            complaint(f"P-{month}", received=month.isoformat(), service=service),
            complaint(f"Q-{month}", received=month_end(month).isoformat(), service=service),
        )
    at = sound(visit_page("carte", comparer="oui", periode=f"{AFTER:%Y-%m}"))
    at.segmented_control(key="changement_choix").set_value("complaints_per_1000").run()
    assert "De 20,0 pour 1 000 à 20,0 pour 1 000" in said(at)
    text = said(sound(at.segmented_control(key="changement_parties").set_value("service").run()))
    assert ("à l'intérieur des prestations" in text) == known
    assert ("La prestation de trop de visites est inconnue" in text) == (not known)


# ---- the bulletin ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("department", "kind", "wanted"),
    [
        (None, None, "le réseau"),
        ("Zou", None, "le Zou"),
        ("Ouémé", None, "l'Ouémé"),
        ("Collines", None, "les Collines"),
        (None, "CCSP", "les CCSP"),
        (None, "GSRU", "les guichets GSRU"),
        ("Zou", "CCSP", "les CCSP du Zou"),
        ("Ouémé", "GSRU", "les guichets GSRU de l'Ouémé"),
        ("Collines", "CCSP", "les CCSP des Collines"),
        ("Donga", "GSRU", "les guichets GSRU de la Donga"),
        ("Alibori", "CCSP", "les CCSP de l'Alibori"),
    ],
)
def test_the_scope_is_named_as_the_filters_have_it(department, kind, wanted):
    assert scope_in_words((department,) if department else (), kind) == wanted


@pytest.mark.parametrize(
    ("wanted", "start"),
    [
        ({}, "Le réseau, "),
        ({"type": "CCSP"}, "Les CCSP, "),
        ({"type": "GSRU"}, "Les guichets GSRU, "),
        ({"type": "CCSP", "departement": "Zou"}, "Les CCSP du Zou, "),
    ],
)
def test_the_bulletin_speaks_of_what_is_filtered(demo, wanted, start):
    text = plain(sound(visit_page("signaux", **wanted)).code[0].value).split("\n")
    assert text[0].startswith(f"Pour {start[0].lower()}{start[1:-2]}") and text[3].startswith(
        f"Données fictives. {start}"
    )
    assert ("pas de jugement d'ensemble" in text[0]) == ("type" in wanted)
    assert not wanted or not any("réseau" in line for line in text if "d'ensemble" not in line)


@pytest.mark.parametrize("wanted", [{}, {"type": "GSRU"}, {"departement": "Borgou,Zou"}])
def test_the_headline_and_two_sentences_are_read_first_and_the_bulletin_unfolds(demo, wanted):
    at = sound(visit_page("signaux", **wanted))
    first = next(e.proto.body for e in at.get("html") if "ccsp-findings" in e.proto.body)
    whole, chance = (plain(unescape(s)) for s in re.findall("<li>(.*?)</li>", first))
    assert ("pas de jugement d'ensemble" in whole) == bool(wanted)
    rows = read_tables(at)[0].rows if read_tables(at) else []  # without a signal there is no list
    alarmed = list(dict.fromkeys(row[0] for row in rows if row[3].startswith("alerte, ")))
    head = plain(at.title[0].value).replace("\\", "")
    if alarmed:
        assert re.search(rf" : {len(alarmed)} centres? (a une|ont une) alerte en ", head)
        assert re.sub(r"^\w+ (de |d')", "", alarmed[0]) in head
    else:
        assert " : aucun centre n'a d'alerte en " in head
    assert head.startswith("Signaux · ")
    assert re.match(r"(\d+ signa|Aucun signal sur)", chance)
    assert " comparé" in chance
    # Chance is measured against signals: where there is none it is not spoken of.
    assert (" hasard " in chance) != bool(re.search("[Aa]ucun signal", chance))
    (folded,) = [e for e in at.expander if e.label == "Le bulletin du mois"]
    inside = plain(unescape(folded.get("html")[0].proto.body))
    assert all(line in inside for line in plain(at.code[0].value).split("\n"))


def test_what_the_lines_of_a_followed_curve_are_is_said_under_it(demo):
    at = sound(visit_page("signaux", centre=KANDI, serie="choisie"))
    drawn_too = '"title": "Fermeture"' in layers(spec(at, "wait_p50"))
    under = [plain(c.value).replace("\\", "") for c in at.caption]
    (said,) = [c for c in under if "tirets : ce que le hasard permet" in c]
    assert drawn_too and said.endswith("pointillés verticaux : fermetures")


def links(at: AppTest) -> list[tuple[str, dict[str, str]]]:
    """(words, filters of the address) of the links of the bulletin to the page's own charts."""
    (body,) = [e.proto.body for e in at.get("html") if "ccsp-bulletin" in e.proto.body]
    found = re.findall(r'<a href="\./signaux\?(.*?)">(.*?)</a>', body)
    assert len(found) == body.count("<a ")
    return [(plain(unescape(label)), dict(parse_qsl(unescape(to)))) for to, label in found]


@pytest.mark.parametrize(
    "wanted", [{}, {"departement": "Zou"}, {"type": "CCSP", "periode": str(today().year - 1)}]
)
def test_each_line_links_to_its_chart_and_keeps_the_filters(demo, wanted):
    at = sound(visit_page("signaux", **wanted))
    found = links(at)
    assert len(found) >= 5
    for label, query in found:
        assert {n: v for n, v in query.items() if n in wanted} == wanted
        page = sound(visit_page("signaux", **query))
        assert not page.warning
        assert BY_CODE[query["indicateur"]].short in label
        assert page.selectbox(key="serie_indicateur").value == query["indicateur"]
        assert page.selectbox(key="serie_centre").value == query.get("centre", "")
        # A measure of a whole is followed site by site: its curve has its own name.
        drawn_as = {f'"title": "{name(query["indicateur"])}"' for name in (unit, short)}
        assert any(t in layers(spec(page, query["indicateur"])) for t in drawn_as)


def test_the_chart_of_a_line_on_sites_is_that_of_the_first_site_named(desk):
    alarming(desk)
    at = sound(visit_page("signaux"))
    label, query = next(link for link in links(at) if "centre" in link[1])
    assert query["centre"] == KANDI and "CCSP de Kandi" in label


# ---- choices on other pages ------------------------------------------------------------------------------------


def test_the_rank_is_given_on_demand_with_its_interval(demo):
    at = sound(visit_page("plaintes"))
    at.selectbox(key="plaintes_centres_choix").set_value("complaints_per_1000").run()
    assert not ranks(at)
    at = sound(at.toggle(key="plaintes_centres_rang").set_value(True).run())
    found = ranks(at)
    assert any(" (entre " in r and " sur " in r for r in found) or set(found) == {"pas de rang"}
    at = sound(at.toggle(key="plaintes_centres_rang").set_value(False).run())
    assert not ranks(at)


def ranks(at: AppTest) -> list[str]:
    """What stands in the column of ranks."""
    return [r for t in read_tables(at) if "Rang" in t.head for r in t.column("Rang")]


@pytest.mark.parametrize(
    ("detail", "row"), [("Par catégorie", "Accueil"), ("Par centre", "CCSP de ")]
)
def test_delays_are_given_by_category_or_by_site(demo, detail, row):
    at = sound(visit_page("plaintes"))
    assert delays(at := sound(unfold(at))) == ["Toutes"]
    at = sound(at.segmented_control(key="survie_detail").set_value(detail).run())
    found = delays(at)
    assert found[0] == "Toutes" and len(found) > 2 and any(name.startswith(row) for name in found)


def test_the_curve_is_that_of_the_category_chosen(demo):
    at = sound(visit_page("plaintes"))
    at.segmented_control(key="survie_detail").set_value("Par catégorie").run()
    curve = lambda: [  # noqa: E731
        str(c.proto) for c in at.get("vega_lite_chart") if "encore sans" in c.proto.alt
    ]
    of_all = curve()
    groups = delays(at)
    at.selectbox(key="survie_courbe_category").set_value(groups[2]).run()
    assert curve() != of_all and any(c.value.startswith(f"{groups[2]}") for c in sound(at).caption)


def delays(at: AppTest) -> list[str]:
    """The groups of complaints in the table of delays."""
    return next(t.column("Plaintes") for t in read_tables(at) if "Délai médian" in t.head)


# ---- what it costs ---------------------------------------------------------------------------------------------


def test_the_signals_of_all_sites_ask_the_database_once(demo):
    codes = ["nation", "Zou", *network.site_names(LOCAL_READER)]
    control_charts.signals(LOCAL_READER, codes)
    asked = []
    event.listen(opened(), "before_cursor_execute", lambda *a: asked.append(a[2]))
    assert len(control_charts.signals(LOCAL_READER, codes)) == len(codes)
    assert len([s for s in asked if "journal" in s]) == 1 and len(asked) <= 2, asked
