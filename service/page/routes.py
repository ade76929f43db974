"""All that makes the page part of the service."""

from fastapi import FastAPI

from service.page import assets, chat, find, items, opinions, read, timeline
from service.page.headers import SafetyHeaders


def install(app: FastAPI) -> None:
    """Serve the page from `app`, and tell browsers with every response what they may load."""
    app.add_middleware(SafetyHeaders)
    app.include_router(assets.router)
    for view in (chat, find, items, timeline, read, opinions):
        app.include_router(view.router)
