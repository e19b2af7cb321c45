"""The data dictionary as a document, from the tables and the catalogue: ``docs/donnees.md``."""

from __future__ import annotations

from typing import Final

from dashboard.datasets import DATASETS, Dataset
from dashboard.texts import catalogue

_HEAD: Final = """# Données ouvertes

Ce que l'on peut télécharger de l'historique, colonne par colonne. Fait par `preaccueil dictionary`.
*What can be downloaded of the past, column by column: the English follows each description.*

{about}
*{about_en}*

![La page Historique](historique.png)

La page **Historique**, lien « {link} », donne chaque tableau pour
les jours choisis, en CSV (UTF-8, virgules, une ligne de noms) et, où DuckDB est installé
(`pip install 'preaccueil[parquet]'`), en Parquet. Les adresses se gardent :

    /donnees/attentes-jour.csv?du=2027-06-01&au=2027-09-30
    /donnees/votes.parquet?etendue=semaine&pour=zone:3
    /donnees/occupation.json       le schéma du tableau (Table Schema)

`etendue` : jour, semaine, mois ou saison jusqu'à aujourd'hui ; sinon `du` et `au`, 366 jours au plus.
`pour` : une zone ou un service.
"""


def document() -> str:
    """The whole document, in Markdown."""
    french, english = catalogue("fr"), catalogue("en")
    head = _HEAD.format(about=french("data.about"), about_en=english("data.about"), link=french("data.link"))
    return "\n".join([head, *(_table(dataset) for dataset in DATASETS.values())])


def _table(dataset: Dataset) -> str:
    french, english = catalogue("fr"), catalogue("en")
    lines = [
        f"## `{dataset.id}`",
        f"{french(f'data.set.{dataset.id}')} / *{english(f'data.set.{dataset.id}')}*",
        "",
        "| colonne | type | |",
        "|---|---|---|",
        *(
            f"| `{column.name}` | {french(f'data.type.{column.type}')} |"
            f" {french(f'data.column.{column.name}')} *{english(f'data.column.{column.name}')}* |"
            for column in dataset.columns
        ),
    ]
    return "\n".join(lines) + "\n"
