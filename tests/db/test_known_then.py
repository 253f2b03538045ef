"""What was known at a moment is what a database knows that was given the files up to that moment, and nothing more."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.period import BENIN, to_naive_utc
from db.engine import make_engine, snapshot
from db.known_then import state_at
from db.network_state import load_network_state
from tests import clock
from tests.builders import COVE, KANDI, NIKKI, Office, closing, closure, complaint, visit, waited
from tests.network_states import differences

pytestmark = pytest.mark.both_databases

FIRST = datetime(2026, 10, 26, 12, tzinfo=BENIN)
DAYS = [(date(2026, 9, 28) + timedelta(days=n)).isoformat() for n in range(0, 28, 3)]
SITES = (KANDI, NIKKI, COVE)
OTHERWISE = {"version"}  # of what else two databases have in common


def moment_of(step: int) -> datetime:
    """When a step is taken: one each day."""
    return FIRST + timedelta(days=step)


@st.composite
def files(draw):
    """(form, lines, as_of): a file of few sites and days, so that files meet."""
    form = draw(st.sampled_from(("registre", "registre", "cloture", "plaintes", "fermetures")))
    days = draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=3, unique=True))
    site = draw(st.sampled_from(SITES))
    numbers = st.integers(0, 5)
    if form == "registre":
        lines = [waited(draw(numbers), site=site, day=d, ref=str(draw(numbers))) for d in days]
        lines = list({line[-1]: line for line in lines}.values())
        if draw(st.booleans()):
            lines += [visit(site=site, day=draw(st.sampled_from(DAYS)))]
    elif form == "cloture":
        agent = draw(st.sampled_from(("", "A1", "A2")))
        lines = [closing(site, d, draw(numbers), agent) for d in days]
    elif form == "plaintes":
        references = {f"P{draw(numbers)}": d for d in days}
        answered = draw(st.sampled_from(("", "2026-10-26")))
        lines = [complaint(r, site, d, answered) for r, d in references.items()]
    else:
        whole = draw(st.sampled_from((site, "")))
        lines = [closure(whole, days[0], max(days) if days[0] <= max(days) else None)]
    return form, lines, draw(st.sampled_from((None, "2026-10-25", "2026-10-24")))


steps = st.lists(st.one_of(files(), st.integers(0, 9)), min_size=1, max_size=8)


def play(office: Office, history: list) -> None:
    """Hand in the files of a history, a number withdraws one of those that are in."""
    there: list[int] = []
    for number, step in enumerate(history):
        with clock.as_of(moment_of(number).replace(tzinfo=None).isoformat()):
            if isinstance(step, int):
                if there:
                    office.withdraw(there.pop(step % len(there)))
                continue
            form, lines, as_of = step
            path = office.path(form, *lines, name=f"{form}-{number}.csv")
            outcome = office.take(path, as_of=as_of)
            if outcome.accepted and outcome.batch_id not in (None, *there):  # the same file again
                there.append(outcome.batch_id)


def known(office: Office, day: datetime, *, cut: bool):
    """The state of the network at a moment: cut out of all that is known, or all that is known then."""
    with snapshot(office.engine) as connection:
        if not cut:
            with clock.as_of(day.replace(tzinfo=None).isoformat()):
                return load_network_state(connection)
        with clock.as_of(moment_of(12).replace(tzinfo=None).isoformat()):
            return state_at(connection, load_network_state(connection), to_naive_utc(day))


@pytest.fixture
def offices(databases, tmp_path):
    """Makes databases of one's own."""
    opened = []

    def make() -> Office:
        holder = databases.fresh()
        url = holder.__enter__()
        folder = tmp_path / str(len(opened))
        folder.mkdir()
        opened.append((holder, Office(make_engine(url), folder)))
        return opened[-1][1]

    yield make
    for holder, office in opened:
        office.engine.dispose()
        holder.__exit__(None, None, None)


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=steps, at=st.integers(0, 8))
def test_a_state_of_then_is_that_of_a_database_of_then(offices, history, at):
    whole, prefix = offices(), offices()
    play(whole, history)
    play(prefix, history[:at])
    day = moment_of(at) - timedelta(hours=1)
    found = differences(known(whole, day, cut=True), known(prefix, day, cut=False))
    assert set(found) <= OTHERWISE


def test_a_file_that_came_later_is_not_known(office):
    with clock.as_of("2026-10-26T12:00"):
        office.hand_in("registre", waited(5, day="2026-10-22", ref="1"))
    with clock.as_of("2026-10-28T12:00"):
        office.hand_in(
            "registre", waited(50, day="2026-10-22", ref="1"), waited(9, day="2026-10-27", ref="2")
        )
    for day, visits, longest in ((26, 1, 5), (28, 2, 50)):
        state = known(office, datetime(2026, 10, day, 23, tzinfo=BENIN), cut=True)
        row = next(i for i, p in enumerate(state.places) if p.code == KANDI)
        assert state.register_visits[row].sum() == visits
        waits = state.months.of_site(row, date(2026, 10, 1), 1, "waits")[0]
        assert waits.sum() == visits and waits.nonzero()[0].max() == longest
        with pytest.raises(NotImplementedError):
            state.months.edges.cells()
