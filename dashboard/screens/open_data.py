"""Open data: the tables of the past as CSV and Parquet, with what each column means."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, abort, jsonify, make_response, request
from flask.wrappers import Response

from dashboard import parquet
from dashboard.datasets import DATASETS, Dataset, csv_of, rows_of, schema_of
from dashboard.history import Asked, AskedError, asked_for, today
from dashboard.page import dashboard, page, texts
from dashboard.screens.history import label_of_period
from hall.store.interface import StoreUnavailableError

blueprint = Blueprint("open_data", __name__)

NOT_INSTALLED: Final = (
    "Parquet n'est pas installé ici : pip install 'preaccueil[parquet]'. Le même tableau se prend en CSV.\n"
    "Parquet is not installed here: pip install 'preaccueil[parquet]'. The same table can be had as CSV.\n"
)


@blueprint.get("/donnees")
def show() -> Response:
    """The data dictionary, with each table's downloads for the asked days."""
    here, say = dashboard(), texts()
    now = today(here.live.civil_ns(), here.site)
    try:
        asked = asked_for(request.args, now, here.site)
    except AskedError:
        asked = asked_for({}, now, here.site)
    return page(
        "open_data.html",
        stream="page",
        screen="history",
        asked=asked,
        span=label_of_period(asked.period, say),
        datasets=DATASETS.values(),
        has_parquet=parquet.is_there(),
    )


@blueprint.get("/donnees/<name>.csv")
def as_csv(name: str) -> Response:
    """A table over the asked days: UTF-8, commas, a line of names.

    400 for days or a subject that cannot be understood, 503 where the store does not answer.
    """
    dataset, asked = _wanted(name)
    return _download(_csv(dataset, asked).encode(), "text/csv", _file(dataset, asked, "csv"))


@blueprint.get("/donnees/<name>.parquet")
def as_parquet(name: str) -> Response:
    """The same table as Parquet; 501 where that is not installed."""
    dataset, asked = _wanted(name)
    if not parquet.is_there():
        return Response(NOT_INSTALLED, 501, mimetype="text/plain")
    told = _csv(dataset, asked)
    types = {column.name: column.type for column in dataset.columns}
    made: bytes = dashboard().aside(lambda: parquet.parquet_of(told, types))
    return _download(made, "application/vnd.apache.parquet", _file(dataset, asked, "parquet"))


@blueprint.get("/donnees/<name>.json")
def schema(name: str) -> Response:
    """What a table's columns mean: a Table Schema of Frictionless."""
    return jsonify(schema_of(_dataset(name), texts()))


def _wanted(name: str) -> tuple[Dataset, Asked]:
    here, dataset = dashboard(), _dataset(name)
    try:
        return dataset, asked_for(request.args, today(here.live.civil_ns(), here.site), here.site)
    except AskedError as problem:
        abort(400, texts()(str(problem)))


def _dataset(name: str) -> Dataset:
    if name not in DATASETS:
        abort(404)
    return DATASETS[name]


def _csv(dataset: Dataset, asked: Asked) -> str:
    here = dashboard()
    try:
        told: str = here.aside(lambda: csv_of(dataset, rows_of(dataset, here.store, here.site, asked)))
    except StoreUnavailableError:
        abort(503)
    return told


def _file(dataset: Dataset, asked: Asked, ending: str) -> str:
    """``barnum-votes-2027-06-01-2027-09-30.csv``."""
    site, period = dashboard().site.id, asked.period
    return f"{site}-{dataset.id}-{period.first}-{period.last}.{ending}"


def _download(body: bytes, kind: str, name: str) -> Response:
    response = make_response(body)
    response.mimetype = kind
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
