"""What closures took of open time: said once, adding up, without what nobody knows."""

import random
import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import closures, deck, lost_time, lost_time_panels
from dashboard.answers.question import Question
from dashboard.judgement.lost_time import Lost
from dashboard.panel import Message, Panel
from dashboard.period import BENIN, ONE_DAY, Period, clip_period, now
from dashboard.stories import Step, Story
from db.day_states import last_deadline
from tests.builders import COVE, KANDI, NIKKI, Office, closing, closure, visit
from tests.db.test_lost_time import FIRST, LAST, SITES, _play, set_hours

MARCH = Question(date(2025, 3, 1), date(2025, 3, 31))
OF_KANDI = replace(MARCH, site=KANDI)
PLAIN = str.maketrans("\xa0\u202f", "  ")
DAYS = ("lu", "ma", "me", "je", "ve")


def rows(panel: Panel) -> list[list[str]]:
    """The texts of a panel's table, in plain spaces."""
    return [[cell.text.translate(PLAIN) for cell in row] for row in panel.table.rows]


def finding(panel: Panel) -> str:
    return panel.finding.translate(PLAIN)


def by_reason(question: Question = MARCH, without: str = "") -> Panel:
    return lost_time_panels.by_reason(LOCAL_READER, question, "coupures", without)


@pytest.fixture
def known(asked) -> Office:
    """Three sites that handed in March, whose hours are 8 h to 17 h; those of Covè are not known."""
    for site in (KANDI, NIKKI, COVE):
        span = MARCH.first, MARCH.last
        asked.hand_in("registre", visit(site, "2025-03-03", ref="1"), covers=span, sites=(site,))
    for site in (KANDI, NIKKI):
        set_hours(asked, site, "2025-01-01", **dict.fromkeys(DAYS, (480, 1020)))
    return asked


def test_what_was_lost_is_said_with_what_is_left_and_what_took_most(known):
    known.hand_in(
        "fermetures",
        closure(KANDI, "2025-03-04", "2025-03-05", reason="électricité"),
        closure(KANDI, "2025-03-06", "2025-03-06", "07:00", "10:30", "réseau"),
        closure(NIKKI, "2025-03-07", "2025-03-07", "12:00", "13:00", "réseau"),
    )
    only = replace(MARCH, departments=("Alibori", "Borgou"))
    assert finding(lost_time_panels.by_reason(LOCAL_READER, OF_KANDI, "coupures")) == (
        "Coupures en mars 2025 : 20 h 30 d'ouverture en moins, il en reste 89,2 % ; surtout : électricité, 18 h"
    )
    found = lost_time.losses(LOCAL_READER, only)
    assert (found.by_site[KANDI].minutes, found.by_site[NIKKI].minutes) == (1230, 60)
    assert found.by_site[KANDI].kept == 100 * (1 - 1230 / (21 * 540))
    of_kandi = lost_time.losses(LOCAL_READER, OF_KANDI)
    assert of_kandi.total == found.by_site[KANDI]  # one number, whoever's page says it
    assert rows(by_reason(OF_KANDI)) == [
        ["électricité", "18 h", "2", "98,7 %"],
        ["réseau", "2 h 30", "1", "90,5 %"],
        ["En tout", "20 h 30", "3", "—"],
    ]


def test_hours_that_nobody_noted_leave_days_and_are_said(known):
    known.hand_in("fermetures", closure("", "2025-03-04", reason="grève"))
    known.hand_in("fermetures", closure(COVE, "2025-03-05", None, "09:00", "11:00", "électricité"))
    of_cove = replace(MARCH, site=COVE)
    assert finding(by_reason(of_cove)) == (
        "Coupures en mars 2025 : 1 jour et 2 h d'ouverture en moins, il en reste au plus 95,2 % ;"
        " surtout : grève, 1 jour"
    )
    assert by_reason(of_cove).caption.startswith("Les heures d'ouverture ne sont pas renseignées")
    in_all = lost_time.losses(LOCAL_READER, MARCH)
    assert in_all.by_reason["grève"].whole_days == in_all.sites - 2
    assert in_all.by_reason["grève"].minutes == 2 * 540
    assert in_all.sites_without_hours == in_all.sites - 2
    (strike,) = [row for row in rows(by_reason()) if row[0] == "grève"]
    assert strike[1:4] == ["18 h", str(in_all.sites - 2), str(in_all.sites)]


