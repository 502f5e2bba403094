"""What forms of several apps do."""

from typing import Any

from django.forms import BaseForm, CheckboxInput, CheckboxSelectMultiple, Form, RadioSelect, Select

from .errors import LegendError


def add_refusal(form: BaseForm, refusal: LegendError) -> None:
    """Put what a service refused beside its fields, or above the form where there is no such field."""
    for fault in refusal.errors:
        field = fault.field.split(".")[0]
        form.add_error(field if field in form.fields else None, fault.message)
    if not refusal.errors:
        form.add_error(None, refusal.detail)


class Dressed(Form):
    """Fields in Legend's look; those at fault are marked for eyes and for readers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            ticked = isinstance(field.widget, CheckboxInput | RadioSelect | CheckboxSelectMultiple)
            usual = "form-select" if isinstance(field.widget, Select) else "form-control"
            field.widget.attrs.setdefault("class", "form-check-input" if ticked else usual)

    def add_error(self, field: str | None, error: Any) -> None:
        super().add_error(field, error)
        if field in self.fields:
            attrs = self.fields[field].widget.attrs
            attrs["aria-invalid"] = "true"
            attrs["class"] = f"{attrs['class'].removesuffix(' is-invalid')} is-invalid"
