"""What people fill in on the watchlist."""

from typing import Any

from django import forms

from trading.models import WatchItem
from trading.queries.watchlist import ACTIVE, Row

STATUSES = ((ACTIVE, "active"), *((value, str(label)) for value, label in WatchItem.Status.choices), ("all", "all"))


class AddForm(forms.Form):
    """One symbol, and why."""

    ticker = forms.CharField(max_length=20, label="Symbol")
    reason = forms.CharField(max_length=500, required=False)


class NarrowingForm(forms.Form):
    """What of the list is shown, kept in the address. Each field is a chip."""

    status = forms.ChoiceField(required=False, choices=STATUSES)
    tag = forms.ChoiceField(required=False)

    def __init__(self, data: Any, *, tags: list[tuple[str, int]]) -> None:
        super().__init__(data)
        asked = self.data.get("tag", "")
        shown = [("", "any"), *((tag, f"{tag} \N{MIDDLE DOT} {count}") for tag, count in tags)]
        if asked and asked not in dict(tags):
            shown.append((asked, asked[:40]))
        self.fields["tag"].choices = shown  # type: ignore[attr-defined]

    @property
    def status_meant(self) -> str:
        """As `queries.watchlist` takes it; what is unknown counts as not set."""
        self.is_valid()
        chosen = self.cleaned_data.get("status") or ACTIVE
        return "" if chosen == "all" else str(chosen)

    @property
    def tag_meant(self) -> str:
        return str(self.data.get("tag", ""))[:60]


class ItemForm(forms.Form):
    """Everything about an item but its status. Prices are in the instrument's currency."""

    reason = forms.CharField(max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    tags = forms.CharField(max_length=330, required=False, help_text="separated by commas")
    entry = forms.FloatField(required=False)
    stop = forms.FloatField(required=False)
    target = forms.FloatField(required=False)
    alert_threshold_pct = forms.FloatField(required=False, label="Breaking out within", help_text="% of the entry")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "form-control"
            if name in ("entry", "stop", "target", "alert_threshold_pct"):
                field.widget.attrs["step"] = "any"

    @classmethod
    def filled(cls, row: Row) -> "ItemForm":
        item = row.item
        names = ("reason", "entry", "stop", "target", "alert_threshold_pct")
        return cls(initial={name: getattr(item, name) for name in names} | {"tags": ", ".join(item.tags)})

    @property
    def changes(self) -> dict[str, Any]:
        """As the service takes them."""
        given = dict(self.cleaned_data)
        return given | {"tags": [tag for tag in given["tags"].split(",") if tag.strip()]}
