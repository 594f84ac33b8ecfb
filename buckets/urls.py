"""Addresses of the bucket pages, under /buckets/."""

from django.urls import path

from . import views

app_name = "buckets"
urlpatterns = [path("renew/", views.renew, name="renew")]
