"""Addresses of signing in and of second factors under the names by which django-allauth knows them."""

from allauth.mfa.recovery_codes import views as codes
from django.urls import path

from . import factors, oidcviews, views

urlpatterns = [
    path("signin/", views.SignIn.as_view(), name="account_login"),
    path("signin/code/", factors.Authenticate.as_view(), name="mfa_authenticate"),
    path("signin/passkey/", factors.SignInByPasskey.as_view(), name="mfa_login_webauthn"),
    path("signin/oidc/", oidcviews.begin, name="oidc_begin"),
    path("signin/oidc/callback/", oidcviews.callback, name="oidc_callback"),
    path("account/oidc/", oidcviews.link, name="oidc_link"),
    path("account/oidc/remove/", oidcviews.unlink, name="oidc_unlink"),
    path("account/again/", factors.Reauthenticate.as_view(), name="account_reauthenticate"),
    path("account/again/code/", factors.ReauthenticateByCode.as_view(), name="mfa_reauthenticate"),
    path("account/again/passkey/", factors.ReauthenticateByPasskey.as_view(), name="mfa_reauthenticate_webauthn"),
    path("account/factors/", factors.Index.as_view(), name="mfa_index"),
    path("account/factors/app/", factors.Activate.as_view(), name="mfa_activate_totp"),
    path("account/factors/app/remove/", factors.Deactivate.as_view(), name="mfa_deactivate_totp"),
    path("account/factors/passkeys/", factors.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("account/factors/passkeys/<int:pk>/remove/", factors.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("account/factors/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/factors/codes/new/", factors.NewCodes.as_view(), name="mfa_generate_recovery_codes"),
]
