"""`python -m tests.one_number`: what is said of one name, place and period, wherever it stands and whoever asks.

On fictitious data and on random partial databases (--number, the first with the seed --first; --database). Prints each thing
that has two numbers; 1 where one has.
"""

import sys

from tests.browser.served import make_demo
from tests.one_number.checking import read
from tests.one_number.said import PEOPLE
from tests.partial.command import begun, parser
from tests.partial.reading import hand_in, in_use


def told(which: str, url: str) -> int:
    """How many things of a database have two numbers, each printed."""
    with in_use(url):
        found, things, faults = read(people=PEOPLE)
    print(
        f"{which} : {found} chiffres de {things} choses, {len(faults)} en ont plusieurs", flush=True
    )
    for fault in faults:
        print(f"  {fault}")
    return len(faults)


def main() -> int:
    """Read them all."""
    arguments = parser("tests.one_number", __doc__ or "", 10).parse_args()
    with begun(arguments) as command:
        wrong = told("données fictives", make_demo(command.folder / "demo.db", 30_000))
        for seed, folder, url in command.each():
            hand_in(url, folder, seed)
            wrong += told(f"base {seed}", url)
        print(f"{wrong} en tout, {command.minutes}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
