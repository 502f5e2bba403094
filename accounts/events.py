"""News of people; payloads are ids, sent after commit."""

from django.dispatch import Signal

account_closing = Signal()
"""`(user_id)`: a person wants to leave; from now on nothing of theirs is shown. After the grace it is erased."""

account_reopened = Signal()
"""`(user_id)`: they stay; what was hidden is shown again."""
