"""What one form is silent of is not said as if the site were silent, or measured nothing; silence hides nothing that is known."""

import re
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from dashboard import french
from dashboard.accounts.rights import LOCAL_READER, Person, Role
from dashboard.answers import (
    bulletin,
    cards,
    complaint_register,
    complaints,
    completeness,
    context,
    control_charts,
    headlines,
    lost_time,
    map,
    monthly_series,
    opening_answers,
    signals,
    site_directory,
    site_identity,
    slides,
    trust,
)
from dashboard.answers.figures import overall_figures
from dashboard.answers.question import Question
from dashboard.indicators import codes_placed_in
from dashboard.judgement.control_charts import FOLLOWED
from dashboard.period import clip_period, day_number, resolve_period, today
from dashboard.statistics.control_limits import OUTSIDE
from dashboard.statistics.variation import ChartKind
from dashboard.wording import who_measures, who_reported
from db.known_forms import ever_known, known_forms
from tests.builders import COVE, KANDI, Office, closing, visit
from tests.partial import four
from tests.partial.said import PLAIN

YEAR = resolve_period("12m", today())
WHOLE = Question(YEAR.first, YEAR.last)
PLATEAU, MONO = (WHOLE.at_place(department, None) for department in ("Plateau", "Mono"))
POBE, LOKOSSA = (WHOLE.at_place(None, s) for s in (four.COMPLAINTS_ALONE, four.CLOSINGS_ALONE))
STOPPED = WHOLE.at_place(None, KANDI)
MONTH = french.month_label(YEAR.last)
AGO = today() - timedelta(days=60)
SITES = (KANDI, COVE, four.COMPLAINTS_ALONE, four.CLOSINGS_ALONE)


def plain(text: str) -> str:
    return text.translate(PLAIN)


@pytest.fixture
def silent(asked: Office) -> Office:
    """A site that hands in all, one that stopped in August, one of complaints alone, one of closings alone."""
    four.hand_in(asked.engine, asked.folder, four.silent_forms(today(), SITES))
    return asked


def test_which_forms_of_a_site_are_known_for_which_days_is_said_once(silent):
    network = context.view(LOCAL_READER).network
    rows = [next(network.row[p.id] for p in network.places if p.code == s) for s in SITES]
    ever = ever_known(network)
    assert ever.visits[0, rows].tolist() == [True, True, False, False]
    assert ever.closings[0, rows].tolist() == [True, True, False, True]
    assert ever.complaints[0, rows].tolist() == [True, True, True, False]
    span = np.array([[day_number(YEAR.last.replace(day=1)), day_number(YEAR.last)]])
    october = known_forms(network, span)
    assert october.heard[0, rows].tolist() == [False, True, False, True]
    assert october.closings_alone[0, rows].tolist() == [False, False, False, True]


def test_a_figure_of_visits_counts_the_sites_whose_register_came(silent):
    visits = overall_figures(LOCAL_READER, WHOLE)["visits"]
    assert (visits.sites_reporting, visits.heard, visits.sites_expected) == (2, 3, 24)
    said = plain(who_reported(visits))
    assert said == (
        "2 centres sur 24 ont remonté leurs visites, en partie pour 1 d'entre eux ;"
        " 1 autre n'a remonté que des fiches de clôture"
    )
    line = plain(trust.trust_line(LOCAL_READER, WHOLE, "wait_p50"))
    assert "2 centres sur 24, avec mesure de l'attente" in line
    assert "des fiches de clôture sans registre des visites : CCSP de Lokossa" in line


@pytest.mark.pitfall(27)
def test_who_never_handed_in_a_register_is_not_said_to_measure_nothing(silent):
    waits = codes_placed_in("waits")
    caption = plain(cards.caption(LOCAL_READER, WHOLE, "12 mois", waits))
    assert (
        "attente mesurée dans 2 centres (registre des visites remis dans 2 centres sur 24)"
        in caption
    )
    for asked in (LOKOSSA, MONO, POBE):
        said = " ".join(
            (
                cards.caption(LOCAL_READER, asked, "12 mois", waits),
                *cards.trust_lines(LOCAL_READER, asked, waits),
            )
        )
        assert "registre des visites non remonté" in said.lower() and "mesure" not in said
    assert plain(opening_answers.replies(LOCAL_READER, LOKOSSA)[0].text) == (
        "registre des visites non remonté"
    )


