"""The moderator's desk: people, and the log of what happened to accounts. Nothing here shows or sets a password."""

from datetime import timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from accounts.models import ApiKey, AuditEvent, User
from accounts.services import moderation, registration
from legend.lib.clients import origin_of
from legend.lib.errors import LegendError

admin.site.unregister(Group)  # roles are three, and fixed


class Desk(admin.ModelAdmin):
    """For moderators to look at, with the filters that it offers and no other: Django would also answer `?password__startswith=`."""

    show_full_result_count = False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        offered = [one[0] if isinstance(one, tuple) else getattr(one, "parameter_name", one) for one in self.get_list_filter(request)]
        return lookup.split("__")[0] in {*offered, self.date_hierarchy} and super().lookup_allowed(lookup, value, request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # by actions only, which call services

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(getattr(request.user, "is_moderator", False))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)


class SuspendedFilter(admin.SimpleListFilter):
    title = "suspended"
    parameter_name = "suspended"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes"), ("no", "No")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        out = Q(suspended_at__isnull=False) & (Q(suspended_until=None) | Q(suspended_until__gt=timezone.now()))
        return {"yes": queryset.filter(out), "no": queryset.exclude(out)}.get(self.value() or "", queryset)


class ReasonForm(forms.Form):
    """Why; and, where it matters, for how long or as what."""

    reason = forms.CharField(
        max_length=moderation.LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 3}), help_text="The person can read it."
    )


class SuspendForm(ReasonForm):
    days = forms.IntegerField(min_value=1, max_value=3650, required=False, help_text="Empty: until somebody restores the account.")


class RoleForm(ReasonForm):
    role = forms.ChoiceField(choices=User.Role.choices)


class InviteForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new person: they choose the password by the link in their mail."""

    class Meta:
        model = User
        fields = ["username", "email", "role"]


@admin.register(User)
class PersonAdmin(Desk):
    """People close their account themselves; all that can be done with one here are the actions."""

    list_display = ["username", "email", "role", "confirmed", "suspended", "is_active", "last_login", "date_joined"]
    list_filter = ["role", SuspendedFilter, "is_active", ("email_confirmed_at", admin.EmptyFieldListFilter)]
    search_fields = ["username", "email"]
    ordering = ["-date_joined"]
    date_hierarchy = "date_joined"
    actions = ["suspend", "restore", "sign_out_everywhere", "change_role"]
    shown = [
        "username", "email", "role", "confirmed", "suspended", "suspended_at", "suspended_until", "suspension_reason", "is_active",
        "last_login", "date_joined",
    ]  # fmt: skip

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        return ["username", "email", "role"] if obj is None else self.shown

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        return [] if obj is None else self.shown

    def get_form(self, request: HttpRequest, obj: Any | None = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change=change, **(kwargs if change else {**kwargs, "form": InviteForm}))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return cast(User, request.user).role == User.Role.ADMIN

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_appoint_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    @admin.display(boolean=True, description="confirmed")
    def confirmed(self, user: User) -> bool:
        return user.is_confirmed

    @admin.display(boolean=True, description="suspended")
    def suspended(self, user: User) -> bool:
        return user.is_suspended

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Invite. The row the administration made is not the one that is kept."""
        asked = form.cleaned_data
        made = registration.invite(
            **{name: asked[name] for name in ("username", "email", "role")},
            by=cast(User, request.user),
            now=timezone.now(),
            origin=origin_of(request),
        )
        obj.pk = made.pk
        self.message_user(request, f"{made.email} gets a link to choose a password.")

    @admin.action(description="Suspend…", permissions=["moderate"])
    def suspend(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        now = timezone.now()

        def do(user: User, asked: dict[str, Any]) -> None:
            until = now + timedelta(days=asked["days"]) if asked["days"] else None
            moderation.suspend(
                user=user, by=cast(User, request.user), reason=asked["reason"], until=until, now=now, origin=origin_of(request)
            )

        return self._with_reason(request, queryset, SuspendForm, "suspend", "Suspend", do)

    @admin.action(description="Restore…", permissions=["moderate"])
    def restore(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        def do(user: User, asked: dict[str, Any]) -> None:
            moderation.restore(user=user, by=cast(User, request.user), reason=asked["reason"], origin=origin_of(request))

        return self._with_reason(request, queryset, ReasonForm, "restore", "Restore", do)

    @admin.action(description="Sign out everywhere…", permissions=["moderate"])
    def sign_out_everywhere(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        def do(user: User, asked: dict[str, Any]) -> None:
            moderation.sign_out_everywhere(user=user, by=cast(User, request.user), reason=asked["reason"], origin=origin_of(request))

        return self._with_reason(request, queryset, ReasonForm, "sign_out_everywhere", "Sign out everywhere", do)

    @admin.action(description="Change the role…", permissions=["appoint"])
    def change_role(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        def do(user: User, asked: dict[str, Any]) -> None:
            moderation.change_role(
                user=user, by=cast(User, request.user), role=asked["role"], reason=asked["reason"], origin=origin_of(request)
            )

        return self._with_reason(request, queryset, RoleForm, "change_role", "Change the role", do)

    def _with_reason(
        self, request: HttpRequest, queryset: QuerySet[User], form_class: type[ReasonForm], action: str, title: str, do: Any
    ) -> HttpResponse | None:
        """Ask why, then do it to each; None leads back to the list."""
        form = form_class(request.POST if "reason" in request.POST else None, label_suffix="")
        if form.is_valid():
            for user in queryset:
                try:
                    do(user, form.cleaned_data)
                except LegendError as refusal:
                    self.message_user(request, f"{user.username}: {refusal.detail}", messages.WARNING)
                else:
                    self.message_user(request, f"{user.username}: done.")
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "action": action,
            "people": queryset,
            "form": form,
        }
        return TemplateResponse(request, "admin/accounts/user/reason.html", context, status=422 if form.is_bound else 200)


@admin.register(ApiKey)
class ApiKeyAdmin(Desk):
    """Whose programs ask, with what scopes and how often; of the secret there is only its beginning."""

    list_display = ["owner", "name", "prefix", "scope_names", "created_at", "expires_at", "last_used_at", "revoked_at", "calls"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["owner"]
    search_fields = ["owner__username", "prefix"]
    date_hierarchy = "created_at"
    ordering = ["-created_at"]
    fields = ["owner", "name", "prefix", "scope_names", "created_at", "expires_at", "last_used_at", "revoked_at", "calls"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        return ApiKey.objects.with_calls(timezone.now().date())

    @admin.display(description="scopes")
    def scope_names(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    @admin.display(description="calls in 30 days", ordering="calls_30_days")
    def calls(self, key: ApiKey) -> int:
        return key.calls_30_days  # type: ignore[attr-defined, no-any-return]  # annotated above


@admin.register(AuditEvent)
class AuditEventAdmin(Desk):
    """Read, never written."""

    list_display = ["at", "title", "user", "actor", "network", "agent"]
    list_filter = ["kind"]
    list_select_related = ["user", "actor"]
    search_fields = ["user__username", "network"]
    date_hierarchy = "at"
    ordering = ["-at"]
