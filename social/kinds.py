"""What people can be told by trading and by this app; apps above add theirs to the registry."""

from legend.lib.couriers import NotificationKind

BOTH = frozenset({"in_app", "email"})
KINDS = (
    NotificationKind("alert", "My alerts", BOTH, each=True, icon="bell"),
    NotificationKind("match_ended", "A match I was told about ended", each=True, icon="circle-x"),
    NotificationKind("watchlist", "My watchlist moves", each=True, icon="eye"),
    NotificationKind("channel", "A channel no longer reaches me", icon="alert-triangle"),
)
