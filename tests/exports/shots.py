"""Pictures of the files of docs/: `python -m tests.exports.shots`. The files are opened in LibreOffice, without repair.

Needs soffice and pdftoppm (apt install libreoffice-impress libreoffice-calc poppler-utils); says so where they are not.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from dashboard.palette import LINE
from dashboard.settings import ROOT
from tests.browser.served import make_demo

ACROSS, WIDTH = 3, 640  # pages side by side on a sheet, and the pixels of one


def sheet(folder: Path, file: Path, name: str, pages: int) -> None:
    """Writes docs/<name>.png: the first pages of a file, side by side."""
    if file.suffix != ".pdf":
        subprocess.run(
            [
                "soffice",
                f"-env:UserInstallation=file://{folder}/office",
                "--headless",
                "--convert-to",
                "pdf",
                "--outdir",
                folder / "office-pdf",
                file,
            ],
            check=True,
            capture_output=True,
            timeout=180,
            env={**os.environ, "LC_ALL": "fr_FR.UTF-8"},
        )
        file = folder / "office-pdf" / f"{file.stem}.pdf"
    for old in folder.glob("page-*.png"):
        old.unlink()
    subprocess.run(
        ["pdftoppm", "-png", "-r", "80", "-l", str(pages), file, folder / "page"],
        check=True,
        timeout=60,
    )
    found = [Image.open(p) for p in sorted(folder.glob("page-*.png"))]
    small = [p.resize((WIDTH, round(WIDTH * p.height / p.width))) for p in found]
    height = max(p.height for p in small)
    made = Image.new("RGB", (ACROSS * (WIDTH + 12), -(-len(small) // ACROSS) * (height + 12)), LINE)
    for n, picture in enumerate(small):
        made.paste(picture, (n % ACROSS * (WIDTH + 12) + 6, n // ACROSS * (height + 12) + 6))
    made.quantize(dither=Image.Dither.NONE).save(ROOT / "docs" / f"{name}.png", optimize=True)


def main() -> None:
    """Take every picture."""
    missing = [tool for tool in ("soffice", "pdftoppm") if not shutil.which(tool)]
    if missing:
        print(f"Images des fichiers non prises : {', '.join(missing)} manque.")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {**os.environ, "DATABASE_URL": make_demo(folder / "demo.db", 300_000)}
        subprocess.run(
            [sys.executable, "-m", "dashboard", "report", "--story", "national", "--out", folder],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        for kind, picture, pages in (
            ("pptx", "diapositives", 12),
            ("pdf", "dossier", 6),
            ("xlsx", "classeur", 6),
        ):
            sheet(folder, next(folder.glob(f"ccsp-national-*.{kind}")), picture, pages)
    print("Images écrites dans docs/ : diapositives, dossier, classeur.")


if __name__ == "__main__":
    main()
