"""What people fill in."""

from typing import Any

from django import forms
from django.http import HttpRequest

from legend.lib.errors import LegendError

from .models import User
from .services.signing_in import recognise


class SignInForm(forms.Form):
    """Name or e-mail address, and password."""

    username = forms.CharField(
        label="Username or e-mail",
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True, "spellcheck": "false"}),
    )
    password = forms.CharField(
        label="Password", max_length=1024, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.status = 422
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                self.user: User = recognise(request=self.request, name=cleaned["username"], password=cleaned["password"])
            except LegendError as refusal:
                self.status = refusal.status if refusal.status == 429 else 422
                raise forms.ValidationError(refusal.detail, code=refusal.code) from refusal
        return cleaned
