"""Addresses of the connection."""

from django.urls import path

from . import views

app_name = "connection"
urlpatterns = [
    path("", views.page, name="page"),
    path("test/", views.test, name="test"),
    path("remove/", views.remove, name="remove"),
]
