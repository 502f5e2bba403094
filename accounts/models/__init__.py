"""People: who they are and what they chose."""

from .api_key import ApiKey, ApiKeyDay
from .user import PeopleManager, User, UserQuerySet

__all__ = ["ApiKey", "ApiKeyDay", "PeopleManager", "User", "UserQuerySet"]