def test_what_closings_declare_is_read_where_no_register_came(silent):
    declared = r"\d[\d ]* visites déclarées par les fiches de clôture, sans registre"
    for title in (headlines.site(LOCAL_READER, LOKOSSA), headlines.department(LOCAL_READER, MONO)):
        assert re.match(declared, plain(title))
    said = plain(cards.site_caption(LOCAL_READER, LOKOSSA, "12 mois"))
    assert re.search(rf"100 %\. {declared}\. Registre des visites non remonté\.$", said)
    assert "ni registre" not in said
    assert plain(who_reported(overall_figures(LOCAL_READER, LOKOSSA)["visits"])) == (
        "fiches de clôture remontées, sans registre des visites"
    )


def test_complaints_stand_in_the_titles_of_a_site_that_hands_in_nothing_else(silent):
    late = r"\d+ plaintes attendent depuis plus de 30 jours|plaintes en retard : \d+"
    for title in (headlines.site(LOCAL_READER, POBE), headlines.department(LOCAL_READER, PLATEAU)):
        assert re.search(late, plain(title))
    of_complaints = {one.indicator for _, one in signals.site_signals(LOCAL_READER, POBE)}
    assert of_complaints and all(code.startswith("complaints") for code in of_complaints)
    worse = opening_answers.replies(LOCAL_READER, POBE)[2].text
    assert "rien n'a été remis" not in worse and "plaintes" in worse
    assert "ni registre" not in bulletin.findings(LOCAL_READER, POBE)[0]
    assert map.signals_by_site(LOCAL_READER, POBE)


def test_a_site_that_fell_silent_has_not_too_few_months(silent):
    period = clip_period(YEAR, YEAR.last)
    for asked in (WHOLE, STOPPED):
        said = plain(" ".join(line.text for line in bulletin.lines(LOCAL_READER, asked, period)))
        assert f"rien remis pour {MONTH}" in said
        assert "n'ont pas encore assez de mois" not in said


def test_a_guest_is_not_told_that_a_site_of_complaints_alone_handed_in_nothing(silent):
    guest, period = Person("invité", Role.GUEST), clip_period(YEAR, YEAR.last)
    asked = WHOLE.at_place("Plateau", None)
    said = plain(" ".join(line.text for line in bulletin.lines(guest, asked, period)))
    assert f"ni registre des visites ni fiche remis pour {MONTH}" in said
    assert "rien remis" not in said


def test_a_month_that_is_not_on_the_curve_says_why(silent):
    def of(code: str, asked: Question) -> dict[str, str]:
        table = monthly_series.by_month(LOCAL_READER, asked, code, "a").table
        return {row[0].text: plain(row[1].text) for row in table.rows}

    waits = of("wait_p50", STOPPED)
    stop = four.silent_forms(today(), (KANDI,))[0].covers[1]
    after = french.month_label(stop.replace(day=28) + timedelta(days=7))
    assert (waits[french.month_label(stop)], waits[after]) == ("en partie", "non remonté")
    due = of("complaints_30d_due", POBE)
    assert due and "non mesuré" not in due.values()


