"""Who may see a page."""

from legend.lib.access import signed_in

__all__ = ["signed_in"]
