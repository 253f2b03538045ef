"""Which forms of each site are known for which days: the one place where that is decided, for every sentence of coverage.

A site that hands in one form says nothing by it of the others: closings alone measure no wait, complaints alone close no day.
"""

from dataclasses import dataclass

import numpy as np

from db.network_state import NetworkState


@dataclass(frozen=True)
class KnownForms:
    """Of each span and site of the network, (N, S), booleans. heard: it is heard of, by a visit, a closing or a register that
    says that nobody came; visits, complaints: a register speaks of a day; closings: a day is closed."""

    heard: np.ndarray
    visits: np.ndarray
    complaints: np.ndarray
    closings: np.ndarray

    @property
    def closings_alone(self) -> np.ndarray:
        """Sites that are heard of by closings alone."""
        alone: np.ndarray = self.heard & ~self.visits
        return alone


def known_forms(book: NetworkState, spans: np.ndarray) -> KnownForms:
    """The forms of all sites that are known of some spans of days. spans: (N, 2), first and last days since 1970.

    A register may name sites that are closed or not launched yet: it says nothing of these.
    """
    visits, came, closings, complaints = (
        book.sum_between(name, spans) > 0
        for name in ("visits_known", "visits", "closed", "complaints_known")
    )
    no_launch = np.array([place.launched_on is None for place in book.places], dtype=bool)
    serves = book.is_expected(spans) | (
        no_launch & (book.closed_since(spans[:, 1]) >= spans[:, :1])
    )
    of_visits = came | (serves & visits)
    return KnownForms(of_visits | closings, of_visits, complaints, closings)


def ever_known(book: NetworkState) -> KnownForms:
    """The same of all days that there are, (1, S)."""
    visits, complaints, closings, came = (
        np.asarray(known.any(axis=1))[None]
        for known in (
            book.visits_known,
            book.complaints_known,
            book.has_closing,
            book.register_visits > 0,
        )
    )
    return KnownForms(came | closings, visits, complaints, closings)
