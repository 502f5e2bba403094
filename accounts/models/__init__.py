"""People: who they are, what shows it, and what they chose."""

from .api_key import ApiKey, ApiKeyDay
from .archive import Archive
from .audit_event import AuditEvent
from .one_time_code import AddressChange, PasswordReset, SignUp
from .preferences import Preferences
from .profile import Profile
from .refresh_token import RefreshToken, TokenFamily
from .session import Session
from .user import PeopleManager, User, UserQuerySet

__all__ = [
    "AddressChange",
    "ApiKey",
    "ApiKeyDay",
    "Archive",
    "AuditEvent",
    "PasswordReset",
    "PeopleManager",
    "Preferences",
    "Profile",
    "RefreshToken",
    "Session",
    "SignUp",
    "TokenFamily",
    "User",
    "UserQuerySet",
]
