"""What the sign of the experiment says, in the words of the project's sheet: French first, then English."""

from __future__ import annotations

from typing import Final

import msgspec


class Part(msgspec.Struct, frozen=True):
    """A few sentences under a heading."""

    heading: str
    text: str
    english: str


PARTS: Final = (
    Part(
        "Un premier accueil pour tous les services",
        (
            "Faire ses démarches sur internet, être conseillé, s’informer, attendre, travailler, boire"
            " un café, échanger : ici commence votre visite à la mairie."
        ),
        (
            "Online services, advice, information, a place to wait, to work, to have a coffee: your"
            " visit to the town hall begins here."
        ),
    ),
    Part(
        "Ce que nous essayons",
        (
            "Une attente conviviale, en un seul lieu plutôt qu’éparpillée dans les services, avec une"
            " conciergerie pour les situations complexes. Est-ce convivial ? Est-ce que cela marche ?"
        ),
        (
            "One friendly place to wait instead of many, and a concierge for complicated situations."
            " Is it pleasant? Does it work?"
        ),
    ),
    Part(
        "Comment faire",
        (
            "Prenez un ticket à la borne : il dit où aller et combien de temps attendre. Asseyez-vous,"
            " vous serez appelé. Avant de partir, donnez votre avis : un appui sur le baromètre."
        ),
        (
            "Take a ticket: it says where to go and how long to wait. Sit down, you will be called."
            " Before you leave, tell us what you think: one press on the barometer."
        ),
    ),
)

INVITATIONS: Final = {
    "attente": Part(
        "Asseyez-vous",
        "Votre numéro s’affiche et il est dit à voix haute.",
        "Have a seat: your number is shown and called out.",
    ),
    "barometre": Part(
        "Donnez votre avis",
        "Une question par jour : un appui suffit.",
        "One question a day: one press is enough.",
    ),
    "cafe": Part(
        "Prenez le temps",
        "Un café, une pause, une conversation.",
        "A coffee, a break, a chat.",
    ),
}
"""What a zone without services invites to, by its pictogram."""

PRIVACY: Final = Part(
    "",
    "Ni caméra, ni nom, ni téléphone suivi : seuls des appuis, des tickets et des passages sont comptés.",
    "No camera, no name, no phone is tracked: only presses, tickets and passages are counted.",
)