def test_without_the_days_of_a_cause_nothing_of_them_is_lost_and_as_much_is_open(known):
    known.hand_in("fermetures", closure("", "2025-03-04", reason="grève"))
    known.hand_in(
        "fermetures",
        closure(KANDI, "2025-03-04", None, "09:00", "11:00", "électricité"),
        closure(KANDI, "2025-03-05", None, "09:00", "11:00", "électricité"),
    )
    without = lost_time.losses(LOCAL_READER, OF_KANDI, "grève").total
    assert (without.minutes, without.open_minutes) == (120, 21 * 540)
    assert finding(by_reason(OF_KANDI, "grève")).startswith(
        "Coupures en mars 2025, sans les jours « grève » : 2 h d'ouverture en moins, il en reste 98,9 %"
    )
    (strike,) = [row for row in rows(by_reason(OF_KANDI)) if row[0] == "grève"]
    assert strike[-1] == "98,9 %"
    assert "sans les jours « grève »" in by_reason(OF_KANDI, "grève").title.translate(PLAIN)
    listed = closures.closures_listed(LOCAL_READER, OF_KANDI, "liste", "grève")
    assert {row[4] for row in rows(listed)} == {"électricité"}


def test_who_says_so_is_said(known):
    row = closure(KANDI, "2025-03-04", None, "09:00", "11:00", "réseau")
    known.hand_in("fermetures", row, declared=True)
    known.hand_in("fermetures", closure(KANDI, "2025-03-05", None, "09:00", "10:00", "réseau"))
    panel = by_reason(OF_KANDI)
    assert "seuls les centres disent 2 h, que personne n'a confirmé" in panel.caption.translate(
        PLAIN
    )
    assert rows(panel)[0][3] == "2 h"
    listed = closures.closures_listed(LOCAL_READER, OF_KANDI, "liste")
    assert [row[5:] for row in rows(listed)] == [
        ["1 h", "confirmée"],
        ["2 h", "dite par le centre"],
    ]
    assert finding(listed).endswith("sur la période, dont 1 que personne n'a confirmée")


def test_a_confirmed_closure_says_the_visits_of_its_days(known):
    known.hand_in("registre", *(visit(KANDI, f"2025-03-0{d}", ref=f"{d}") for d in (4, 5, 6)))
    known.hand_in("fermetures", closure(KANDI, "2025-03-04", "2025-03-05", reason="travaux"))
    known.hand_in("fermetures", closure(KANDI, "2025-03-06", None, "09:00", "10:00", "réseau"))
    listed = closures.closures_listed(LOCAL_READER, OF_KANDI, "liste")
    assert [row[-1] for row in rows(listed)] == [
        "confirmée",
        "confirmée ; 2 visites ces jours-là, à vérifier",
    ]


def test_what_nobody_declared_is_not_denied(known):
    said = finding(by_reason())
    assert said.startswith("Coupures en mars 2025 : aucune fermeture n'est connue")
    assert re.search(r"; \d+ jours sans registre des visites ni fiche de clôture$", said)
    year = replace(OF_KANDI, first=date(2024, 4, 1))
    assert finding(by_reason(year)).endswith(
        " jours sans registre des visites ni fiche de clôture, du 01/04/2024 au 31/03/2025"
    )
    assert finding(by_reason(OF_KANDI)).endswith(" : aucune fermeture n'est connue")
    listed = closures.closures_listed(LOCAL_READER, MARCH, "liste").content
    assert listed == Message("Aucune fermeture connue sur cette période.")
    known.hand_in("fermetures", closure(KANDI, "2025-03-05", reason="réseau"))
    assert "au moins 9 h" in finding(by_reason()) and "au plus" in finding(by_reason())
    assert "au moins" not in finding(by_reason(OF_KANDI))


def test_a_closure_out_of_open_hours_is_declared_and_takes_nothing(known):
    known.hand_in("fermetures", closure(KANDI, "2025-03-05", None, "20:00", "21:00", "réseau"))
    assert finding(by_reason(OF_KANDI)).endswith("fermeture déclarée ne prend de temps d'ouverture")


def test_the_only_cause_and_the_only_site_are_not_the_first_of_several(known):
    known.hand_in("fermetures", closure(KANDI, "2025-03-05", reason="réseau"))
    assert finding(by_reason()).endswith(" ; seul motif : réseau ; seul centre : Kandi")
    assert finding(by_reason(OF_KANDI)).endswith(" ; seul motif : réseau")
    known.hand_in("fermetures", closure(NIKKI, "2025-03-06", None, "08:00", "09:00", "réseau"))
    assert finding(by_reason()).endswith(" ; seul motif : réseau ; surtout : Kandi, 9 h")
    alibori = replace(MARCH, departments=("Alibori",))
    of_two = lost_time_panels.by_place(LOCAL_READER, alibori, "department", "d")
    assert finding(of_two).startswith("Alibori a perdu du temps : 9 h, ")


