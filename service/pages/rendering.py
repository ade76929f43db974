"""Templates as HTML, and what all pages have in common."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from service.pages.assets import version
from service.security.sessions import COOKIE

# (name, path) of each view, in the order of the navigation
VIEWS = (
    ("Ask", "/"),
    ("Search", "/find"),
    ("Action items", "/items"),
    ("Precedents", "/timeline"),
    ("Documents", "/read"),
)

_ENVIRONMENT = Environment(
    loader=PackageLoader("service.pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _years(period: tuple[int, int]) -> str:
    first, last = period
    return str(first) if first == last else f"{first}–{last}"


def fragment(name: str, **values: Any) -> Markup:
    """A template as HTML."""
    return Markup(_ENVIRONMENT.get_template(f"{name}.html.jinja").render(**values))


def page(request: Request, name: str, status: int = 200, **values: Any) -> Response:
    """The view `name` as a whole page."""
    here = "/" + request.url.path.split("/")[1]
    html = fragment(name, views=VIEWS, here=here, signed_in=COOKIE in request.cookies, **values)
    return Response(html, status, {"Cache-Control": "no-cache"}, "text/html")


def _anchored(html: Markup) -> Markup:
    """The first mark of `html` gets the id that links to a quotation lead to."""
    return Markup(html.replace("<mark>", Markup('<mark id="mark" tabindex="-1">'), 1))


_ENVIRONMENT.globals["static"] = lambda name: f"/static/{version()}/{name}"
_ENVIRONMENT.filters |= {"anchored": _anchored, "years": _years}
