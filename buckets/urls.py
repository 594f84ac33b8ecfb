"""Addresses of the bucket pages, under /buckets/."""

from django.urls import path

from . import views

app_name = "buckets"
urlpatterns = [
    path("", views.manage, name="manage"),
    path("new/", views.new, name="new"),
    path("renew/", views.renew, name="renew"),
    path("<str:bucket_id>/", views.edit, name="edit"),
    path("<str:bucket_id>/delete/", views.delete, name="delete"),
    path("<str:bucket_id>/merge/", views.merge, name="merge"),
]