def test_what_is_left_is_said_where_it_says_more_than_that_something_was_lost(known):
    nearly = Lost(days=2000, unknown_days=2000, unheard=3, said_minutes=60, touched=1)
    assert nearly.kept_in_words.translate(PLAIN) == "moins de 100 %"
    assert nearly.left_in_words("il en reste") == ""
    sure = replace(
        nearly, unknown_days=0, open_minutes=2000 * 540, minutes=60, said_minutes=0, unheard=0
    )
    assert sure.left_in_words("il en reste").translate(PLAIN) == ", il en reste plus de 99,9 %"


def test_what_a_bar_leaves_out_stands_behind_a_plus():
    """« 3 h » stood at the end of a bar of nothing: of a site whose hours are not known they are no share."""
    some = Lost(days=20, unknown_days=20, said_minutes=180, touched=1)
    assert some.drawn_in_words.translate(PLAIN) == "+ 3 h"
    more = replace(some, unknown_days=10, open_minutes=5_400, minutes=90, whole_days=2)
    assert more.drawn_in_words.translate(PLAIN) == "2 jours et 1 h 30 + 3 h"
    assert replace(more, said_minutes=0).drawn_in_words.translate(PLAIN) == "2 jours et 1 h 30"
    assert Lost(days=20).drawn_in_words == "rien"


def test_a_day_that_is_not_due_yet_is_no_day_of_which_nothing_came(known):
    """Its register may come until noon of the next working day, as the calendar above says too."""
    moment = now()
    due = last_deadline(frozenset(), datetime.combine(moment.date(), time(), BENIN)).date()
    known.hand_in("registre", visit(KANDI, due.isoformat(), ref="9"))
    asked = replace(MARCH, first=due - timedelta(days=6), last=due, site=NIKKI)
    found = lost_time.losses(LOCAL_READER, asked).total
    assert found.unheard == found.days
    assert found == lost_time.losses(LOCAL_READER, replace(asked, last=due - ONE_DAY)).total
    of_kandi = replace(asked, site=KANDI)
    assert lost_time.losses(LOCAL_READER, of_kandi).total.days == found.days + 1


def test_a_network_without_any_file_says_so(asked):
    for panel in (
        by_reason(),
        lost_time_panels.by_month(LOCAL_READER, MARCH, "mois"),
        lost_time_panels.by_place(LOCAL_READER, MARCH, "site", "centres"),
        lost_time_panels.by_place(LOCAL_READER, MARCH, "department", "departements"),
        lost_time_panels.visits(LOCAL_READER, MARCH, "usagers"),
        closures.closures_listed(LOCAL_READER, MARCH, "liste"),
    ):
        assert isinstance(panel.content, Message) and not panel.table.rows


def test_a_closure_after_the_last_visits_is_counted_as_far_as_days_are_due(known):
    known.hand_in("fermetures", closure(KANDI, "2025-03-31", "2025-04-30", reason="travaux"))
    spring = replace(OF_KANDI, last=date(2025, 6, 30))
    found = lost_time.losses(LOCAL_READER, spring)
    assert found.total.minutes == 22 * 540, "the day that the register has, and those of April"
    later = replace(OF_KANDI, first=date(2025, 4, 1), last=date(2025, 4, 30))
    assert rows(closures.closures_listed(LOCAL_READER, later, "liste"))[0][5] != "rien"


def test_a_period_after_the_data_or_before_any_site_has_nothing_lost(known):
    later = Question(date(2027, 5, 1), date(2027, 5, 31))
    assert (
        finding(by_reason(later)) == "Coupures : comptées jusqu'au 22/11/2026, avant cette période"
    )
    before = Question(date(2001, 5, 1), date(2001, 5, 31))
    assert finding(by_reason(before)) == "Coupures en mai 2001 : aucun jour d'ouverture"
    for question in (later, before):
        assert isinstance(by_reason(question).content, Message)
        for make in (lost_time_panels.by_month, lost_time_panels.visits, closures.closures_listed):
            assert isinstance(make(LOCAL_READER, question, "k").content, Message)


def test_the_months_of_a_year_stand_beside_a_single_one(known):
    known.hand_in("fermetures", closure(KANDI, "2025-03-05", reason="réseau"))
    panel = lost_time_panels.by_month(LOCAL_READER, MARCH, "mois")
    months = [row[0] for row in rows(panel)]
    assert months[0] == "avril 2024" and months[-1] == "mars 2025"
    assert finding(panel) == (
        "Mars 2025 : au moins 9 h d'ouverture en moins, il en reste au plus 99,8 % ; des autres mois, aucun"
        " registre des visites n'est remonté"
    )
    assert {row[-1] for row in rows(panel)[:-1]} == {"non remonté"}
    assert "rien" not in str(panel.content)


