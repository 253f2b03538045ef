"""The names of the filters: as parameters of an address, and as the screen says them.

After: `dashboard.ui.filter_state`, which keeps their values; `dashboard.ui.links` and the sign-in, which carry them on.
"""

from dashboard.period import YEAR

# As an address has them, and what stands for « no choice ».
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
