"""What guests of a workshop are told of complaints: no cell of 1 to 4, and none that sums or differences give back."""

import html
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from itertools import combinations
from zipfile import ZipFile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from dashboard import french
from dashboard.accounts.rights import LOCAL_READER, Person, Role
from dashboard.answers import (
    bulletin,
    complaint_delays,
    complaint_register,
    complaints,
    context,
    deck,
    figures,
    headlines,
    network,
    opening_answers,
    sites,
    small_counts_for_guests,
)
from dashboard.answers import map as map_
from dashboard.answers.question import Question
from dashboard.exports import EXPORTS
from dashboard.indicators import INDICATORS
from dashboard.panel import Deck
from dashboard.period import ONE_DAY, add_months, clip_period, day_number, resolve_period
from dashboard.settings import load_settings
from dashboard.stories import ready_story
from tests.answers.held import plain
from tests.answers.test_who_asks import answers, ask
from tests.builders import KANDI, add_decisions, never_answer, visit

# GUEST_VISITS=300000: the whole demonstration data, of which docs/security.md gives the figure.
VISITS = int(os.environ.get("GUEST_VISITS", "30000"))
GUEST = Person("invité", Role.GUEST)
OF_ZOU = Person("invité du Zou", Role.GUEST, frozenset({"Zou"}))
CABINET = Person("cabinet", Role.CABINET)
OF_COMPLAINTS = [i.code for i in INDICATORS if i.register == "complaints"]
SHOWN = small_counts_for_guests.SHOWN


@pytest.fixture(scope="module")
def demo(databases) -> Iterator[str]:
    """Fictitious data of a small network, where many cells are small."""
    with databases.fresh(visits=VISITS) as url, pytest.MonkeyPatch.context() as patch:
        add_decisions(url, "nation", "Zou", KANDI)
        never_answer(url)
        patch.setenv("DATABASE_URL", url)
        load_settings.cache_clear()
        context.close_databases()
        yield url
        context.close_databases()
    load_settings.cache_clear()


def year() -> Question:
    """A period of the pages that ends at the date of the data."""
    last = network.freshness(LOCAL_READER).as_of
    return Question(add_months(last, -12) + ONE_DAY, last)


def told(question: Question, by: str, who: Person = GUEST) -> Mapping[str, tuple]:
    """By key, the counts of complaints that a guest finds in his figures; None for each that is hidden."""
    found = {}
    for key, of in figures.figures(who, question, by).items():
        per, fast, due = (of[code] for code in SHOWN)
        for f in (per, fast, due):
            assert f.numerator is not None or (f.value, f.denominator, f.n) == (None, None, 0), key
        found[key] = (
            per.numerator,
            fast.numerator,
            fast.denominator,
            due.numerator,
            due.denominator,
        )
    return found


NOTHING = (None,) * 5


def questions() -> list[tuple[Question, str]]:
    """Every way in which a page can ask about places, of one and of several."""
    network_state = context.view(LOCAL_READER).network
    homes, whole = sorted(set(network_state.departments_of_sites.values())), year()
    several = [
        (),
        *((d,) for d in homes),
        *combinations(homes, 2),
        *combinations(homes, len(homes) - 1),
    ]
    asked = [
        replace(whole, departments=chosen, kind=kind)
        for chosen in several
        for kind in (None, "CCSP", "GSRU")
    ]
    asked += [replace(whole, site=code) for code in network_state.departments_of_sites]
    return [(q, by) for q in asked for by in ("nation", "department", "site")]


def asked_for() -> set[frozenset[str]]:
    """The sets of sites that some figure of some page adds up."""
    seen, network_state, sets = context.view(GUEST), context.view(GUEST).network, set()
    for question, by in questions():
        chosen = seen.sites(question)
        keys = {
            "nation": ["nation"],
            "department": set(network_state.departments_of_sites.values()),
            "site": network_state.departments_of_sites,
        }[by]
        sets |= {small_counts_for_guests._sites(seen, chosen, key, by) for key in keys}
    return sets - {frozenset()}


