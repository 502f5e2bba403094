"""What people fill in to get in."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import HttpRequest

from legend.lib.errors import LegendError
from legend.lib.forms import Dressed, add_refusal

from .models import User
from .services.signing_in import recognise

NAME = {"autocapitalize": "none", "spellcheck": "false"}


def blame(form: forms.Form, refusal: LegendError) -> int:
    """Show in the form what a service refused; the status of the answer."""
    add_refusal(form, refusal)
    return refusal.status if refusal.status in (403, 429) else 422


class SecretField(forms.CharField):
    """A password as it is typed."""

    def __init__(self, label: str, *, new: bool, **kwargs: Any) -> None:
        attrs = {"autocomplete": "new-password" if new else "current-password"}
        super().__init__(label=label, max_length=1024, strip=False, widget=forms.PasswordInput(attrs=attrs), **kwargs)
        self.is_new = new
        if new:
            self.help_text = " ".join(text for text in (*_length(), *_own_rules()) if text)


def _length() -> tuple[str]:
    return ("8 to 128 characters; long beats odd. Common ones, and those like your name, are refused.",)


def _own_rules() -> list[str]:
    return [text for text in password_validators_help_texts() if text.startswith("Use at least")]


class SignInForm(Dressed):
    """Name or e-mail address, and password."""

    username = forms.CharField(
        label="Username or e-mail", max_length=254, widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True, **NAME})
    )
    password = SecretField("Password", new=False)

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.request, self.status = request, 422
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                self.user: User = recognise(request=self.request, name=cleaned["username"], password=cleaned["password"])
            except LegendError as refusal:
                self.status = refusal.status if refusal.status in (403, 429) else 422
                raise forms.ValidationError(refusal.detail, code=refusal.code) from refusal
        return cleaned


class SignUpForm(Dressed):
    username = forms.CharField(
        label="Username",
        max_length=30,
        help_text="Others see you under this name. Letters, digits and . _ - between them.",
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True, **NAME}),
    )
    email = forms.CharField(label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email", **NAME}))
    password = SecretField("Password", new=True)


class ForgotForm(Dressed):
    email = forms.EmailField(
        label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True, **NAME})
    )


class ResetForm(Dressed):
    password = SecretField("New password", new=True)


class ChangePasswordForm(Dressed):
    current_password = SecretField("Present password", new=False)
    new_password = SecretField("New password", new=True)


class AddressForm(Dressed):
    email = forms.CharField(label="New address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email", **NAME}))
    password = SecretField("Your password", new=False)
