"""Visits of the months to come: too early is said, the band is said in a sentence, the past is forecast again beside it."""

import re
from dataclasses import replace

import numpy as np
import pytest

from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import context, forecast, network
from dashboard.answers.question import Question
from dashboard.panel import Chart, Message
from dashboard.period import add_months, day_number, today
from dashboard.settings import load_settings
from dashboard.statistics.forecast import backtest
from dashboard.statistics.forecast import forecast as months_to_come
from dashboard.statistics.seasonal import HISTORY
from tests.builders import KANDI, visit

NOW = Question(today(), today())
PLAIN = str.maketrans("\xa0\u202f", "  ")


@pytest.fixture(scope="module")
def demo(sqlite):
    """Fictitious data of five years."""
    with sqlite.fresh(visits=20_000) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        load_settings.cache_clear()
        yield url
        context.close_databases()
    load_settings.cache_clear()


def test_under_39_months_it_is_too_early(office, database_url, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database_url)
    load_settings.cache_clear()
    first = add_months(today().replace(day=1), -20)
    office.hand_in(
        "registre",
        *[
            visit(KANDI, add_months(first, n).replace(day=d).isoformat())
            for n in range(20)
            for d in (3, 4, 5, 6)
        ],
    )
    panel = forecast.panel(LOCAL_READER, NOW, "prevision")
    assert (
        isinstance(panel.content, Message)
        and panel.content.text.translate(PLAIN)
        == (
            "Trop tôt pour prévoir : 19 mois de données, il en faut 39 de suite."  # the last is not whole
        )
    )
    context.close_databases()
    load_settings.cache_clear()


def whose_history_is_whole() -> str:
    """A department that has a site without a gap: which one does is left to the chance of the fictitious data."""
    for department in sorted({p.department for p in network.sites(LOCAL_READER)}):
        found = forecast.outlook(LOCAL_READER, replace(NOW, departments=(department,)))
        if found is not None and found.sites:
            return department
    raise AssertionError("no department has such a site")


@pytest.mark.parametrize("place", ["nation", "department", "site"])
def test_the_forecast_of_the_screen_is_that_of_the_statistics_on_the_same_sites(demo, place):
    question = NOW
    if place == "department":
        question = replace(NOW, departments=(whose_history_is_whole(),))
    elif place == "site":
        question = replace(NOW, site="ccsp-djougou")
    found = forecast.outlook(LOCAL_READER, question)
    network_state = context.view(LOCAL_READER).network
    spans = np.array(
        [[day_number(m), day_number(add_months(m, 1)) - 1] for m in found.months], dtype=np.int64
    )
    visits, days = (
        network_state.sum_between(name, spans).T.astype(float) for name in ("visits", "open")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        per_day = np.where((days > 0) & (visits > 0), visits / days, np.nan)
    mine = [network_state.row[p.id] for p in network.sites(LOCAL_READER, question)]
    same = [r for r in mine if np.isfinite(per_day[r, -HISTORY:]).all()]
    assert 0 < len(same) == found.sites <= found.all_sites == len(mine)
    months = np.array([m.month for m in found.months])
    whole = per_day[same].sum(axis=0, keepdims=True)
    coming = months_to_come(whole, months, shared=per_day)
    assert found.forecast.middle == pytest.approx(coming.middle, nan_ok=True)
    tried = backtest(whole, months, shared=per_day, last=6)
    assert 0 < tried.months <= 6 and found.backtest.error == pytest.approx(tried.error)
    middle, low, high = found.expected(0)
    assert low < middle < high and middle == pytest.approx(
        coming.middle[0, 0] * found.working_days[0]
    )


def test_the_panel_says_the_first_month_to_come_its_band_and_how_wrong_it_was(demo):
    panel = forecast.panel(LOCAL_READER, NOW, "prevision")
    found, as_of = forecast.outlook(LOCAL_READER, NOW), network.freshness(LOCAL_READER).as_of
    assert isinstance(panel.content, Chart)
    said = panel.finding.translate(PLAIN)
    match = re.fullmatch(
        r"(\w+ \d{4}) : environ ([\d ]+) visites, entre ([\d ]+) et ([\d ]+) huit fois sur dix",
        said,
    )
    middle, low, high = (int(match[n].replace(" ", "")) for n in (2, 3, 4))
    assert low <= middle <= high
    n = next(n for n, m in enumerate(found.next_months) if m > as_of)
    assert [middle, low, high] == pytest.approx(found.expected(n), rel=0.2)
    assert re.match(
        r"(Ces \d derniers mois|Le dernier mois), l'erreur était de [\d,]+ % à un mois",
        panel.trust_line.translate(PLAIN),
    )
    drawn = [row for row in panel.content.spec["data"]["values"] if "f" in row]
    listed = [[c.value for c in row[2:]] for row in panel.table.rows if row[2].value is not None]
    assert len(listed) == len(drawn) == 6
    for row, rounded in zip(drawn, listed, strict=True):
        exact, far = [row["f"], row["lo"], row["hi"]], (row["hi"] - row["lo"]) / 4
        assert rounded == pytest.approx(exact, abs=far) and rounded != exact, "drawn as it is"
    assert "sur les" in panel.caption or found.sites == found.all_sites


def test_one_service_is_not_forecast(demo):
    panel = forecast.panel(LOCAL_READER, replace(NOW, service="cip"), "prevision")
    assert "toutes prestations" in panel.content.text


def test_working_days_to_come_leave_out_weekends_and_holidays(demo):
    found = forecast.outlook(LOCAL_READER, NOW)
    assert ((found.working_days >= 17) & (found.working_days <= 23)).all()