def counted() -> dict[str, tuple[int, int]]:
    """Complaints received at each site in the guests' period, and those answered in 30 days, one by one from the register."""
    period = small_counts_for_guests.disclosure_plan(GUEST).period
    known, found = (
        complaint_register.register(LOCAL_READER, replace(year(), first=period.first)),
        {},
    )
    inside = known.where(
        (known.received >= day_number(period.first)) & (known.received <= day_number(period.last))
    )
    for code in context.view(LOCAL_READER).network.departments_of_sites:
        of = inside.where(inside.code == code)
        fast = (of.resolved >= 0) & (of.resolved <= of.known) & (of.resolved - of.received <= 30)
        found[code] = len(of), int(fast.sum())
    return found


def worked_out(
    sets: Iterable[frozenset[str]], codes: list[str]
) -> Callable[[frozenset[str]], bool]:
    """Whether the sum over a set of sites can be worked out, by any sums and differences, from the sums over these sets."""
    rows = np.array(
        [[code in one for code in codes] for one in sorted(sets, key=sorted)], dtype=float
    )
    rank = np.linalg.matrix_rank(rows) if len(rows) else 0

    def is_known(one: frozenset[str]) -> bool:
        row = np.array([[code in one for code in codes]], dtype=float)
        return bool(len(rows)) and np.linalg.matrix_rank(np.vstack([rows, row])) == rank

    return is_known


def given_back(
    received: set[frozenset[str]], answered: set[frozenset[str]]
) -> list[tuple[str, ...]]:
    """The sites, pairs of sites and departments of which a cell of 1 to 4 complaints can be worked out."""
    cells, homes, found = counted(), context.view(LOCAL_READER).network.departments_of_sites, []
    codes = sorted(cells)
    # A share is shown with the number that it is of.
    number, fast = worked_out(received | answered, codes), worked_out(answered, codes)
    wanted = [frozenset(some) for size in (1, 2) for some in combinations(codes, size)]
    wanted += [frozenset(c for c in codes if homes[c] == d) for d in set(homes.values())]
    for one in wanted:
        n, k = (sum(cells[code][i] for code in one) for i in (0, 1))
        if (
            (0 < n < 5 and number(one))
            or (0 < k < 5 and fast(one))
            or (0 < n - k < 5 and number(one) and fast(one))
        ):
            found.append(tuple(sorted(one)))
    return found


@pytest.mark.pitfall(35)
def test_no_small_cell_is_given_back_by_any_sum_or_difference_of_what_pages_show(demo):
    known, cells, sets = small_counts_for_guests.disclosure_plan(GUEST), counted(), asked_for()
    shown = {code: {one for one in sets if known.shows(code, one)} for code in SHOWN}
    assert all(shown.values()) and shown[SHOWN[2]] == shown[SHOWN[1]] <= shown[SHOWN[0]]
    assert given_back(shown[SHOWN[0]], shown[SHOWN[1]]) == []
    # Were only the small cells themselves hidden, and no others with them, totals would give them back.

    def has_none(one: frozenset[str]) -> bool:
        n, k = (sum(cells[code][i] for code in one) for i in (0, 1))
        return small_counts_for_guests.is_safe((n, k, n - k))

    naive = {one for one in sets if has_none(one)}
    assert given_back(naive, naive)


def test_what_pages_show_is_what_those_sets_hold_and_nothing_else(demo):
    known, cells, found = small_counts_for_guests.disclosure_plan(GUEST), counted(), set()
    for question, by in questions()[::5]:
        chosen = context.view(GUEST).sites(question)
        for key, of in told(question, by).items():
            sites = small_counts_for_guests._sites(context.view(GUEST), chosen, key, by)
            n, k = (sum(cells[code][i] for code in sites) for i in (0, 1))
            shown = [known.shows(code, sites) for code in SHOWN]
            expected = (n, k, n, k, n)
            for i, code in enumerate((0, 1, 1, 2, 2)):
                few = code and n < 5  # a share of so few is shown to nobody
                assert (
                    of[i] in ((expected[i], None) if few else (expected[i],))
                    if shown[code]
                    else of[i] is None
                )
            found |= set(of)
    assert len(found) > 5


