"""News of trading, for the apps above; payloads are ids, sent after commit."""

from django.dispatch import Signal

alert_triggered = Signal()
"""`(alert_event_ids)`: alerts came true, or a match somebody was told about ended."""

watch_moved = Signal()
"""`(watch_item_ids)`: the monitor gave items of watchlists another status."""
