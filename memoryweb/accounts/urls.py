"""Addresses of signing in and out."""

from django.contrib.auth import views as auth_views
from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [
    path("signin/", views.SignIn.as_view(), name="signin"),
    path("signin/<str:secret>/", views.use_link, name="use_link"),
    path("signout/", auth_views.LogoutView.as_view(), name="signout"),
    path("account/password/", views.password, name="password"),
]
