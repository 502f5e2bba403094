"""News of the market, for the apps above; payloads are ids, sent after commit."""

from django.dispatch import Signal

bars_updated = Signal()
"""`(instrument_ids, interval)`: bars were added or changed."""

scan_finished = Signal()
"""`(scan_id)`: a scan has its answer; a cancelled or failed one has none and is not told."""

matches_changed = Signal()
"""`(match_ids)`: the state, or a mark, of matches that were kept already is another than it was."""
