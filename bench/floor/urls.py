"""The floor's addresses."""

from django.urls import include, path

from . import views

urlpatterns = [
    path("", views.page),
    path("memories/<str:slug>/", views.memory),
    path("api/v2/memory", views.create),
    path("our-markup/", views.marked_up),
    path("", include("memories.urls")),  # for the addresses that stand in our markup
]
