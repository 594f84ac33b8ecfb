"""Single sign-on by OpenID Connect: django-allauth's flow, and what a provider says is believed only after every check there is.

allauth leaves out the signature (the answer comes over https), the nonce, and whether the address for details spoke of the
same person. Here all three are looked at, and who somebody is says (issuer, subject) alone: an e-mail address links nobody.
"""

import hmac
import secrets
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

# No secret that two know, and not "none". A provider's clock may be half a minute off.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
LEEWAY = 30  # seconds
NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
MOST_SUBJECT = 191  # signs, of who somebody is there: what allauth keeps
CALLBACK = "oidc_callback"


def is_offered() -> bool:
    """Whether the settings name a provider."""
    return bool(settings.OIDC_SERVER_URL)


def provider(request: HttpRequest) -> "Provider":
    """The one that the settings name. It is known by its issuer, so that another one's people are other people."""
    app = SocialApp(
        provider=Provider.id,
        provider_id=settings.OIDC_SERVER_URL,
        name=settings.OIDC_NAME,
        client_id=settings.OIDC_CLIENT_ID,
        secret=settings.OIDC_CLIENT_SECRET,
        settings={"server_url": settings.OIDC_SERVER_URL, "oauth_pkce_enabled": True},
    )
    return Provider(request, app=app)


def leaving(request: HttpRequest, process: str, next_url: str, **data: Any) -> str:
    """The address of the provider's sign-in page for this browser; `data` is kept in its session until it comes back.

    Raises what Exchange does when the provider cannot be asked.
    """
    nonce = secrets.token_urlsafe(24)
    answer = provider(request).redirect(request, process, next_url, data, auth_params={"nonce": nonce}, nonce=nonce)
    return str(answer["Location"])


class Exchange(OpenIDConnectOAuth2Adapter):
    """What memoryweb and the provider say to each other. Raises OAuth2Error for an answer that is not to be believed, OSError
    (requests' errors are such) where none comes.
    """

    nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider tells about itself; it has to be the issuer that the settings name."""
        if not hasattr(self, "_openid_config"):
            said = super().openid_config
            if not isinstance(said, dict) or not all(isinstance(said.get(name), str) for name in NEEDED):
                del self._openid_config
                raise OAuth2Error("The provider does not tell where it can be asked.")
            if said["issuer"].rstrip("/") != settings.OIDC_SERVER_URL:
                del self._openid_config
                raise OAuth2Error("The provider calls itself something else.")
        return dict(self._openid_config)

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Where the provider sends the browser back to."""
        return request.build_absolute_uri(reverse(CALLBACK))

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> Any:
        """Who has signed in there, out of the answer to the code."""
        claims = self._claims(app, kwargs["response"].get("id_token"))
        if "email" not in claims and self.openid_config.get("userinfo_endpoint"):
            details = self._fetch_user_info(token.token)
            if not isinstance(details, dict) or details.get("sub") != claims["sub"]:
                raise OAuth2Error("The details are somebody else's.")
            claims = details | claims
        return self.get_provider().sociallogin_from_response(request, {"id_token": claims})

    def _claims(self, app: SocialApp, id_token: object) -> dict[str, Any]:
        import jwt  # where nobody signs in that way, it need not be loaded

        try:
            claims: dict[str, Any] = jwt.decode(
                str(id_token),
                self._key(str(id_token)),
                algorithms=ALGORITHMS,
                audience=app.client_id,
                issuer=self.openid_config["issuer"],
                leeway=LEEWAY,
                options={"require": ["exp", "iat", "sub"]},
            )
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise OAuth2Error("The answer is not to be believed.") from error
        alone = claims["aud"] == app.client_id or claims["aud"] == [app.client_id]
        if claims.get("azp", app.client_id if alone else None) != app.client_id:
            raise OAuth2Error("The answer was meant for somebody else.")
        if not self.nonce or not hmac.compare_digest(str(claims.get("nonce", "")).encode(), self.nonce.encode()):
            raise OAuth2Error("The answer belongs to another request.")
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"].strip()) <= MOST_SUBJECT:
            raise OAuth2Error("The answer names nobody.")
        return claims

    def _key(self, id_token: str) -> Any:
        """The provider's key with which this was signed, as it says; one that has no name only where there is no other."""
        import jwt

        name = jwt.get_unverified_header(id_token).get("kid")
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
            keys = jwt.PyJWKSet.from_dict(answer.json()).keys
        fitting = [key for key in keys if key.key_id == name] if name else keys
        if len(fitting) != 1:
            raise KeyError(name)
        return fitting[0]


class Provider(OpenIDConnectProvider):
    """The provider that the settings name."""

    oauth2_adapter_class = Exchange

    def get_callback_url(self) -> str:
        """Its path."""
        return reverse(CALLBACK)

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """What is kept: as whom the person is known there, to show them."""
        claims = data["id_token"]
        return {"name": str(claims.get("email") or claims.get("preferred_username") or claims.get("name") or claims["sub"])}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[EmailAddress]:
        """The address, if the provider has verified it; "true" in quotation marks does not count."""
        claims = data["id_token"]
        email = claims.get("email")
        return [EmailAddress(email=email, verified=True)] if claims.get("email_verified") is True and isinstance(email, str) else []


class Callback(OAuth2CallbackView):
    """Where the provider sends the browser back to: allauth's view, which tells the exchange what to look for."""

    def _get_state(self, request: HttpRequest, provider: Provider) -> tuple[dict[str, Any] | None, HttpResponse | None]:
        state, response = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")
        return state, response


def callback(request: HttpRequest) -> HttpResponse:
    """The answer to a browser that comes back from the provider."""
    answer: HttpResponse = Callback.adapter_view(Exchange(request, settings.OIDC_SERVER_URL))(request)
    return answer
