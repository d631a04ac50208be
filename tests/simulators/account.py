"""The gateway account: its credentials, its tokens, its quota of the UTC day."""

import base64
import binascii
import hashlib
import hmac
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import NAMESPACE_OID, uuid5

import orjson
from aiohttp import web

from . import bodies
from .bodies import Reply

_URLSAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def invented(seed: int, length: int) -> str:
    """Deterministic urlsafe text: simulated secrets only."""
    rng = random.Random(seed)
    return "".join(rng.choice(_URLSAFE) for _ in range(length))


CLIENT_ID = "cli_" + invented(1, 43)
CLIENT_SECRET = invented(2, 86)


def _segment(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass(slots=True, kw_only=True)
class Account:
    """One account of the gateway. Attributes may be changed while the simulator runs."""

    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    email: str = "user@example.org"
    active: bool = True
    demo: bool = False
    quota_cached: int = 1000
    quota_uncached: int = 50
    now: Callable[[], datetime]
    cached: int = 0
    uncached: int = 0
    _day: date | None = field(default=None)

    # ---- credentials -----------------------------------------------------------------------------------------------

    def authorized(self, request: web.Request) -> Reply | None:
        """None when the request carries a token or the secret; else the 401. A cookie wins over the header."""
        given = request.cookies.get("access_token") or request.headers.get("Authorization", "")
        if not given:
            return Reply({"detail": "Not authenticated"}, 401)
        scheme, _, token = given.partition(" ")
        credential = token if scheme.lower() == "bearer" else given
        if not hmac.compare_digest(credential.encode(), self.client_secret.encode()) and not self._valid(credential):
            return Reply({"detail": "Invalid authentication credentials"}, 401)
        return None

    async def token(self, request: web.Request) -> Reply:
        """`POST /accounts/token`: a form or HTTP Basic, never JSON."""
        client_id, secret = await _presented(request)
        if not client_id or not secret:
            words = "client_id and client_secret are required (provide in form data or Basic Auth header)"
            return Reply({"detail": words}, 422)
        if (client_id, secret) != (self.client_id, self.client_secret):
            return Reply({"detail": "Invalid client credentials"}, 401)
        if not self.active:
            return Reply({"detail": "User account is inactive"}, 403)
        return Reply({"access_token": self._issue(), "token_type": "bearer"})

    def _issue(self) -> str:
        expires = self.now() + timedelta(minutes=43_200)
        claims = {"sub": self.user_id, "exp": int(expires.timestamp())}
        signed = f"{_segment(orjson.dumps({'alg': 'HS256', 'typ': 'JWT'}))}.{_segment(orjson.dumps(claims))}"
        return f"{signed}.{self._sign(signed)}"

    def _sign(self, signed: str) -> str:
        return _segment(hmac.new(b"simulated gateway", signed.encode(), hashlib.sha256).digest())

    def _valid(self, token: str) -> bool:
        signed, _, signature = token.rpartition(".")
        if not signed or not hmac.compare_digest(signature.encode(), self._sign(signed).encode()):
            return False
        payload = signed.rpartition(".")[2]
        claims = orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return bool(claims["sub"] == self.user_id and claims["exp"] > self.now().timestamp())

    @property
    def user_id(self) -> str:
        """UUID of the user."""
        return str(uuid5(NAMESPACE_OID, self.client_id))

    def me(self, now: datetime) -> Reply:
        """`GET /accounts/me`."""
        role: dict[str, object] = {"id": None, "name": "visitor", "display_name": "Visiteur", "permissions": []}
        return Reply(
            bodies.enveloped(
                {
                    "id": self.user_id,
                    "email": "demo@myelectricaldata.fr" if self.demo else self.email,
                    "client_id": self.client_id,
                    "is_active": self.active,
                    "created_at": "2025-01-06T18:20:11.402113Z",
                    "is_admin": False,
                    "debug_mode": False,
                    "admin_data_sharing": False,
                    "admin_data_sharing_enabled_at": None,
                    "role": role,
                },
                now,
            )
        )

    # ---- quota -----------------------------------------------------------------------------------------------------

    def charge(self, *, use_cache: bool, now: datetime) -> Reply | None:
        """Count one call of the UTC day; the refusal when there is none left (a refused call is not counted)."""
        self._roll(now)
        if use_cache:
            if self.cached >= self.quota_cached:
                return self.exhausted(use_cache=True, now=now)
            self.cached += 1
        else:
            if self.uncached >= self.quota_uncached:
                return self.exhausted(use_cache=False, now=now)
            self.uncached += 1
        return None

    def exhausted(self, *, use_cache: bool, now: datetime) -> Reply:
        """The refusal of the metering and contract routes."""
        limit = self.quota_cached if use_cache else self.quota_uncached
        advice = "Try again tomorrow." if use_cache else "Use cache to increase limit."
        return bodies.failed("RATE_LIMIT_EXCEEDED", f"Daily rate limit exceeded ({limit}/{limit}). {advice}", now)

    def exhausted_ecowatt(self) -> Reply:
        """The refusal of the EcoWatt routes: a real 429."""
        limit = self.quota_uncached
        return Reply({"detail": f"Rate limit exceeded: {limit}/{limit} requests today"}, 429)

    def usage(self, now: datetime) -> Reply:
        """`GET /accounts/usage-stats`: free."""
        self._roll(now)
        return Reply(
            bodies.enveloped(
                {
                    "cached_requests": self.cached,
                    "no_cache_requests": self.uncached,
                    "cached_limit": self.quota_cached,
                    "no_cache_limit": self.quota_uncached,
                    "date": now.astimezone(UTC).date().isoformat(),
                },
                now,
            )
        )

    def _roll(self, now: datetime) -> None:
        today = now.astimezone(UTC).date()
        if self._day != today:
            self._day, self.cached, self.uncached = today, 0, 0


async def _presented(request: web.Request) -> tuple[str, str]:
    scheme, _, basic = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(basic, validate=True).decode().partition(":")
        except binascii.Error, UnicodeDecodeError:
            return "", ""
        return client_id, secret
    if request.content_type not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return "", ""
    form = await request.post()
    return str(form.get("client_id", "")), str(form.get("client_secret", ""))
