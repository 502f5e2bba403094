"""What people fill in on the scanner: the question put to the market, and what of the answer they want to see."""

from typing import TYPE_CHECKING, Any

from django import forms

from patterns.engine import registry
from patterns.models import Interval, PatternMatch
from patterns.moments import INTERVALS
from patterns.queries.market import market_status
from patterns.queries.scanner import Narrowing
from patterns.services.saved_rules import saved_rules
from patterns.services.universes import list_universes

if TYPE_CHECKING:
    from accounts.models import User

STATES = (
    ("", "ready, triggered"),
    (PatternMatch.State.READY, "ready"),
    (PatternMatch.State.TRIGGERED, "triggered"),
    ("ended", "ended lately"),
    ("near", "near misses"),
    ("forming", "forming"),
    ("any", "any"),
)
SIDES = (("", "both"), *PatternMatch.Side.choices)
SCORES = (
    ("", "any"),
    ("50", "C or better, \N{GREATER-THAN OR EQUAL TO} 50"),
    ("65", "B or better, \N{GREATER-THAN OR EQUAL TO} 65"),
    ("80", "A, \N{GREATER-THAN OR EQUAL TO} 80"),
)
RATINGS = (
    ("", "any"),
    ("50", "\N{GREATER-THAN OR EQUAL TO} 50"),
    ("70", "\N{GREATER-THAN OR EQUAL TO} 70"),
    ("80", "\N{GREATER-THAN OR EQUAL TO} 80"),
    ("90", "\N{GREATER-THAN OR EQUAL TO} 90"),
)
ORDERS = (
    ("", "new first"),
    ("score", "score"),
    ("evidence", "evidence"),
    ("distance", "closest to entry"),
    ("reward", "reward to risk"),
    ("rs", "relative strength"),
    ("symbol", "symbol"),
    ("pattern", "by pattern"),
)


class QuestionForm(forms.Form):
    """Universe, interval, patterns and day of a scan. Without patterns all detectors run, without a day the latest bars count."""

    universe = forms.ChoiceField()
    interval = forms.ChoiceField()
    patterns = forms.MultipleChoiceField(required=False)
    saved = forms.MultipleChoiceField(required=False)
    as_of = forms.DateField(required=False, label="As of", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, user: "User", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        universes = list_universes(user=user).values_list("name", "title", "owner", "size")  # type: ignore[misc]  # annotated
        sized = [(title if owner else name, f"{title} \N{MIDDLE DOT} {size}") for name, title, owner, size in universes]
        stored = market_status().intervals
        _choices(self, "universe", sized)
        _choices(self, "interval", [(value, INTERVALS[Interval(value)]) for value in stored] or [(Interval.DAY_1, "Daily")])
        _choices(self, "patterns", [(detector.name, detector.title) for detector in registry.detectors().values() if not detector.research])
        self.own = list(saved_rules(owner=user))
        _choices(self, "saved", [(str(one.code), one.name) for one in self.own])
        self.fields["universe"].widget.attrs["class"] = self.fields["interval"].widget.attrs["class"] = "form-select"
        self.fields["as_of"].widget.attrs["class"] = "form-control"

    @property
    def chosen(self) -> list[str]:
        """Patterns that are ticked, own detectors among them; none means all patterns."""
        return [*(self["patterns"].value() or []), *(self["saved"].value() or [])]


class NarrowingForm(forms.Form):
    """What of a scan is shown, kept in the address. Each field is a chip; a value typed into the address is offered too."""

    pattern = forms.ChoiceField(required=False)
    side = forms.ChoiceField(required=False, choices=SIDES)
    state = forms.ChoiceField(required=False, choices=STATES)
    min_score = forms.IntegerField(required=False, min_value=0, max_value=100, label="Score", widget=forms.Select)
    min_rs = forms.IntegerField(required=False, min_value=1, max_value=99, label="RS", widget=forms.Select)
    sector = forms.CharField(required=False, max_length=60, widget=forms.Select)
    order = forms.ChoiceField(required=False, choices=ORDERS)

    def __init__(self, *args: Any, patterns: dict[str, int], sectors: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        titles = {name: pattern.title for name, (_, pattern) in registry.patterns().items()}
        listed = [(name, f"{titles[name]} \N{MIDDLE DOT} {patterns[name]}") for name in patterns if name in titles]
        others = [(name, title) for name, title in titles.items() if name not in patterns]
        asked = self.data.get("pattern")
        _choices(self, "pattern", [("", "all"), *listed, *(pair for pair in others if pair[0] == asked)])
        for name, offered in (("min_score", SCORES), ("min_rs", RATINGS), ("sector", [("", "any"), *((one, one) for one in sectors)])):
            value = str(self.data.get(name, ""))
            known = {choice for choice, _ in offered}
            self.fields[name].widget.choices = [*offered, *([] if value in known else [(value, value[:40])])]  # type: ignore[attr-defined]

    @property
    def narrowing(self) -> Narrowing:
        """What is right of it; a field at fault counts as not set and says so beside itself."""
        self.is_valid()
        right = {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}
        return Narrowing(**right)

    @property
    def set_fields(self) -> list[str]:
        """Names of the fields that narrow."""
        return [name for name in self.fields if name != "order" and self.data.get(name)]


def _choices(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    form.fields[name].choices = choices  # type: ignore[attr-defined]
