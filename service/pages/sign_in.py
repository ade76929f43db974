"""Signing in: a form takes the access key once, and a cookie stands for it.

The cookie is `SameSite=Strict`: a link from another site leads here first, and the page offers a link to continue.
"""

from typing import Annotated

from fastapi import Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from service.pages.problems import page_router
from service.pages.rendering import page
from service.security.guard import signed_in
from service.security.sessions import COOKIE, LASTS

Target = Annotated[str, Query(max_length=40_000)]

router = page_router()


@router.get("/sign-in")
def show(request: Request, next: Target = "/") -> Response:
    """The form, or the first page if the service needs no key."""
    if request.app.state.settings.for_others:
        return _form(request, _local(next))
    return RedirectResponse("/", 303)


@router.post("/sign-in")
def sign_in(request: Request, key: Annotated[str, Form(max_length=200)], next: Target = "/") -> Response:
    """Take a key, and redirect to the page that was asked for."""
    found = signed_in(request, key)
    if found is None:
        return _form(
            request, _local(next), problem="This access key is unknown or no longer valid.", status=401
        )
    response = RedirectResponse(_local(next), 303, {"Cache-Control": "no-store"})
    response.set_cookie(
        COOKIE,
        request.app.state.sessions.begin(found.id),
        max_age=LASTS,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return response


@router.post("/sign-out")
def sign_out() -> Response:
    """Delete the cookie."""
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return response


def _form(request: Request, target: str, problem: str = "", status: int = 200) -> Response:
    response = page(
        request, "sign-in", status, target=target, problem=problem, cookie=COOKIE in request.cookies
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _local(target: str) -> str:
    """`target` if it is a path of this service, else the first page: no redirect leads elsewhere."""
    local = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if local else "/"
