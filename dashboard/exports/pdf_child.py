"""Sets one PDF: reads what to set from standard input, one JSON object on a line, and writes the PDF to standard
output.

Started by pdf.py in a process of its own, because Typst keeps what it has compiled: 60 to 80 MB for each PDF. Imports
the standard library and typst only. Nothing follows the line on standard input: when it closes, the parent is gone,
and this process ends too.
"""

import json
import os
import sys
import threading
from datetime import datetime

import typst


def compile_pdf(files: dict[str, str], faces: str, made_on: str) -> bytes:
    """The PDF of main.typ among the files. faces: the folder of typefaces, the only ones beside Typst's own; made_on:
    the date and time that it bears, in ISO's spelling."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[faces])
    written: bytes = typst.compile(  # type: ignore[call-overload]  # its stubs know no files by name
        {name: text.encode() for name, text in files.items()},
        font_paths=fonts,
        ignore_system_fonts=True,
        timestamp=datetime.fromisoformat(made_on),
    )
    return written


def _end_with_parent() -> None:
    """End this process when standard input closes, since the parent is gone then."""
    if not os.read(sys.stdin.fileno(), 1):
        os._exit(1)


def main() -> int:
    """Set one PDF; exit code 0, or 1 after Typst's error message."""
    asked = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        written, code = compile_pdf(**asked), 0
    except Exception as error:  # whatever Typst says, pdf.py hands it to the log
        written, code = f"{type(error).__name__}: {error}".encode(), 1
    sys.stdout.buffer.write(written)
    sys.stdout.buffer.flush()
    return code


if __name__ == "__main__":
    sys.exit(main())
