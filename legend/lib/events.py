"""News between apps: said after commit, by ids."""

from uuid import UUID

from django.db import transaction
from django.dispatch import Signal


def publish(signal: Signal, **ids: int | str | UUID | list[int] | None) -> None:
    """Send `signal` once the running transaction is committed (at once outside of one).

    Receivers start a task and nothing else. One that fails is logged and does not keep the news from the others: the change
    is already true, and sweepers find what a lost start left.
    """
    transaction.on_commit(lambda: signal.send_robust(sender=None, **ids))
