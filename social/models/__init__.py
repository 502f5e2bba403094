"""Tables of the community."""

from .delivery import Delivery
from .notification import Notification

__all__ = [
    "Delivery",
    "Notification",
]