@pytest.mark.pitfall(35)
def test_another_period_service_or_day_tells_nothing_more(demo):
    whole = year()
    first = told(whole, "site")
    for days in (0, 1, 17, 45, 200):
        last = whole.last - timedelta(days=days)
        for since in (1, 30, 365, 800):
            question = replace(whole, first=last - timedelta(days=since), last=last)
            assert told(question, "site") == first
    service = next(iter(network.services(LOCAL_READER)))
    for by in ("site", "nation"):
        assert set(told(replace(whole, service=service), by).values()) == {NOTHING}
    for by in ("month", "service", "hour"):
        assert set(told(whole, by).values()) == {NOTHING}, by


@pytest.mark.pitfall(35)
def test_two_guests_together_know_no_more_than_one(demo):
    everybody, zou = told(year(), "site"), told(year(), "site", OF_ZOU)
    assert zou and all(everybody[code] == cells for code, cells in zou.items())
    assert {context.view(LOCAL_READER).network.departments_of_sites[code] for code in zou} == {
        "Zou"
    }


def test_a_guest_is_given_no_other_figure_of_complaints_and_no_decision(demo):
    for code, of in figures.figures(GUEST, year(), "site").items():
        for indicator in set(OF_COMPLAINTS) - set(SHOWN):
            assert of[indicator].value is None and of[indicator].n == 0, (code, indicator)
            assert of[indicator].note == small_counts_for_guests.NOT_FOR_GUESTS
    said = repr(
        opening_answers.oldest_complaint(context.view(GUEST), year())
    ) + headlines.department(GUEST, year())
    assert small_counts_for_guests.NOT_FOR_GUESTS in said and "aucune plainte" not in said.lower()
    for panel in (
        complaints.ages,
        complaints.open_complaints,
        complaints.reasons,
        complaints.by_place,
        complaint_delays.flow,
        complaint_delays.survival,
    ):
        assert "non affiché aux invités" in repr(panel(GUEST, year(), "k")), panel
    last = network.freshness(LOCAL_READER).as_of
    lines = repr(bulletin.lines(GUEST, year(), clip_period(resolve_period("12m", last), last)))
    assert "non remonté" not in lines and "aucune plainte" not in lines.lower()
    assert not context.view(GUEST).network.decisions and context.view(CABINET).network.decisions
    assert not len(complaint_register.register(GUEST, year()))
    assert not len(complaint_register.open_rows(GUEST, year()))


def test_a_guest_is_told_of_which_months_his_figures_of_complaints_are(demo):
    """Whatever he asks about: on the map, under a list, under bars and on a funnel; and everybody else, of his own period."""
    period = small_counts_for_guests.disclosure_plan(GUEST).period
    when = f"sur 12 mois entiers, jusqu'en {french.month_label(period.last)}"
    last = network.freshness(LOCAL_READER).as_of
    a_month = Question(last.replace(day=1), last)
    for code in SHOWN:
        drawn = map_.plot(GUEST, a_month, code).legend.title
        assert drawn.endswith(f", {when}"), drawn
        assert when not in map_.plot(CABINET, a_month, code).legend.title
        for funnel in (False, True):
            bars = [
                sites.compare(who, a_month, "site", code, "k", funnel=funnel)
                for who in (GUEST, CABINET)
            ]
            assert [when in bar.caption for bar in bars] == [True, False]
    assert when not in map_.plot(GUEST, a_month, "wait_p50").legend.title


def test_a_guest_is_told_of_which_months_no_register_came(asked):
    asked.hand_in("registre", visit(KANDI, "2025-12-31"))
    note = figures.overall_figures(GUEST, Question(date(2025, 12, 1), date(2025, 12, 31)))[
        "complaints_30d"
    ].note
    assert note == "registre des plaintes non remonté, sur 12 mois entiers, jusqu'en novembre 2025"


