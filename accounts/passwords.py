"""What a password may be, beyond Django's own rules."""

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError


class MaximumLengthValidator:
    """Refuses passwords so long that hashing them becomes a burden for the server."""

    def __init__(self, max_length: int = 128) -> None:
        self.max_length = max_length

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        if len(password) > self.max_length:
            raise ValidationError(f"A password may have {self.max_length} characters.", code="password_too_long")

    def get_help_text(self) -> str:
        return f"Your password may have at most {self.max_length} characters."


class CharacterClassesValidator:
    """Wants characters of several kinds. Length is worth more; this is for sites whose rules ask for it."""

    KINDS = (str.islower, str.isupper, str.isdigit, lambda character: not character.isalnum())

    def __init__(self, classes: int = 1) -> None:
        self.classes = classes

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        if sum(any(map(kind, password)) for kind in self.KINDS) < self.classes:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self) -> str:
        return f"Use at least {self.classes} of: small letters, capitals, digits, other characters." if self.classes > 1 else ""
