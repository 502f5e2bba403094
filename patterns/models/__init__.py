"""Tables of the market: instruments and their bars, universes, rules, scans, what they found, and what it was worth before."""

from .bar_block import BarBlock, Interval
from .evidence import Evidence, EvidenceRequest, Trial
from .instrument import Instrument
from .market_context import MarketContext
from .pattern_match import Life, PatternMatch, Walked
from .rule import Rule
from .saved_rule import SavedRule
from .scan import Scan, ScanPiece, ScanRequest, ScanResult
from .scan_candidate import ScanCandidate
from .universe import Universe, UniverseMember

__all__ = [
    "BarBlock",
    "Evidence",
    "EvidenceRequest",
    "Instrument",
    "Interval",
    "Life",
    "MarketContext",
    "PatternMatch",
    "Rule",
    "SavedRule",
    "Scan",
    "ScanCandidate",
    "ScanPiece",
    "ScanRequest",
    "ScanResult",
    "Trial",
    "Universe",
    "UniverseMember",
    "Walked",
]
