"""News of trading, for the apps above; payloads are ids, sent after commit."""

from django.dispatch import Signal

alert_triggered = Signal()
"""`(alert_event_ids)`: alerts came true, or a match somebody was told about ended."""

watch_moved = Signal()
"""`(watch_item_ids)`: the monitor gave items of watchlists another status."""

trade_opened = Signal()
"""`(trade_id, user_id)`: a trade has its first fill."""

trade_closed = Signal()
"""`(trade_id, user_id)`: nothing of it is open any more; its result is fixed."""

trade_changed = Signal()
"""`(trade_id, user_id)`: anything else of it changed, notes included."""

trade_deleted = Signal()
"""`(trade_id, user_id)`: the row is gone."""

import_queued = Signal()
"""`(import_id)`: a large file waits to be taken in."""
