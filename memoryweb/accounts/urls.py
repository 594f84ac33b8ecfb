"""Addresses of signing in and out, and of people."""

from django.contrib.auth import views as auth_views
from django.urls import path

from . import peopleviews, personview, tokenviews, views

app_name = "accounts"
urlpatterns = [
    path("signin/<str:secret>/", views.use_link, name="use_link"),
    path("signout/", auth_views.LogoutView.as_view(), name="signout"),
    path("account/password/", views.password, name="password"),
    path("people/", peopleviews.index, name="people"),
    path("people/invite/", peopleviews.invite, name="invite"),
    path("people/invitations/<int:number>/revoke/", peopleviews.revoke_invitation, name="revoke_invitation"),
    path("people/<int:person_id>/", personview.person, name="person"),
    path("people/<int:person_id>/disable/", personview.disable, name="disable"),
    path("people/<int:person_id>/enable/", personview.enable, name="enable"),
    path("people/<int:person_id>/reset/", personview.reset, name="reset"),
    path("tokens/", tokenviews.index, name="tokens"),
    path("tokens/<int:number>/revoke/", tokenviews.revoke, name="revoke_token"),
    path("invitation/<str:secret>/", peopleviews.invitation, name="invitation"),
]
