"""The bell of the top bar."""

from typing import Any

from django import template

from social.services.notifications import unread_count

register = template.Library()


@register.inclusion_tag("components/_bell.html", takes_context=True)
def bell(context: template.Context) -> dict[str, Any]:
    """How many notifications the viewer has not read; one query."""
    return {"unread": unread_count(context["request"].user)}
