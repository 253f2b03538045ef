"""All that an answer holds, for tests that compare two or look for a name in one."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass

import numpy as np
import pandas as pd

LEAVES = {str, int, float, bool, type(None)}  # most of what answers hold


def plain(answer):
    """All that an answer holds, as what can be compared: order and types count, a missing number equals itself."""
    if type(answer) in LEAVES:
        return repr(answer)
    if is_dataclass(answer):
        return type(answer).__name__, [plain(getattr(answer, f.name)) for f in fields(answer)]
    if isinstance(answer, Mapping):
        return [(plain(key), plain(part)) for key, part in answer.items()]
    if isinstance(answer, list | tuple):
        return [plain(part) for part in answer]
    if isinstance(answer, set | frozenset):
        return sorted(map(repr, answer))
    if isinstance(answer, np.ndarray):
        inside = answer.tolist()
        held = plain(inside) if answer.dtype.hasobject else repr(inside)
        return str(answer.dtype), answer.shape, held
    if isinstance(answer, pd.DataFrame):
        return plain(answer.to_dict("list"))
    return repr(answer)


def words(answer) -> str:
    """The same as one text. `repr` alone leaves out the middle of long arrays, and takes ten times as long."""
    return repr(plain(answer))
