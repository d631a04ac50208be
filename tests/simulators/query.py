"""Query parameters as the gateway's framework checks them: what is wrong ends in its 422."""

from aiohttp import web

from .bodies import Reply


class Refused(Exception):  # noqa: N818 - an answer on its way out
    """Carries the answer that ends a request early."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def required(request: web.Request, *names: str) -> list[str]:
    """Query parameters that must be there, or the framework's 422."""
    missing = [
        {"type": "missing", "loc": ["query", name], "msg": "Field required", "input": None}
        for name in names
        if name not in request.query
    ]
    if missing:
        raise Refused(Reply({"detail": missing}, 422))
    return [request.query[name] for name in names]


def flag(request: web.Request, name: str, *, default: bool) -> bool:
    """A boolean query parameter as the framework reads it."""
    text = request.query.get(name)
    if text is None:
        return default
    if text.lower() in ("true", "1", "yes", "on", "t", "y"):
        return True
    if text.lower() in ("false", "0", "no", "off", "f", "n"):
        return False
    words = "Input should be a valid boolean, unable to interpret input"
    raise Refused(
        Reply({"detail": [{"type": "bool_parsing", "loc": ["query", name], "msg": words, "input": text}]}, 422)
    )


def whole(request: web.Request, name: str, *, default: int, least: int, most: int) -> int:
    """A bounded integer query parameter as the framework reads it."""
    text = request.query.get(name)
    if text is None:
        return default
    place = {"loc": ["query", name]}
    try:
        value = int(text)
    except ValueError:
        words = "Input should be a valid integer, unable to parse string as an integer"
        raise Refused(Reply({"detail": [{"type": "int_parsing", **place, "msg": words, "input": text}]}, 422)) from None
    for broken, kind, key, bound in (
        (value < least, "greater_than_equal", "ge", least),
        (value > most, "less_than_equal", "le", most),
    ):
        if broken:
            words = f"Input should be {kind.replace('_', ' ').replace('than equal', 'than or equal to')} {bound}"
            detail = {"type": kind, **place, "msg": words, "input": text, "ctx": {key: bound}}
            raise Refused(Reply({"detail": [detail]}, 422))
    return value
