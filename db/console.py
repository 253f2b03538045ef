"""Shared by the command lines: output made safe for a terminal, arguments checked to be text."""

import argparse
import getpass
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from sqlalchemy import Engine

from dashboard.settings import load_settings
from db import error_messages
from db.codes import LONGEST
from db.engine import make_engine
from db.write import Refused

# Characters that would move the cursor, colour, rename the window, or reverse the reading order; tab and new line stay.
UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\r(?!\n)"
)

READER_GONE = 128 + 13  # 13: SIGPIPE


def terminal_safe(text: str) -> str:
    """The text with control and direction codes spelled out, so that a terminal shows them instead of obeying."""
    return UNSAFE.sub(lambda match: ascii(match[0])[1:-1], text)


class ReaderGone(Exception):
    """The reader of a command's output has gone (`| head`)."""


class _SafeStream:
    """A stream that makes what it prints safe for a terminal. Raises ReaderGone."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        if hasattr(stream, "reconfigure"):
            # A character that this terminal has not must not stop a command whose work is done.
            stream.reconfigure(errors="backslashreplace")

    def write(self, text: str) -> int:
        """Print the text, made safe."""
        try:
            self.stream.write(terminal_safe(text))
        except BrokenPipeError as error:
            raise ReaderGone from error
        return len(text)

    def flush(self) -> None:
        """Flush what was printed."""
        try:
            self.stream.flush()
        except BrokenPipeError as error:
            raise ReaderGone from error

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def guard_for_good() -> None:
    """Make all output safe for a terminal from here on."""
    sys.stdout, sys.stderr = (
        s if s is None or isinstance(s, _SafeStream) else _SafeStream(s)
        for s in (sys.stdout, sys.stderr)
    )


@contextmanager
def guard_output() -> Iterator[None]:
    """Within the block, make all output safe for a terminal. Where nobody reads it any more, the command ends without
    a message, with the exit code that a shell gives for that."""
    before = sys.stdout, sys.stderr
    guard_for_good()
    try:
        try:
            yield
        finally:
            print(end="", flush=True)
    except ReaderGone:
        # Further output is discarded, or Python would report an error as it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(READER_GONE)
    finally:
        sys.stdout, sys.stderr = before


def parse(parser: argparse.ArgumentParser, argv: list[str] | None) -> argparse.Namespace:
    """The parsed arguments. Exits with 2 where they are wrong, or hold text that is not UTF-8.

    A file's name may be any bytes; words that would be stored may not.
    """
    arguments = parser.parse_args(argv)
    for name, value in vars(arguments).items():
        if any(
            isinstance(v, str) and not _is_text(v)
            for v in (value if isinstance(value, list) else [value])
        ):
            parser.error(
                f"{name} : ce texte n'est pas en UTF-8 ; le taper de nouveau, ou régler le terminal sur UTF-8."
            )
    return arguments


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def run_on_database(work: Callable[[Engine], int]) -> int:
    """Run work on the database of the settings and close it; returns its exit code, or 1 after one sentence where it
    is refused or fails."""
    try:
        engine = make_engine(load_settings().database_url)
    except error_messages.SETTINGS as error:
        print(error_messages.sentence(error), file=sys.stderr)
        return 1
    try:
        return work(engine)
    except Refused as reason:
        print(f"Refusé : {reason}", file=sys.stderr)
    except error_messages.failure_types() as error:
        print(error_messages.sentence(error), file=sys.stderr)
    finally:
        engine.dispose()
    return 1


def system_user() -> str:
    """The account that runs the command, for the journal."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # no account name in a bare container
        name = ""
    return (
        terminal_safe(name.encode(errors="replace").decode())[: LONGEST["who"]]
        or "ligne de commande"
    )
