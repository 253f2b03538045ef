"""`python -m dashboard check-server`: what is missing or wrong on a server, in French, each with the command that mends it.

Before: `db.server_facts`. After: `dashboard.__main__`.
"""

from dashboard.french import plural_phrase
from dashboard.server_check import application, database, machine
from dashboard.server_check.finding import Finding, State

WORDS = {State.FINE: "bien", State.UNKNOWN: "non vérifié", State.WRONG: "à faire"}


def findings() -> list[Finding]:
    """All that was looked at, in the order in which it is mended."""
    return [*application.look(), *database.look(), *machine.look()]


def report(found: list[Finding]) -> list[str]:
    """The findings as lines: what is to be done first, then what could not be looked at, then what is well."""
    lines = []
    for state in (State.WRONG, State.UNKNOWN, State.FINE):
        for one in found:
            if one.state == state:
                lines.append(f"{WORDS[state]:<12} {one.said}")
                lines += (
                    [f"{'':<12} → {one.command}"] if one.command and state != State.FINE else []
                )
    wrong = sum(one.state == State.WRONG for one in found)
    lines.append(
        f"{plural_phrase(wrong, 'chose')} à faire."
        if wrong
        else "Rien à faire de ce qui a pu être vérifié."
    )
    return lines


def run() -> int:
    """Look, and print what was found; 1 where something is to be done."""
    found = findings()
    print("\n".join(report(found)))
    return int(any(one.state == State.WRONG for one in found))
