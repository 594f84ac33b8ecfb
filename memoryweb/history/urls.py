"""Addresses of the journal's pages, under /history/."""

from django.urls import path

from . import views

app_name = "history"
urlpatterns = [
    path("", views.index, name="index"),
    path("undo/", views.undo_last, name="undo_last"),
    path("<int:number>/", views.batch, name="batch"),
    path("<int:number>/undo/", views.undo, name="undo"),
    path("<int:number>/continue/", views.go_on, name="continue"),
    path("<int:number>/retry/", views.retry, name="retry"),
    path("<int:number>/check/", views.check, name="check"),
]