def test_leaving_a_cause_out_never_leaves_less(known):
    five = [
        closure(COVE, f"2025-03-{d:02}", None, "09:00", "11:00", "électricité")
        for d in (3, 4, 5, 6, 7)
    ]
    known.hand_in("fermetures", *five, closure(COVE, "2025-03-10", reason="grève"))
    for question in (replace(MARCH, site=COVE), MARCH):
        found = lost_time.losses(LOCAL_READER, question)
        assert all(rest.kept >= found.total.kept for rest in found.kept_without.values())
    assert by_reason(replace(MARCH, site=COVE)).table.rows[0][-1].value == pytest.approx(
        100 * 20 / 21
    )


def test_the_only_site_that_lost_time_is_called_that_and_not_the_first_of_several(known):
    known.hand_in("fermetures", closure(KANDI, "2025-03-04", "2025-03-04", reason="réseau"))

    def said() -> str:
        return finding(lost_time_panels.by_place(LOCAL_READER, MARCH, "site", "k"))

    assert said().startswith(
        "CCSP de Kandi est le seul centre dont du temps perdu est connu : 9 h, "
    )
    assert "en ont perdu" not in said()
    known.hand_in(
        "fermetures", closure(NIKKI, "2025-03-05", "2025-03-05", "08:00", "09:00", "réseau")
    )
    assert said().startswith("CCSP de Kandi a perdu le plus : 9 h, ")
    assert said().endswith("(2 centres sur 3 dont quelque chose est remonté en ont perdu)")


def test_those_that_lost_as_much_are_all_named_or_none(known):
    eight = ("08:00", "09:00", "réseau")
    known.hand_in("fermetures", closure(KANDI, "2025-03-04", None, "08:00", "09:00", "travaux"))
    known.hand_in("fermetures", closure(NIKKI, "2025-03-05", None, *eight))
    said = lambda: finding(lost_time_panels.by_place(LOCAL_READER, MARCH, "site", "k"))  # noqa: E731
    assert said().startswith("CCSP de Kandi et CCSP de Nikki ont perdu le plus : 1 h chacun (2 ")
    assert "surtout" not in finding(by_reason())
    known.hand_in("fermetures", closure(COVE, "2025-03-05", None, *eight[:2], "électricité"))
    known.hand_in("fermetures", closure(KANDI, "2025-03-06", None, "08:00", "09:00", "réseau"))
    assert said().startswith("CCSP de Kandi a perdu le plus : 2 h")
    assert finding(by_reason()).endswith(" ; surtout : réseau, 2 h ; Kandi, 2 h")


def test_a_month_is_the_worst_only_where_that_is_sure(known):
    for month, last in ((1, 31), (2, 28)):
        span = date(2025, month, 1), date(2025, month, last)
        known.hand_in(
            "registre",
            visit(KANDI, f"2025-{month:02}-06", ref=f"m{month}"),
            covers=span,
            sites=(KANDI,),
        )
    known.hand_in("fermetures", closure(KANDI, "2025-02-04", "2025-02-05", reason="réseau"))
    first = Question(date(2025, 1, 1), MARCH.last, site=KANDI)
    by_month = lambda question: finding(lost_time_panels.by_month(LOCAL_READER, question, "k"))  # noqa: E731
    assert by_month(first) == (
        "Février 2025 est le mois où il reste le moins d'ouverture : 90,0 %, 18 h en moins"
    )
    whole_year = replace(first, first=date(2024, 10, 1))
    assert by_month(whole_year).startswith(
        "Des 3 mois dont quelque chose est remonté, février 2025 est celui où il reste le moins d'ouverture : 90,0 %"
    )
    # Of the network most days are not heard of: any of these months may have lost more.
    assert by_month(replace(first, site=None)).endswith(
        "le plus, pour ce qu'on en sait, en février 2025 : 18 h"
    )


