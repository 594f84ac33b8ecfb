"""The address of an image's description."""

from django.urls import path

from . import views

app_name = "captions"
urlpatterns = [path("<str:memory_id>/", views.caption, name="caption")]
