"""The API's addresses, as openapi.yaml has them; mounted under /api/."""

from django.urls import path, re_path

from . import views
from .endpoint import endpoint, unknown

app_name = "localapi"
urlpatterns = [
    path("v2/memory", endpoint(GET=views.get_memories_and_buckets, POST=views.add_new_memory)),  # first: each page asks for it
    path("openapi.json", endpoint(needs_token=False, GET=views.contract, HEAD=views.contract)),
    path("buckets", endpoint(GET=views.list_buckets, POST=views.create_bucket)),
    path("buckets/<str:bucket_id>", endpoint(PATCH=views.update_bucket, DELETE=views.delete_bucket)),
    path("buckets/<str:bucket_id>/restore", endpoint(POST=views.restore_bucket)),
    path("memory", endpoint(GET=views.get_memories, POST=views.add_new_memory)),
    path("v2/memory/update", endpoint(POST=views.update_or_move_memories)),
    path("memories", endpoint(GET=views.get_memories_by_id)),
    path("memories/bulk-delete", endpoint(POST=views.bulk_delete_memories)),
    path("memories/restore", endpoint(POST=views.restore_memories)),
    path("memories/<str:memory_id>", endpoint(GET=views.get_memory, DELETE=views.delete_memory)),
    path("memories/<str:memory_id>/versions", endpoint(GET=views.get_versions)),
    path("memories/<str:memory_id>/similar", endpoint(GET=views.get_similar_images)),
    path("trash", endpoint(GET=views.get_trash)),
    path("examples", endpoint(POST=views.load_examples, DELETE=views.remove_examples)),
    path("status", endpoint(GET=views.status)),
    path("images/<path:signed>", endpoint(needs_token=False, GET=views.image, HEAD=views.image), name="image"),
    re_path("", unknown),
]
