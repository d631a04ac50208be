"""Contributions to the catalogue: 201 whatever the validation says, 500 where the gateway forgot to check."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import NAMESPACE_OID, uuid5

import orjson
from aiohttp import web

from . import bodies
from .account import Account
from .bodies import Reply
from .offers import providers
from .query import Refused

_OFFERED = "Contribution soumise avec succès. Les administrateurs vont la vérifier."
_KEPT = ("provider_name", "provider_website", "existing_provider_id", "offer_name", "offer_type", "description")
_SHEET = "Le lien vers la fiche des prix est obligatoire"
_POWER = "Au moins une puissance (kVA) est obligatoire"


@dataclass(slots=True)
class Contributions:
    """The contribution routes of one account. `rows` are the bodies of the list, newest last."""

    account: Account
    rows: list[dict[str, object]] = field(default_factory=list)

    async def create(self, request: web.Request, now: datetime) -> Reply:
        """`POST /energy/contribute`."""
        given = await self._body(request, now)
        reply = self._add(given, now)
        if isinstance(reply, Reply):
            return reply
        return Reply(bodies.enveloped({"id": reply, "message": _OFFERED}, now), 201)

    async def create_batch(self, request: web.Request, now: datetime) -> Reply:
        """`POST /energy/contribute/batch`: errors item by item, success whatever they are."""
        given = await self._body(request, now)
        items = given.get("contributions")
        made: list[str] = []
        wrong: list[str] = []
        for number, item in enumerate(items if isinstance(items, list) else [], 1):
            content = {"price_sheet_url": given.get("price_sheet_url"), **item} if isinstance(item, dict) else {}
            if not _powers(content):
                wrong.append(f"Contribution {number}: puissance (kVA) manquante")
                continue
            identifier = self._add(content, now)
            if isinstance(identifier, Reply):
                wrong.append(f"Contribution {number}: champ manquant")
            else:
                made.append(identifier)
        data = {
            "created": len(made),
            "contribution_ids": made,
            "errors": len(wrong),
            "error_details": wrong,
            "message": f"{len(made)} contribution(s) soumise(s) avec succès.",
        }
        return Reply(bodies.enveloped(data, now), 201)

    async def mine(self, _: web.Request, now: datetime) -> Reply:
        """`GET /energy/contributions`."""
        return Reply(bodies.enveloped(self.rows, now))

    async def unread(self, _: web.Request, now: datetime) -> Reply:
        """`GET /energy/contributions/unread-count`."""
        count = sum(bool(row["has_unread_messages"]) for row in self.rows)
        return Reply(bodies.enveloped({"unread_count": count}, now))

    async def update(self, request: web.Request, now: datetime) -> Reply:
        """`PUT /energy/contributions/{id}`."""
        row = self._pending(request)
        row.update({key: value for key, value in (await self._body(request, now)).items() if key in row})
        row["status"] = "pending"
        return Reply(bodies.enveloped({"id": row["id"], "message": "Contribution mise à jour."}, now))

    async def delete(self, request: web.Request, now: datetime) -> Reply:
        """`DELETE /energy/contributions/{id}`."""
        self._writable()
        self.rows.remove(self._pending(request))
        return Reply(bodies.enveloped({"message": "Contribution supprimée."}, now))

    async def answer(self, request: web.Request, now: datetime) -> Reply:
        """`POST /energy/contributions/{id}/reply`."""
        row = self._own(request)
        words = (await self._body(request, now)).get("message")
        message = {
            "message_type": "contributor_response",
            "content": words,
            "is_from_admin": False,
            "created_at": now.astimezone(UTC).isoformat(),
        }
        known = row["messages"]
        row["messages"] = [*(known if isinstance(known, list) else []), message]
        return Reply(bodies.enveloped({"message": "Réponse envoyée."}, now))

    # ---- rules ------------------------------------------------------------------------------------------------------

    def _writable(self) -> None:
        if self.account.demo:
            raise Refused(Reply({"detail": "Le compte de démonstration est en lecture seule"}, 403))

    async def _body(self, request: web.Request, now: datetime) -> dict[str, object]:
        self._writable()
        try:
            given = orjson.loads(await request.read())
        except orjson.JSONDecodeError:
            given = None
        if not isinstance(given, dict):
            raise Refused(bodies.internal_error(now))
        return given

    def _own(self, request: web.Request) -> dict[str, object]:
        for row in self.rows:
            if row["id"] == request.match_info["id"]:
                return row
        raise Refused(Reply({"detail": "Contribution non trouvée"}, 404))

    def _pending(self, request: web.Request) -> dict[str, object]:
        row = self._own(request)
        if row["status"] not in ("pending", "rejected"):
            raise Refused(Reply({"detail": "Cette contribution ne peut plus être modifiée"}, 400))
        return row

    def _add(self, given: dict[str, object], now: datetime) -> str | Reply:
        if not given.get("price_sheet_url"):
            return bodies.failed("MISSING_FIELD", _SHEET, now, status=201)
        if not _powers(given):
            return bodies.failed("MISSING_FIELD", _POWER, now, status=201)
        provider = given.get("existing_provider_id")
        names = {row["id"]: row["name"] for row in providers()}
        if (
            not given.get("offer_name")
            or not given.get("offer_type")
            or (provider is not None and provider not in names)
        ):
            return bodies.internal_error(now)
        variants = given.get("power_variants")
        identifier = str(uuid5(NAMESPACE_OID, f"contribution {len(self.rows)} {now.isoformat()}"))
        self.rows.append(
            {
                "id": identifier,
                "has_unread_messages": False,
                "contribution_type": given.get("contribution_type"),
                "status": "pending",
                **{name: given.get(name) for name in _KEPT},
                "existing_provider_name": names.get(provider),
                "power_kva": None if variants else given.get("power_kva"),
                # With variants the gateway drops the prices beside them.
                "pricing_data": None if variants else given.get("pricing_data"),
                "power_variants": variants,
                "hc_schedules": given.get("hc_schedules"),
                "price_sheet_url": given["price_sheet_url"],
                "screenshot_url": given.get("screenshot_url"),
                "valid_from": given.get("valid_from"),
                "created_at": now.astimezone(UTC).isoformat(),
                "reviewed_at": None,
                "review_comment": None,
                "messages": [],
            }
        )
        return identifier


def _powers(given: dict[str, object]) -> list[object]:
    variants = given.get("power_variants")
    if isinstance(variants, list) and variants:
        return [variant.get("power_kva") for variant in variants if isinstance(variant, dict)]
    return [given["power_kva"]] if given.get("power_kva") else []
