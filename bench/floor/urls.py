"""The floor's addresses."""

from django.urls import path

from . import views

urlpatterns = [path("", views.page), path("memories/<str:slug>/", views.memory), path("api/v2/memory", views.create)]
