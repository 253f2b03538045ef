"""What only one browser can open: content is encrypted under a key that it alone holds, in a cookie."""

import re
from secrets import token_bytes, token_hex

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES, NONCE_BYTES = 32, 12


def new_key() -> str:
    """A key of chance, as a cookie holds it."""
    return token_hex(KEY_BYTES)


def is_key(text: str) -> bool:
    """Whether a cookie holds a key."""
    return re.fullmatch("[0-9a-f]{64}", text) is not None


def seal(key: str, content: bytes) -> bytes:
    """The content, encrypted. key: as `new_key` gives it."""
    nonce = token_bytes(NONCE_BYTES)
    return nonce + AESGCM(bytes.fromhex(key)).encrypt(nonce, content, None)


def open_sealed(key: str, sealed: bytes) -> bytes | None:
    """The content; None where the key is another one, or none."""
    try:
        return AESGCM(bytes.fromhex(key)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
    except (ValueError, InvalidTag):
        return None
