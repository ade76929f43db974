"""All that makes the page part of the service."""

from fastapi import FastAPI

from service.page import assets, chat, find, items, opinions, read, signing_in, timeline


def install(app: FastAPI) -> None:
    """Serve the page from `app`."""
    app.include_router(assets.router)
    for view in (chat, find, items, timeline, read, opinions, signing_in):
        app.include_router(view.router)
