"""A thousand invented people, planted in the files that a site hands in: names and telephones in columns that no form has, and
words of complaints that name them; and the search for them in whatever may hold them."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from dashboard.forms.formats import FORMATS
from dashboard.period import today
from tests.builders import COVE, KANDI, complaint, visit

NUMBER = 1_000
# No word and no figure of ours: whatever holds one of these holds a person. A telephone stands by itself, not within a number.
FOUND = re.compile(r"Zqv(?:nom|mots)\w*|(?<![\d.])01995\d{5}(?!\d)", re.IGNORECASE)


def name(n: int) -> str:
    """Of the person of that number."""
    return f"Zqvnom{n:04} Kossi"


def telephone(n: int) -> str:
    """The same, ten digits."""
    return f"01995{n:05}"


def words(n: int) -> str:
    """What that person wrote."""
    return f"Zqvmots{n:04} : {name(n)}, {telephone(n)}, n'a pas été reçu"


def files(folder: Path) -> list[Path]:
    """A register and complaints, as a site would send them that has not read the form."""
    day = today().isoformat()
    people = [[name(n), telephone(n), f"M{telephone(n)}"] for n in range(NUMBER)]
    sites = [KANDI if n % 2 else COVE for n in range(NUMBER)]
    visits = [
        visit(site, day, "08:07", "08:31", outcome="servi", ref=str(n))
        for n, site in enumerate(sites)
    ]
    complaints = [
        complaint(
            f"P{n}", site=site, received=day, resolved=day if n % 10 else "", subject=words(n)
        )
        for n, site in enumerate(sites)
    ]
    return [
        _file(folder, form, lines, people)
        for form, lines in (("registre", visits), ("plaintes", complaints))
    ]


def _file(folder: Path, form: str, lines: list[list], people: list[list]) -> Path:
    out = io.StringIO()
    headings = [c.heading for c in FORMATS[form].columns]
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow([*headings, "Nom et prénoms", "Téléphone", "Matricule"])
    writer.writerows([*line, *who] for line, who in zip(lines, people, strict=True))
    path = folder / f"{form}.csv"
    path.write_text(out.getvalue(), encoding="utf-8")
    return path


def found(*held: object) -> list[str]:
    """Who of them is in a text, or in bytes as they are and unpacked."""
    return [hit for one in held for text in unpacked(one) for hit in FOUND.findall(text)]


def unpacked(held: object) -> Iterator[str]:
    """The texts of what is held: itself, and the parts that it is packed of."""
    if not isinstance(held, bytes):
        yield str(held)
        return
    yield held.decode("utf-8", "replace")
    yield held.decode("utf-16-le", "ignore")
    if held.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(held)) as packed:
            for part in packed.namelist():
                yield part
                yield from unpacked(packed.read(part))
    if held.startswith(b"%PDF"):
        import pypdf

        yield "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(held)).pages)