def test_months_before_a_site_opened_are_no_silence(asked):
    asked.hand_in("registre", visit(site=COVE, day="2020-06-01"))  # it was launched later
    before = Question(date(2019, 1, 1), date(2019, 12, 31))
    figure = overall_figures(LOCAL_READER, before.at_place(None, KANDI))["visits"]
    assert (figure.note, figure.sites_expected) == ("sans objet", 0)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (visit(site=COVE, day=AGO.isoformat()), "pas de registre des visites depuis le"),
        (closing(site=COVE, day=AGO.isoformat()), "pas de fiche de clôture depuis le"),
    ],
)
def test_silence_is_of_the_forms_that_a_site_ever_handed_in(asked, form, words):
    asked.hand_in("cloture" if len(form) == 4 else "registre", form)
    asked.hand_in("registre", visit(site=KANDI, day=(today() - timedelta(days=1)).isoformat()))
    said = plain(opening_answers.replies(LOCAL_READER, WHOLE)[4].text)
    assert said.startswith(f"Covè {words} {AGO:%d/%m/%Y} (") and "fiche depuis" not in said


@pytest.mark.parametrize(
    ("measuring", "reporting", "words"),
    [
        (3, 24, "attente mesurée dans 3 centres sur 24"),
        (
            3,
            14,
            "attente mesurée dans 3 centres (registre des visites remis dans 14 centres sur 24)",
        ),
        (0, 1, "attente non mesurée (registre des visites remis dans 1 centre sur 24)"),
        (0, 0, "registre des visites non remonté"),
    ],
)
def test_no_wait_is_denied_where_no_register_came(asked, measuring, reporting, words):
    visits = overall_figures(LOCAL_READER, WHOLE)["visits"]
    figure = visits._replace(sites_reporting=reporting, sites_expected=24)
    assert plain(who_measures(measuring, figure)) == words


def test_what_waits_at_a_site_that_fell_silent_is_of_the_last_day_that_it_knows(silent):
    stop = four.silent_forms(today(), (KANDI,))[0].covers[1]
    until = french.date_short(stop)
    waiting = complaint_register.register_now(LOCAL_READER, WHOLE)
    here = int((waiting.is_open & (waiting.code == KANDI)).sum())
    some = f"{here} d'entre elles au {until}, dans 1 centre"
    total = int(waiting.is_open.sum())
    by_age = complaints.ages(LOCAL_READER, WHOLE, "k")
    now = french.date_short(context.view(LOCAL_READER).network.known_until)
    assert plain(by_age.finding).startswith(f"{total} plaintes connues en cours, dont ")
    assert plain(by_age.finding).endswith(f" au {now} ({some})") and some in plain(by_age.caption)
    oldest = plain(opening_answers.replies(LOCAL_READER, WHOLE)[3].text)
    assert f"l'ensemble : {total} plaintes connues en cours ({some}), dont " in oldest
    (card,) = cards.cards(LOCAL_READER, STOPPED, ("complaints_open",)).cards
    assert (plain(card.text), card.state) == (f"{here} connues", f"au {until}")
    listed = complaints.open_complaints(LOCAL_READER, STOPPED, "k")
    assert plain(listed.finding).endswith(f"au {until}")


def test_every_signal_of_a_whole_is_named(silent, monkeypatch):
    (late,) = [one for _, one in signals.site_signals(LOCAL_READER, POBE) if one.is_signal]
    waiting = replace(late, chart=replace(late.chart, indicator="complaints_open"))
    both = {one.indicator: one for one in (late, waiting)}
    monkeypatch.setattr(bulletin, "scope_signals", lambda *_: both)
    said = plain(bulletin.findings(LOCAL_READER, POBE)[0])
    assert said.endswith(" d'habitude. Autre signal : plaintes en cours.")
    whole = plain(bulletin.findings(LOCAL_READER, WHOLE)[0])
    assert whole.endswith(
        " d'habitude. Registre des plaintes à jour dans 2 centres sur 24. Autre signal : plaintes en cours."
    )


def test_a_site_of_complaints_alone_says_since_and_up_to_when(silent):
    facts = {one.label: one for one in site_identity.site_facts(LOCAL_READER, POBE)}
    file = next(f for f in four.silent_forms(today(), SITES) if f.sites == (four.COMPLAINTS_ALONE,))
    first, last = (french.date_short(day) for day in file.covers)
    assert facts["Ouvert le"].note.endswith(f"plaintes connues depuis le {first}")
    known = facts["Dernier jour connu"]
    assert (known.text, plain(known.note)[:28]) == (last, "registre des plaintes seul ;")
    assert (
        overall_figures(LOCAL_READER, POBE)["wait_p50"].note == "registre des visites non remonté"
    )


