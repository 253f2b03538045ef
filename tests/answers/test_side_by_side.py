"""Places side by side: the figures of the other pages, judged by days that add up to them; what cannot be compared is said."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from dashboard.accounts.rights import LOCAL_READER, Person, Role
from dashboard.answers import context, figures, network, place_days, side_by_side
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE
from dashboard.judgement.side_by_side import Verdict
from dashboard.panel import Message
from dashboard.settings import load_settings
from tests.builders import COTONOU, COVE, KANDI, NIKKI, Office, closing, complaint, visit, waited

YEAR = Question(date(2025, 11, 1), date(2026, 10, 31))
MARCH = Question(date(2025, 3, 1), date(2025, 3, 31))
PLAIN = str.maketrans("\xa0\u202f", "  ")


@pytest.fixture(scope="module")
def filled(databases) -> Iterator[str]:
    """Fictitious data on each kind of database."""
    with databases.fresh(visits=20_000) as url:
        yield url
        context.close_databases()


@pytest.fixture
def demo(filled, monkeypatch) -> Iterator[str]:
    monkeypatch.setenv("DATABASE_URL", filled)
    load_settings.cache_clear()
    yield filled
    load_settings.cache_clear()


def of(kind: str, *places: str, question: Question = YEAR):
    return question, kind, places


def sides(which, who=LOCAL_READER):
    return side_by_side.sides(who, *which)


def rows(compared) -> dict[str, list[str]]:
    """The texts of the table by indicator."""
    panel = side_by_side.table(LOCAL_READER, *compared, "cote")
    return {
        row[0].text: [cell.text.translate(PLAIN) for cell in row[1:]] for row in panel.table.rows
    }


def verdicts(compared, who=LOCAL_READER) -> dict[str, Verdict]:
    return {one.code: one.verdict for one in side_by_side.judged(who, *compared)}


@pytest.mark.parametrize(
    "question",
    [
        YEAR,
        Question(date(2026, 9, 10), date(2026, 11, 20)),
        Question(date(2000, 1, 1), date(2030, 1, 1)),
        Question(YEAR.first, YEAR.last, kind="CCSP"),
        Question(YEAR.first, YEAR.last, service="etat-civil"),
    ],
    ids=["year", "edges", "everything", "type", "service"],
)
@pytest.mark.parametrize("place", ["Zou", "Borgou", KANDI, COTONOU])
def test_days_add_up_to_the_figures_of_the_other_pages(demo, question, place):
    view = context.view(LOCAL_READER)
    if question.service:
        codes = [code for _, code, _ in view.network.services]
        question = Question(question.first, question.last, service=codes[3])
    kind = "site" if place in (KANDI, COTONOU) else "department"
    there = sides(of(kind, place, question=question))
    if not there:
        assert question.kind and place == COTONOU
        return
    known = figures.overall_figures(LOCAL_READER, there[0].question)
    days = place_days.place_days(LOCAL_READER, there[0].question)
    assert days.ratios.keys() == {
        i.code for i in BY_CODE.values() if i.more and i.unit not in ("minutes", "days")
    }
    for code, ratio in days.ratios.items():
        figure = known[code]
        assert ratio.events.sum() == pytest.approx(figure.numerator or 0), code
        assert ratio.cases.sum() == pytest.approx(figure.denominator or 0), code
    assert days.waits.sum() == known["wait_p50"].n
    if not question.service:
        assert sum(int(v.sum()) for v in days.services.values()) == known["visits"].n


def test_the_table_has_the_figures_of_the_other_pages(demo):
    from dashboard.wording import shown_value

    compared = of("department", "Zou", "Borgou")
    found = rows(compared)
    for n, side in enumerate(sides(compared)):
        for code, figure in figures.overall_figures(LOCAL_READER, side.question).items():
            shown = shown_value(figure).translate(PLAIN)
            if BY_CODE[code].short in found:
                assert found[BY_CODE[code].short][1 + n].split(" (")[0] == shown, code


@pytest.mark.parametrize(
    ("kind", "codes"), [("department", ("Zou", "Borgou")), ("site", (KANDI, "ccsp-djougou", NIKKI))]
)
def test_in_another_order_the_same_is_said(demo, kind, codes):
    there = side_by_side.judged(LOCAL_READER, *of(kind, *codes))
    back = side_by_side.judged(LOCAL_READER, *of(kind, *reversed(codes)))
    assert any(one.verdict == Verdict.DIFFERENT for one in there)
    last = len(codes) - 1
    for one, other in zip(there, back, strict=True):
        assert one.verdict == other.verdict, one.code
        mirrored = {(last - high, last - low) for high, low in other.higher}
        assert set(one.higher) == mirrored, one.code


def test_a_place_is_compared_once_and_never_with_itself(demo):
    assert [side.code for side in sides(of("department", "Zou", "Zou"))] == ["Zou"]
    panel = side_by_side.table(LOCAL_READER, *of("department", "Zou", "Zou"), "cote")
    assert panel.content == Message(side_by_side.CHOOSE)
    (said,) = side_by_side.refused(LOCAL_READER, YEAR, "department", ("Zou", "Zou"))
    assert said.startswith("Zou ne se compare pas à lui-même")


def test_unknown_names_and_too_many_are_said(demo):
    asked = ("Zou", "<b>Rien</b>", "Mono", "Borgou", "Alibori", "Atacora")
    first, last = side_by_side.refused(LOCAL_READER, YEAR, "department", asked)
    assert first.startswith("« ·b·Rien··b· » n'est pas un département connu")
    assert last.translate(PLAIN) == "On en compare 4 au plus : sans Atacora."
    assert len(sides(of("department", *asked))) == 4
    (said,) = side_by_side.refused(
        LOCAL_READER, Question(YEAR.first, YEAR.last, kind="GSRU"), "site", (KANDI,)
    )
    assert "de ce type (GSRU)" in said


def test_a_guest_compares_what_his_link_shows_and_nothing_else(demo):
    guest = Person("invité", Role.GUEST, frozenset({"Zou"}))
    assert [side.code for side in sides(of("department", "Zou", "Borgou"), guest)] == ["Zou"]
    mine = [p.code for p in network.sites(guest)]
    assert set(side_by_side.choices(guest, None, "site")) == set(mine)
    compared = of("site", *mine[:2])
    for one in side_by_side.judged(guest, *compared):
        if BY_CODE[one.code].register == "complaints":
            assert one.verdict not in (Verdict.DIFFERENT, Verdict.ALIKE), one.code


LAST = date(2025, 3, 28)
QUARTER = Question(date(2025, 1, 6), LAST)
YEAR_BEFORE = date(2024, 4, 1)


def many_days(office: Office, site: str, waits: int, a_day: int, since: date = YEAR_BEFORE) -> None:
    """Days of a site: so many visits on each, after so many minutes, 0 for waits that nobody notes."""
    lines, day = [], since
    while day <= LAST:
        for n in range(a_day if day.weekday() < 5 else 0):
            cells = {"site": site, "day": str(day), "ref": f"{site}-{day}-{n}"}
            served = waited(waits + n % 3, **cells) if waits else visit(outcome="servi", **cells)
            lines.append(served)
        day += timedelta(days=1)
    office.hand_in("registre", *lines, covers=(since, LAST), sites=(site,))


def test_what_differs_is_said_and_what_is_not_measured_is_not_called_too_few(asked):
    many_days(asked, KANDI, 10, 3)
    many_days(asked, NIKKI, 30, 6)
    many_days(asked, COVE, 0, 3)
    compared = of("site", KANDI, NIKKI, question=QUARTER)
    found = verdicts(compared)
    assert found["wait_p50"] == found["visits_per_day"] == Verdict.DIFFERENT
    assert side_by_side.finding(LOCAL_READER, *compared).startswith(
        "Nikki reçoit plus de monde par jour ouvert"
    )
    said = rows(compared)
    assert said["Attente médiane"][0] == "≠ Nikki fait attendre plus longtemps."
    assert not [words for words in said["Usagers reçus"] if "cas)" in words], "it is its own n"
    assert said["Plaintes en cours"][0] == "… Kandi : non remonté ; Nikki : non remonté."
    other = rows(of("site", KANDI, COVE, question=QUARTER))
    assert other["Attente médiane"] == [
        "… Covè : non mesuré.",
        "11 min (180 cas)",
        "non mesuré",
    ]
    alike = verdicts(of("site", KANDI, COVE, question=QUARTER))
    assert alike["visits_per_day"] == Verdict.ALIKE, "three visits a day, both"


def test_the_year_beside_a_month_has_as_many_inhabitants_a_day_as_the_month(asked):
    """Spread over its own days it moved twelve times as much: 8.6 against 2.1 for 1,000 inhabitants was « le hasard »."""
    many_days(asked, KANDI, 10, 2)
    month = Question(LAST - timedelta(days=27), LAST, site=KANDI)
    found = place_days.place_days(LOCAL_READER, month)
    now, before = (of.ratios["visits_per_1000"] for of in (found, found.before))
    assert set(now.cases) == {now.cases.sum() / 28} and before.cases[0] == pytest.approx(
        now.cases[0]
    )


def test_a_gap_that_looks_sure_and_moves_from_month_to_month_is_not_called_chance(asked):
    """Fifteen points are five standard errors of these cases, and no more than what four weeks bring by themselves."""
    for site, ahead in ((KANDI, 0), (NIKKI, 1)):
        day, lines = YEAR_BEFORE, []
        while day <= LAST:
            good = (LAST - day).days // 28 % 2 == ahead
            for n in range(6 if day.weekday() < 5 else 0):
                cells = {"site": site, "day": str(day), "ref": f"{site}-{day}-{n}"}
                lines.append(waited(10 if n < (5 if good else 3) else 40, **cells))
            day += timedelta(days=1)
        asked.hand_in("registre", *lines, covers=(YEAR_BEFORE, LAST), sites=(site,))
    month = Question(LAST - timedelta(days=27), LAST)
    said = rows(of("site", KANDI, NIKKI, question=month))["Reçus en 30 min ou moins"]
    assert said[0] == (
        "≈ Rien ne les départage : l'écart paraît net, mais d'un mois à l'autre ce chiffre y varie trop pour en être sûr."
    )
    assert said[1:] == ["83 % (100 sur 120)", "50 % (60 sur 120)"]


def test_a_quarter_without_the_year_before_it_is_too_little_to_say(asked):
    for site, waits in ((KANDI, 10), (NIKKI, 30)):
        many_days(asked, site, waits, 3, since=QUARTER.first)
    assert verdicts(of("site", KANDI, NIKKI, question=QUARTER))["wait_p50"] == Verdict.FEW


def test_a_register_that_misses_a_part_has_a_lower_bound_that_is_not_compared(asked):
    many_days(asked, KANDI, 10, 3)
    asked.hand_in(
        "registre",
        visit(NIKKI, "2025-01-06", ref="1"),
        covers=(date(2025, 1, 6), date(2025, 1, 10)),
        sites=(NIKKI,),
    )
    asked.hand_in(
        "registre",
        visit(NIKKI, "2025-03-28", ref="2"),
        covers=(date(2025, 3, 24), date(2025, 3, 28)),
        sites=(NIKKI,),
    )
    compared = of("site", KANDI, NIKKI, question=QUARTER)
    assert verdicts(compared)["visits"] == Verdict.PARTIAL
    assert "« Au moins » ne se compare pas" in rows(compared)["Usagers reçus"][0]


def test_a_site_that_handed_in_nothing_is_not_called_too_few(asked):
    many_days(asked, KANDI, 10, 3)
    asked.hand_in("cloture", closing(NIKKI, "2024-11-04"))
    compared = of("site", KANDI, NIKKI, question=QUARTER)
    found = rows(compared)
    assert found["Usagers reçus"][0] == "… Nikki : non remonté."
    assert not {Verdict.DIFFERENT, Verdict.ALIKE} & set(verdicts(compared).values())


def test_a_few_complaints_are_too_few_to_compare(asked):
    for site in (KANDI, NIKKI):
        many_days(asked, site, 10, 3)
        lines = [complaint(f"{site}-{n}", site, f"2025-02-{3 + n:02}") for n in range(3)]
        span = date(2025, 1, 6), date(2025, 3, 28)
        asked.hand_in("plaintes", *lines, covers=span, sites=(site,))
    found = verdicts(of("site", KANDI, NIKKI, question=QUARTER))
    assert found["complaints_per_1000"] == found["complaints_30d_due"] == Verdict.FEW
    assert found["complaints_open"] == Verdict.PARTIAL, "what came before is not known"


def test_who_takes_longer_to_answer_complaints_is_said(asked):
    days = [YEAR_BEFORE + timedelta(days=5 * n) for n in range(60)]
    for site, wait in ((KANDI, 3), (NIKKI, 20)):
        lines = [
            complaint(
                f"{site}-{n}",
                site,
                str(d),
                str(d + timedelta(days=wait + n % 3)),
                outcome="traitée",
            )
            for n, d in enumerate(days)
        ]
        many_days(asked, site, 10, 1)
        asked.hand_in("plaintes", *lines, covers=(YEAR_BEFORE, LAST), sites=(site,))
    compared = of("site", KANDI, NIKKI, question=Question(YEAR_BEFORE, LAST))
    said = rows(compared)["Délai médian des plaintes"]
    assert said[0] == "≠ Nikki met plus longtemps à traiter les plaintes."
    assert verdicts(compared)["complaints_30d"] == Verdict.FEW, "all in time, at both"


def test_on_one_file_nothing_fails_and_nothing_is_called_different(asked):
    asked.hand_in("registre", visit(KANDI, "2025-03-03", ref="1"))
    for question in (MARCH, QUARTER):
        found = verdicts(of("site", KANDI, NIKKI, question=question))
        assert not {Verdict.DIFFERENT, Verdict.ALIKE} & set(found.values())
        assert side_by_side.finding(
            LOCAL_READER, *of("department", "Zou", "Alibori", question=question)
        )


def test_without_any_data_nothing_fails(asked):
    compared = of("department", "Zou", "Borgou", question=MARCH)
    assert set(verdicts(compared).values()) <= {Verdict.UNKNOWN, Verdict.AS_IT_IS, Verdict.FEW}
    assert asked
