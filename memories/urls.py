"""Addresses of the memory pages."""

from django.urls import path, register_converter

from . import assistant, creating, views
from .converters import MemoryIdConverter

register_converter(MemoryIdConverter, "memory_id")

app_name = "memories"
urlpatterns = [
    path("", views.browse, name="browse"),
    path("assistant/", assistant.show, name="assistant"),
    path("memories/new/", creating.new, name="new"),
    path("memories/check/", creating.check, name="check"),
    path("memories/examples/load/", views.load_examples, name="load_examples"),
    path("memories/examples/remove/", views.remove_examples, name="remove_examples"),
    path("memories/<memory_id:memory_id>/", views.memory, name="memory"),
    path("memories/<memory_id:memory_id>/text/", views.text, name="text"),
    path("memories/<memory_id:memory_id>/why/", views.why, name="why"),
    path("memories/<memory_id:memory_id>/image", views.image, name="image"),
]
