"""The digest of the very bytes that rows are read from, by which a file is recognised when it comes again, even if
somebody saves it anew meanwhile."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, FileIO, RawIOBase, TextIOWrapper
from typing import IO, Protocol

BLOCK = 1 << 18


class Digest(Protocol):
    """A digest, as hashlib makes them."""

    def update(self, data: bytes, /) -> None:
        """Add these bytes."""

    def hexdigest(self) -> str:
        """The digest of all bytes added, in hexadecimal."""


class _Digested(RawIOBase):
    """A file whose bytes are added to a digest as they are read."""

    def __init__(self, file: FileIO, digest: Digest) -> None:
        self.file, self.digest = file, digest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        count = self.file.readinto(buffer) or 0
        self.digest.update(bytes(buffer[:count]))
        return count


def read_as_text(file: FileIO, encoding: str, digest: Digest) -> TextIOWrapper:
    """The file, from where it stands, as text whose line ends are kept; its bytes are added to the digest."""
    stream = BufferedReader(_Digested(file, digest), BLOCK)
    return TextIOWrapper(stream, encoding=encoding, errors="strict", newline="")


@contextmanager
def private_copy(file: FileIO, most: int, digest: Digest) -> Iterator[IO[bytes]]:
    """A copy of the file from where it stands, at most so many bytes, which nobody else can change: a reader that
    goes to and fro in it reads one state. In memory where the system has files there, else in a file without a name."""
    with _nameless() as copy:
        while most > 0 and (block := file.read(min(BLOCK, most))):
            digest.update(block)
            copy.write(block)
            most -= len(block)
        copy.seek(0)
        yield copy


def _nameless() -> IO[bytes]:
    """A new file without a name."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("classeur"), "w+b", buffering=0)
    return tempfile.TemporaryFile(buffering=0)
