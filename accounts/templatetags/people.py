"""What pages show of people: the list of their settings, their picture."""

from dataclasses import dataclass

from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import User
from legend.lib.registries import settings_pages

register = template.Library()


@dataclass(frozen=True)
class Entry:
    address: str
    title: str
    icon: str
    here: bool


@register.simple_tag(takes_context=True)
def settings_list(context: template.Context) -> list[Entry]:
    """The pages of a person's settings, the present one marked."""
    request: HttpRequest = context["request"]
    addresses = [(reverse(page.url), page) for page in settings_pages]
    return [Entry(address, page.title, page.icon, request.path.startswith(address)) for address, page in addresses]


@register.simple_tag
def portrait(user: User, size: int = 32) -> SafeString:
    """The person's picture, else the first letters of their name; the name itself stands beside it."""
    if address := user.profile.avatar_url:
        return format_html('<img class="monogram" src="{}" width="{}" height="{}" alt="">', address, size, size)
    return format_html('<span class="monogram" aria-hidden="true">{}</span>', user.username[:2].upper())
