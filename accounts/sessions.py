"""Where sessions are kept: rows under the digest of their key, so that reading the table opens none."""

from datetime import datetime, timedelta
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.contrib.sessions.backends.db import SessionStore as RowStore
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import cached_property

from legend.lib.secrets import digest

SEEN_EVERY = timedelta(minutes=5)
# where a session began, in its data: Django gives it a new row when it gives it a new key
BEGINNING = "beginning"


class SessionStore(RowStore):
    @classmethod
    def get_model_class(cls) -> Any:
        from .models import Session

        return Session

    @cached_property
    def model(self) -> Any:
        return self.get_model_class()

    def load(self) -> dict[str, Any]:
        """The data behind the cookie, and a note that it was used now."""
        row = self.model.objects.filter(session_key=digest(self.session_key or ""), expire_date__gt=timezone.now()).first()
        if row is None:
            self._session_key = None
            return {}
        if timezone.now() - row.seen_at > SEEN_EVERY:
            self.model.objects.filter(pk=row.pk).update(seen_at=timezone.now())
        data: dict[str, Any] = self.decode(row.session_data)
        return data

    def exists(self, session_key: str) -> bool:
        found: bool = self.model.objects.filter(session_key=digest(session_key)).exists()
        return found

    def save(self, must_create: bool = False) -> None:
        """Raises CreateError when the key is taken, UpdateError when the session was ended meanwhile."""
        if self.session_key is None:
            return self.create()
        data: dict[str, Any] = self._get_session(no_load=must_create)  # type: ignore[attr-defined]  # Django's own, unknown to its stubs
        key, row = digest(self.session_key), self.columns(data)
        if must_create:
            try:
                with transaction.atomic():
                    self.model.objects.create(session_key=key, **row)
            except IntegrityError as error:
                raise CreateError from error
        elif not self.model.objects.filter(session_key=key).update(**row):
            raise UpdateError
        return None

    def columns(self, data: dict[str, Any]) -> dict[str, Any]:
        columns = {"session_data": self.encode(data), "expire_date": self.get_expiry_date(), "user_id": data.get(SESSION_KEY)}
        if began := data.get(BEGINNING):
            columns |= {"network": began["network"], "agent": began["agent"], "signed_in_at": datetime.fromisoformat(began["at"])}
        return columns

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            self.model.objects.filter(session_key=digest(key)).delete()

    async def aload(self) -> dict[str, Any]:
        return await sync_to_async(self.load)()

    async def aexists(self, session_key: str) -> bool:
        return await sync_to_async(self.exists)(session_key)

    async def asave(self, must_create: bool = False) -> None:
        await sync_to_async(self.save)(must_create)

    async def adelete(self, session_key: str | None = None) -> None:
        await sync_to_async(self.delete)(session_key)
