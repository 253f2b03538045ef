"""What a file, once it is kept or taken out, changes of the signals of its sites: judged anew, and no others.

Before: `dashboard.answers.site_series`, `dashboard.answers.reference_changes.view_in`. After: `dashboard.actions`.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

import numpy as np

from dashboard.answers import control_charts, site_series
from dashboard.answers.context import View
from dashboard.judgement.changed_signals import Charts, changed_signals
from dashboard.judgement.control_charts import MonthlySeries
from dashboard.judgement.monthly_judgement import judge
from dashboard.period import Period, last_whole_month, month_end, months

MOST_SITES = 30  # that are judged anew; a file of more is of the whole network, and its signals are read on their page


def signal_changes(before: View, after: View, sites: Collection[int], what: str) -> str:
    """The signals of some sites that one state of the data has and another has not, in a sentence; "" for none. sites: their ids;
    what: « Ce fichier »."""
    monthly = site_series.monthly_series(before)
    known = [(p.id, p.code) for p in before.network.places]
    rows = [row for row, (number, _) in enumerate(known) if number in sites]
    if monthly is None or not rows or len(rows) > MOST_SITES:
        return ""
    if known != [(p.id, p.code) for p in after.network.places]:
        return ""
    first = min(site_series.first_month(one.network) for one in (before, after))
    then, now = (_charts(one, rows, monthly, first) for one in (before, after))
    return changed_signals(then, now, {p.code: p.name for p in before.network.places}, what)


def _charts(view: View, rows: list[int], every: MonthlySeries, first: date) -> Charts:
    """The control charts of some sites in a state of the data, up to the last month that was judged before."""
    last = min(month_end(every.months[-1]), last_whole_month(view.network.known_until))
    if last < first:
        return {}
    mine = site_series.series_of_rows(view.network, rows, first, last)
    # The season is that of the whole network, with these sites as this state has them.
    season = np.full((len(every.season), len(mine.months)), np.nan)
    earlier = len(months(Period(first, every.months[0]))) - 1
    width = len(mine.months) - earlier
    season[:, earlier:] = every.season[:, :width]
    season[rows] = mine.season
    marks = control_charts.level_marks(view)
    return judge(replace(mine, season=season), {}, marks)
