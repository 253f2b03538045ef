"""The bulletin of a period: what the data allow to say, each sentence with its n."""

from collections.abc import Sequence

from dashboard import french
from dashboard.answers import alerts, follow
from dashboard.answers.figures import figures, whole
from dashboard.answers.network import names
from dashboard.answers.question import Question
from dashboard.answers.trust import scope_of
from dashboard.answers.view import View, answer
from dashboard.judgement import bulletin
from dashboard.period import Clipped

ARTICLES = {"Collines": "les", "Donga": "la"}  # the others are masculine
KINDS = {"CCSP": "les CCSP", "GSRU": "les guichets GSRU"}


@answer
def lines(view: View, question: Question, period: Clipped) -> tuple[bulletin.Line, ...]:
    """The lines of the bulletin, in the order to print."""
    known = names(view, question)
    scope = scope_of(question)
    site = known.get(question.site or "")
    words = f"le {site}" if site else in_words(question.departments, question.kind)
    by_site = figures(view, question, "site")
    signals = follow.signals(view, [*([scope] if scope else []), *known], question.last)
    return tuple(
        bulletin.write(
            bulletin.Situation(
                period,
                words,
                whole(view, question),
                signals.get(scope, {}) if scope else None,
                {} if question.site else {known[c]: signals[c] for c in known if c in signals},
                follow.ground(view, question),
                alerts.budget(view, question),
                tuple(
                    sorted(
                        (
                            known[c]
                            for c, f in by_site.items()
                            if f["visits"].n and not f["wait_p50"].n
                        ),
                        key=french.alphabetical,
                    )
                ),
                names(view),
            )
        )
    )


def in_words(departments: Sequence[str], kind: str | None = None) -> str:
    """The scope of filters, with its article: « le réseau », « les Collines », « les CCSP du Zou »."""
    if not departments:
        return KINDS[kind] if kind else "le réseau"
    if len(departments) > 1:
        named = french.join_words(departments)
        return f"{KINDS[kind]} ({named})" if kind else f"les départements {named}"
    department = departments[0]
    bare = french.elide(ARTICLES.get(department, "le"), department)
    if kind is None:
        return bare
    of = {"le": f"du {department}", "les": f"des {department}"}.get(bare.split()[0], f"de {bare}")
    return f"{KINDS[kind]} {of}"