@pytest.mark.parametrize("seed", range(6))
def test_the_parts_add_up_to_the_whole_whatever_the_histories(asked, seed):
    _play(seed, asked)
    asked.hand_in("cloture", *(closing(site, str(LAST)) for site in SITES))
    question = Question(FIRST, LAST)
    for without in ("", *lost_time_panels.reasons(LOCAL_READER, question)):
        found = lost_time.losses(LOCAL_READER, question, without)
        months = lost_time.losses_by_month(LOCAL_READER, question, without)
        for parts in (found.by_site, found.by_department, months):
            whole = Lost.total(list(parts.values()))
            assert replace(whole, parts=0) == replace(found.total, parts=0)
            assert whole.parts == pytest.approx(found.total.parts)
        for name in ("minutes", "said_minutes", "whole_days", "alone_minutes", "alone_days"):
            of_reasons = [getattr(part, name) for part in found.by_reason.values()]
            assert sum(of_reasons) == getattr(found.total, name), name
        assert all(0 <= p.kept <= 100 for p in found.by_site.values() if p.days)
        for reason, rest in found.kept_without.items():
            if not without:
                again = lost_time.losses(LOCAL_READER, question, reason).total
                assert replace(again, parts=0) == replace(rest, parts=0)


def busy(office: Office, cut: float, weeks: int = 40) -> Question:
    """Weeks of Kandi, open from 8 h to 17 h, with a cut every second Wednesday, one of them a holiday, on which the share `cut`
    of its users come."""
    rnd, lines, cuts = random.Random(7), [], []
    set_hours(office, KANDI, "2024-01-01", **dict.fromkeys(DAYS, (480, 1020)))
    first = date(2024, 3, 4)
    for week in range(weeks):
        for weekday, number in enumerate((14, 12, 10, 9, 6)):
            day = first + timedelta(days=7 * week + weekday)
            here = rnd.randint(number - 2, number + 2)
            if weekday == 2 and week % 2:
                cuts.append(closure(KANDI, str(day), str(day), "10:00", "13:00", "électricité"))
                here = round(here * cut)
            lines += [visit(KANDI, str(day), ref=f"{day}-{n}") for n in range(here)]
    office.hand_in("registre", *lines)
    office.hand_in("fermetures", *cuts)
    return Question(first, first + timedelta(days=7 * weeks), site=KANDI)


def test_fewer_users_on_days_cut_short_are_found_beside_days_like_them(asked):
    question = busy(asked, 0.5)
    panel = lost_time_panels.visits(LOCAL_READER, question, "usagers")
    assert re.match(
        r"Du 04/03/2024 au 09/12/2024, il est venu [\d,]+ usagers par jour les 19 jours de coupure, contre [\d,]+ ",
        finding(panel),
    )
    assert "de moins, sans doute" in finding(panel)
    observed, usual = panel.table.rows[-1][2].value, panel.table.rows[-1][3].value
    assert observed == pytest.approx(usual / 2, rel=0.1) and usual == pytest.approx(10, rel=0.1)
    assert "pas une preuve" in panel.trust_line
    without = lost_time_panels.visits(LOCAL_READER, question, "usagers", "électricité")
    assert isinstance(without.content, Message)


def test_as_many_users_as_usual_or_too_few_days_are_said_as_such(asked):
    question = busy(asked, 1.0)
    panel = lost_time_panels.visits(LOCAL_READER, question, "usagers")
    assert finding(panel).endswith("le hasard suffit à l'expliquer")
    short = replace(question, last=question.first + timedelta(days=60))
    few = lost_time_panels.visits(LOCAL_READER, short, "usagers")
    assert finding(few) == (
        "Du 04/03/2024 au 03/05/2024, trop peu de jours de coupure pour dire si les usagers viennent moins :"
        " 3 à comparer, il en faut 12"
    )


def test_causes_of_the_year_beside_a_month_can_be_left_out_too(known):
    known.hand_in("fermetures", closure("", "2025-02-04", reason="grève"))
    known.hand_in("fermetures", closure(KANDI, "2025-03-05", reason="réseau"))
    assert lost_time_panels.reasons(LOCAL_READER, MARCH) == ("grève", "réseau")
    months = lost_time_panels.by_month(LOCAL_READER, MARCH, "mois", "grève")
    assert [row[1] for row in rows(months)][-2:] == ["—", "9 h"]


def test_slides_tell_what_the_page_does(known):
    known.hand_in("fermetures", closure("", "2025-03-04", reason="grève"))
    kinds = ("coupures", "coupures_mois", "coupures_centres", "coupures_usagers", "fermetures")
    story = Story("coupures", "Les coupures", tuple(Step(kind) for kind in kinds))
    period = clip_period(Period(MARCH.first, MARCH.last), MARCH.last)
    slides = deck.build(LOCAL_READER, MARCH, story, period).slides
    assert slides[0].headline == by_reason().finding
    assert len(slides[2].panel.table.rows) == 10  # of twenty-four that lost a day
    assert all(slide.headline for slide in slides)
