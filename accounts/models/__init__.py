"""People: who they are and what they chose."""

from .user import PeopleManager, User, UserQuerySet

__all__ = ["PeopleManager", "User", "UserQuerySet"]
