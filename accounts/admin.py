"""The moderator's desk: people."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from .models import User


@admin.register(User)
class PersonAdmin(UserAdmin):
    list_display = ("username", "email", "role", "is_active", "is_staff", "last_login", "date_joined")
    list_filter = ("role", "is_active", "is_staff", "is_superuser")
    fieldsets = (*UserAdmin.fieldsets, ("Legend", {"fields": ("role",)}))  # type: ignore[misc]
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("username", "email", "role", "usable_password", "password1", "password2")}),)
