"""The watch over claims: announced, optioned, firm, built."""

from gigaloop.watch.ledger import Coverage, Entry, Ledger, Realised, Total, reconcile_claims

__all__ = ["Coverage", "Entry", "Ledger", "Realised", "Total", "reconcile_claims"]
