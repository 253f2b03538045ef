"""`python -m tests.partial`: random partial databases, and what the application denies of them checked against the files.

Prints the first seed, each fault with its seed, and how many sentences were read; 1 where one is false or cannot be placed.
`--first SEED --number 1` reads one once more; `--database postgresql` reads them there; `--pages` reads every page, story,
workbook and message too, as everybody who may open them.
"""

import sys

from tests.one_number.said import PEOPLE
from tests.partial.command import begun, parser
from tests.partial.reading import read


def main() -> int:
    """Read them all."""
    wanted = parser("tests.partial", __doc__ or "", 500)
    wanted.add_argument("--pages", action="store_true", help="of everybody's pages and files too")
    arguments = wanted.parse_args()
    people = PEOPLE if arguments.pages else ()
    read_, denied, wrong = 0, 0, 0
    print(f"{arguments.number} bases à partir de {arguments.first}", flush=True)
    with begun(arguments) as command:
        for seed, folder, url in command.each():
            number, denying, faults = read(url, folder, seed, people)
            read_, denied, wrong = read_ + number, denied + denying, wrong + len(faults)
            for fault in faults:
                print(f"{seed}: {fault}", flush=True)
        print(
            f"{read_} phrases, dont {denied} nient ; {wrong} fausses ou sans place, {command.minutes}"
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
