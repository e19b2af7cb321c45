"""The choice of a language, kept in a cookie."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request
from werkzeug.wrappers import Response

from dashboard.page import LANGUAGE_COOKIE
from dashboard.texts import language_of

blueprint = Blueprint("language", __name__)

YEAR_S = 365 * 24 * 3600


@blueprint.get("/langue/<name>")
def choose(name: str) -> Response:
    """Keep the choice and go back to the page it was made on."""
    language = language_of(name)
    if language is None:
        abort(404)
    response = redirect(local_path(request.args.get("retour", "/")), 303)
    response.set_cookie(
        LANGUAGE_COOKIE, language, max_age=YEAR_S, httponly=True, samesite="Lax", secure=request.is_secure
    )
    return response


def local_path(path: str) -> str:
    """The path when it leads to a page of ours, else the first page: no open redirect."""
    is_local = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if is_local else "/"
