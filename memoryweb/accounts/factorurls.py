"""Addresses of signing in and of second factors under the names by which django-allauth knows them."""

from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as codes
from django.urls import path

from . import factors, views

urlpatterns = [
    path("signin/", views.SignIn.as_view(), name="account_login"),
    path("signin/code/", factors.Authenticate.as_view(), name="mfa_authenticate"),
    path("account/again/", factors.Reauthenticate.as_view(), name="account_reauthenticate"),
    path("account/again/code/", factors.ReauthenticateByCode.as_view(), name="mfa_reauthenticate"),
    path("account/factors/", base.index, name="mfa_index"),
    path("account/factors/app/", factors.Activate.as_view(), name="mfa_activate_totp"),
    path("account/factors/app/remove/", factors.Deactivate.as_view(), name="mfa_deactivate_totp"),
    path("account/factors/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/factors/codes/new/", factors.NewCodes.as_view(), name="mfa_generate_recovery_codes"),
]
