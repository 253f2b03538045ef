"""Names and codes that cross layers: the small numbers that stand for words in tables, the counters, the longest texts.

This module imports nothing of ours: anybody may use it.
"""

# visit.kind: the ministry's own type codes
REQUEST, COMPLAINT, INFORMATION = 0, 1, 2
# visit.outcome
UNKNOWN, SERVED, LEFT = 0, 1, 2
# rebase.kind: somebody begins a level of a series, or says no or yes to one that twelve months have proposed
SET, REFUSED, ACCEPTED = "set", "refused", "accepted"
# visit.sex
WOMAN, MAN = 1, 2

# rollup.level
DAY, MONTH = 1, 2
NATION = 0  # rollup.site_id of the national rows
SILENT_DAYS = 7  # calendar days without visit or closing, before the date of the data; a site is silent after them
ALL_SERVICES = 0  # rollup.service_id of the rows over all services
UNKNOWN_SERVICE = -1  # rollup.service_id of visits whose service is not known

LAST_BIN = 240  # waits of 240 minutes and more share the last bin
BINS = LAST_BIN + 1
UNKNOWN_HOUR = 24  # visits without a time of arrival

# Additive counters of a rollup row, in the order in which they are stored and summed.
COUNTERS = (
    "visits",  # everybody
    "requests",
    "complaint_visits",
    "informations",  # by kind
    "women",
    "men",  # sex known
    "satisfied",
    "unsatisfied",  # answered
    "outcome_known",  # served or left
    "left_unserved",
    "left_timed",  # left unserved, arrival time recorded: in the denominator of "within 30 minutes"
    "measured",  # wait known: both times, not left
)

# Words shown for what a blank or unknown key means
UNKNOWN_KEY = "inconnu"
ALL = "all"  # every site: the value of `sites` for a person who may see the whole country

# The longest texts that commands write, in characters: each is the length of its column (tests/forms/test_limits.py). How
# long a text of a file may be stands in the entry of its form.
LONGEST = {
    "filename": 255,
    "who": 80,
    "label": 160,
    "decided by": 120,
    "story name": 60,
    "story title": 160,
    "typed": 500,
}
BYS = ("nation", "department", "site", "month", "service", "hour")
SITE_MONTH = "site_month"  # each site in each month: what series are followed from, shown nowhere

# The words of the closed lists as sheets and pages write them: a data manager adds others.
TERMS = {
    "category": (
        "Accueil",
        "Délai",
        "Dossier perdu",
        "Information erronée",
        "Service indisponible",
        "Comportement",
        "Frais indus",
        "Autre",
    ),
    "channel": ("guichet", "téléphone", "en ligne", "WhatsApp", "courrier"),
    "reason": ("électricité", "réseau", "grève", "travaux", "jour férié local", "fermé", "autre"),
}