@pytest.mark.pitfall(35)
def test_no_answer_to_a_guest_rests_on_complaints_but_those_figures(demo, monkeypatch):
    """Every answer stays as it is, whatever the complaints are."""
    monkeypatch.setattr(small_counts_for_guests, "disclosure_plan", lambda view: None)
    context.close_databases()
    before = {name: plain(ask(name, GUEST, year())) for name in answers()}
    without = context.state_for_guests(context.view(CABINET).snapshot.network)
    context.close_databases()
    monkeypatch.setattr(
        context,
        "load_network_state",
        lambda connection, before=None: replace(without, decisions=()),
    )
    assert {name: plain(ask(name, GUEST, year())) for name in answers()} == before


CELLS = st.dictionaries(
    st.sampled_from("abcdefghijkl"), st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1
)


@given(CELLS, st.integers(1, 4))
def test_every_block_is_safe_no_site_is_in_two_and_none_is_lost_where_there_are_enough(cells, size):
    homes = {code: str("abcdefghijkl".index(code) // size) for code in cells}
    units = {frozenset({code}): held for code, held in cells.items()}
    found = small_counts_for_guests.safe_blocks(units, homes)
    codes = [code for block in found for code in block]
    assert len(codes) == len(set(codes)) and set(codes) <= cells.keys()
    assert all(
        small_counts_for_guests.is_safe(small_counts_for_guests._sum(units, block))
        for block in found
    )
    if small_counts_for_guests.is_safe(small_counts_for_guests._sum(units, frozenset(cells))):
        assert set(codes) == cells.keys()
    again = small_counts_for_guests.safe_blocks(
        {block: small_counts_for_guests._sum(units, block) for block in found}, homes
    )
    assert set(again) == set(found)


def test_a_few_complaints_are_hidden_with_those_of_a_neighbour_and_else_of_another_department():
    homes = dict.fromkeys("abc", "Zou") | dict.fromkeys("de", "Mono") | {"f": "Couffo"}
    cells = {"a": (3,), "b": (4,), "c": (9,), "d": (2,), "e": (7,), "f": (1,)}
    units = {frozenset({code}): held for code, held in cells.items()}
    assert set(small_counts_for_guests.safe_blocks(units, homes)) == {
        frozenset("abf"),
        frozenset("c"),
        frozenset("de"),
    }
    assert small_counts_for_guests.safe_blocks({frozenset({"a"}): (3,)}, homes) == ()


def text_in(kind: str, file: bytes) -> str:
    """The words of a file."""
    if kind == "pdf":
        return " ".join(page.extract_text() for page in PdfReader(BytesIO(file)).pages)
    if kind in ("pptx", "xlsx"):
        with ZipFile(BytesIO(file)) as parts:
            return " ".join(parts.read(name).decode(errors="replace") for name in parts.namelist())
    return file.decode(errors="replace")


@pytest.fixture(scope="module")
def made(demo) -> dict[Person, Deck]:
    """A story about complaints as a guest and as the cabinet have it."""
    last = network.freshness(LOCAL_READER).as_of
    period = clip_period(resolve_period("12m", last), last)
    return {
        who: deck.build(who, year(), ready_story("plaintes"), period) for who in (GUEST, CABINET)
    }


@pytest.mark.parametrize("kind", EXPORTS)
def test_every_file_of_a_guest_says_that_it_is_his(made, kind):
    for who, said in ((GUEST, True), (CABINET, False)):
        text = html.unescape(text_in(kind, EXPORTS[kind].file(made[who]))).replace("\u2019", "'")
        assert ("vue d'invité" in " ".join(text.split())) == said
        assert ("vue d'invité" in made[who].foot) == said


def test_what_guests_are_not_told_is_not_said_to_be_too_few(databases, tmp_path, monkeypatch):
    with databases.fresh(visits=2_000) as url:
        monkeypatch.setenv("DATABASE_URL", url)
        load_settings.cache_clear()
        with context.page_run():
            known_to = network.freshness(GUEST).known_to
            period = clip_period(resolve_period("12m", known_to), known_to)
            question = Question(period.period.first, period.period.last)
            said = [line.text for line in bulletin.lines(GUEST, question, period)]
        context.close_databases()
    load_settings.cache_clear()
    (complaints,) = [text for text in said if "plaintes en cours" in text]
    assert complaints.endswith("plaintes en cours\u00a0: non affiché aux invités.")
    assert "il en faut 0" not in complaints
