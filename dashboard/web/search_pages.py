"""« Chercher »: the index of who asks and the values of the lines that are offered, as JSON; and all of the index as a page. The
box says what was sought in vain; who has the right reads it on that page.

Before: `dashboard.answers.search_index`. After: `dashboard.web.routes`; `static/ccsp-search-box.js` asks.
"""

import json
from typing import Any

from dashboard.accounts.rights import may
from dashboard.actions import unanswered_searches as counted
from dashboard.answers import search_index, search_values
from dashboard.answers.unanswered_searches import RIGHT, unanswered_searches
from dashboard.web.html_templates import part
from dashboard.web.plain_answers import PageRequest, PlainAnswer
from dashboard.web.rate_limits import AdmissionLimit
from dashboard.web.request_limits import RecentLimits

HOME = "/chercher"
MOST = 6  # lines whose values are asked for at once
# Searches in vain of one account or guest link that are counted: a second, and before that. Others are not counted.
IN_VAIN = RecentLimits(lambda: AdmissionLimit(1 / 30, 60))


def answer(request: PageRequest) -> PlainAnswer:
    """What « Chercher » answers, at its address and at those below it."""
    if request.rest == "index":
        return _json({**search_index.index(request.person), "token": request.token})
    if request.rest == "valeurs":
        keys = request.query.get("l", "").split("|")[:MOST]
        return _json(search_values.values(request.person, keys))
    if request.rest == "sans-reponse" and request.is_form:
        _note(request)
        return _json({})
    in_vain = unanswered_searches(request.person) if may(request.person, RIGHT) else None
    index = search_index.index(request.person)
    return PlainAnswer(part("search.html", index=index, in_vain=in_vain))


def _note(request: PageRequest) -> None:
    """Count what was sought in vain, unless too much is."""
    limit = IN_VAIN.limit_of(request.person.id).rate
    if not limit.before():
        limit.wait()
        counted.note(
            request.person, request.fields.get("mots", ""), request.fields.get("autres", "")
        )


def _json(found: Any) -> PlainAnswer:
    return PlainAnswer(file=json_of(found), file_name="chercher.json", file_type="application/json")


def json_of(found: Any) -> bytes:
    """An answer as JSON; what the caches lock is written as what it is."""
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"), default=dict).encode()