def test_no_list_says_of_a_site_of_complaints_alone_that_it_handed_in_nothing(silent):
    """« rien de remis encore » stood beside a list of its complaints."""
    for panel in (
        completeness.missing_closings,
        completeness.silent_sites,
        site_directory.of_sites,
    ):
        table = panel(LOCAL_READER, PLATEAU, "key").table
        said = [cell.text for row in table.rows for cell in row]
        assert "registre des plaintes seul" in said and "rien de remis encore" not in said


def test_a_day_that_was_closed_is_heard_of_though_no_register_came(silent):
    lost = lost_time.losses(LOCAL_READER, LOKOSSA).total
    assert lost.days and not lost.unheard
    assert lost_time.losses(LOCAL_READER, POBE).total.unheard


def test_a_site_that_fell_silent_is_told_as_silent_in_the_title_of_its_department(silent):
    alibori = replace(WHOLE, departments=("Alibori",))
    title = plain(headlines.department(LOCAL_READER, alibori))
    assert " ; 1 centre muet (Kandi)" in title
    assert "alerte à Kandi (fiches" not in title, "the same, said twice"


def test_that_nothing_is_worse_is_said_of_what_is_judged(silent):
    alone = "aucune dégradation relevée dans le seul chiffre jugé, fiches de clôture remises"
    for asked, title in ((LOKOSSA, headlines.site), (MONO, headlines.department)):
        assert f" ; {alone} ; " in plain(title(LOCAL_READER, asked))
        assert plain(opening_answers.replies(LOCAL_READER, asked)[2].text) == alone
    of_cove = WHOLE.at_place(None, COVE)
    assert "aucune dégradation relevée ;" in plain(headlines.site(LOCAL_READER, of_cove))


def test_the_silent_are_named_on_the_first_slide_and_so_is_who_never_began(silent):
    period = clip_period(YEAR, YEAR.last)
    about = slides.Subject(context.view(LOCAL_READER), WHOLE, period, "t", "s")
    headline, _ = slides.KINDS["chiffres"].build(about, "")
    assert plain(headline).endswith(" ; 1 centre muet (Kandi)")
    asked = replace(WHOLE, departments=("Borgou", "Zou"))
    (told,) = opening_answers.replies(LOCAL_READER, asked)[4].statements
    assert len(told.names) == 5 and told.words.startswith("n'ont encore remis ni registre")


def test_the_curve_that_is_drawn_first_is_one_that_is_judged_and_an_alert_where_there_is_one(
    silent,
):
    codes = ("wait_p50", *FOLLOWED)
    first = {
        s: monthly_series.first_curve(LOCAL_READER, WHOLE.at_place(None, s), codes) for s in SITES
    }
    assert first == {
        KANDI: "completeness",
        COVE: "wait_p50",
        four.COMPLAINTS_ALONE: "complaints_late",
        four.CLOSINGS_ALONE: "completeness",
    }


def test_months_without_any_closing_are_an_alert_and_no_part_of_what_is_usual(silent):
    """A site that closed all its days, then stopped, used to close them all."""
    chart = control_charts.control_charts(context.view(LOCAL_READER))[KANDI]["completeness"]
    by_month = next(
        c for c in (chart, *chart.beside) if c.kind in {ChartKind.SHARE, ChartKind.RARE}
    )
    values = dict(zip(by_month.months, by_month.values, strict=True))
    empty = [m for m, value in values.items() if value == 0]
    assert len(empty) == 2, values
    usual = dict(zip(by_month.months, by_month.usual_when_judged, strict=True))
    # August, in which it stopped, had half of its days.
    assert all(usual[m] == pytest.approx(97, abs=0.1) for m in empty)
    judged = dict(zip(by_month.months, by_month.rule, strict=True))
    assert all(judged[m] == OUTSIDE for m in empty)
