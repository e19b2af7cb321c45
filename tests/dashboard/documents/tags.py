"""What a tagged PDF holds, read with pypdf."""

from __future__ import annotations

import io
from collections import Counter
from typing import Any, NamedTuple

from pypdf import PdfReader


class Tagged(NamedTuple):
    """A document's catalogue, the kinds of its structure elements, the texts that stand for its figures."""

    title: str
    language: str
    is_marked: bool
    says_ua: bool
    kinds: Counter[str]
    figure_texts: list[str]
    pages: int
    text: str


def read(pdf: bytes) -> Tagged:
    reader = PdfReader(io.BytesIO(pdf))
    root: Any = reader.root_object
    kinds: Counter[str] = Counter()
    texts: list[str] = []

    def walk(element: Any) -> None:
        element = element.get_object() if hasattr(element, "get_object") else element
        if isinstance(element, list):
            for child in element:
                walk(child)
        elif isinstance(element, dict):
            if "/S" in element:
                kinds[element["/S"].removeprefix("/")] += 1
                if element["/S"] == "/Figure":
                    texts.append(str(element.get("/Alt", "")))
            if "/K" in element:
                walk(element["/K"])

    walk(root["/StructTreeRoot"])
    metadata = root["/Metadata"].get_object().get_data()
    return Tagged(
        title=str(reader.metadata.title).replace("\xa0", " ") if reader.metadata else "",
        language=str(root.get("/Lang", "")),
        is_marked=bool(root["/MarkInfo"]["/Marked"]),
        says_ua=b"pdfuaid" in metadata,
        kinds=kinds,
        figure_texts=texts,
        pages=len(reader.pages),
        text="\n".join(page.extract_text() for page in reader.pages).replace("\xa0", " "),
    )
