"""The names of the filters: as URL parameters, and as the screen labels them.

After: `dashboard.ui.filter_state`, which keeps their values; `dashboard.ui.links` and the sign-in, which pass them on.
"""

from dashboard.period import YEAR

# URL parameters, and their value for « no choice ».
DEFAULTS = {
    "periode": YEAR,
    "departement": "",
    "type": "",
    "prestation": "",
    "centre": "",
    "indicateur": "wait_p50",
    "comparer": "",
}
NAMES = {
    "periode": "Période",
    "departement": "Département",
    "type": "Type de centre",
    "prestation": "Prestation",
    "centre": "Centre",
    "indicateur": "Indicateur",
    "comparer": "Comparaison",
}
