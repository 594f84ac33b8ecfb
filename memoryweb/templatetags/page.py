"""What templates share."""

from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
@cache
def icon(name: str, label: str = "") -> SafeString:
    """The icon `name` from the sprite: decoration, unless `label` says what it means."""
    said = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html('<svg class="i" {}><use href="{}#{}"/></svg>', said, static("icons.svg"), name)
