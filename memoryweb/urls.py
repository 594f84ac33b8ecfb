"""Every address: the pages at the root, the embedded API under /api/."""

from django.urls import include, path

from . import status, views

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler429 = views.too_many
handler500 = views.server_error

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("api/", include("memoryweb.localapi.urls")),
    path("", include("memories.urls")),  # what is asked for most is found first
    path("", include("memoryweb.accounts.factorurls")),  # before the next: "signin/code/" is no secret of a link
    path("", include("memoryweb.accounts.urls")),
    path("buckets/", include("buckets.urls")),
    path("history/", include("memoryweb.history.urls")),
    path("connection/", include("memoryweb.connection.urls")),
    path("audit/", include("memoryweb.audit.urls")),
    path("captions/", include("memoryweb.captions.urls")),
    path("status/", status.page, name="status"),
]
