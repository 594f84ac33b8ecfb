"""Addresses of the memory pages."""

from django.urls import path, register_converter

from . import adding, assistant, creating, editing, merging, selecting, serving, trash, versions, viewing, views
from .converters import MemoryIdConverter

register_converter(MemoryIdConverter, "memory_id")

app_name = "memories"
urlpatterns = [
    path("", views.browse, name="browse"),
    path("assistant/", assistant.show, name="assistant"),
    path("memories/new/", creating.new, name="new"),
    path("memories/check/", creating.check, name="check"),
    path("memories/images/", adding.add_image, name="add_image"),
    path("memories/selection/move/", selecting.move, name="move"),
    path("memories/selection/delete/", selecting.delete, name="delete"),
    path("memories/selection/export/", selecting.export, name="export"),
    path("memories/merge/", merging.merge, name="merge"),
    path("memories/merge/losses/", merging.warn, name="losses"),
    path("memories/examples/load/", views.load_examples, name="load_examples"),
    path("memories/examples/remove/", views.remove_examples, name="remove_examples"),
    path("trash/", trash.show, name="trash"),
    path("trash/restore/", trash.restore, name="restore"),
    path("memories/<memory_id:memory_id>/", views.memory, name="memory"),
    path("memories/<memory_id:memory_id>/text/", views.text, name="text"),
    path("memories/<memory_id:memory_id>/why/", views.why, name="why"),
    path("memories/<memory_id:memory_id>/edit/", editing.edit, name="edit"),
    path("memories/<memory_id:memory_id>/versions/", versions.versions, name="versions"),
    path("memories/<memory_id:memory_id>/view/", viewing.view, name="view"),
    path("memories/<memory_id:memory_id>/similar/", viewing.similar, name="similar"),
    path("memories/<memory_id:memory_id>/image", serving.image, name="image"),
]
