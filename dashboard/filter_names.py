"""The names of the filters: as URL parameters, and as the screen labels them.

After: `dashboard.ui.filter_state`, which keeps their values; `dashboard.ui.links` and the sign-in, which pass them on.
"""

from dashboard.period import YEAR

TABLE = {"lignes": "", "colonnes": "", "tri": "", "filtre": ""}
# URL parameters, and their value for « no choice ».
DEFAULTS = {
    "periode": YEAR,
    "departement": "",
    "type": "",
    "prestation": "",
    "centre": "",
    "indicateur": "wait_p50",
    "comparer": "",
    # Of the table of indicators: its rows, columns, order, and the words that filter it.
    **TABLE,
}
NAMES = {
    "periode": "Période",
    "departement": "Département",
    "type": "Type de centre",
    "prestation": "Prestation",
    "centre": "Centre",
    "indicateur": "Indicateur",
    "comparer": "Comparaison",
    "lignes": "Lignes du tableau",
    "colonnes": "Colonnes du tableau",
    "tri": "Ordre du tableau",
    "filtre": "Filtre du tableau",
}
