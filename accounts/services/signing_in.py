"""Who is there? Password in, person or token out."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest

from accounts.auth import issue_access_token
from accounts.models import User
from legend.lib.clients import client_network
from legend.lib.errors import Unauthenticated
from legend.lib.throttling import spend


class WrongCredentials(Unauthenticated):
    """Name and password do not belong together; which of them is wrong stays unsaid."""

    code = "wrong_credentials"

    def __init__(self) -> None:
        super().__init__("This name and password do not belong together.")


@dataclass(frozen=True)
class Access:
    """What an API client gets: a bearer token and the seconds it lives."""

    access: str
    expires_in: int
    token_type: str = "Bearer"


def recognise(*, request: HttpRequest, name: str, password: str) -> User:
    """The person behind a username or e-mail address and a password.

    Counts the try for the client's network and for the name, known or not. Raises WrongCredentials, TooMany.
    """
    spend("auth", f"net-{client_network(request)}")
    spend("auth", f"name-{name.strip().lower()[:254]}")
    user = authenticate(request, username=name.strip(), password=password)
    if not isinstance(user, User):
        raise WrongCredentials
    return user


def give_access(*, user: User) -> Access:
    return Access(access=issue_access_token(user), expires_in=settings.ACCESS_MINUTES * 60)
