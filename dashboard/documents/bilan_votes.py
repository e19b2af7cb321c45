"""The report on the barometer, in words: shares with their interval, and of how many."""

from __future__ import annotations

from dashboard.documents.content import AnswerContent, QuestionContent
from dashboard.documents.french import between, number, percent, plural
from hall.bilan.figures import Bilan
from hall.bilan.votes import QuestionFigures


def questions(bilan: Bilan) -> list[QuestionContent]:
    """Every question that was asked; the others are named in the chapter's first lines."""
    return [_question(each) for each in bilan.questions if each.days]


def _question(each: QuestionFigures) -> QuestionContent:
    found = each.favourable
    few = f"trop peu de votes : {number(each.votes)} sur {number(each.barometer.minimum_votes)} demandés"
    answers = [
        AnswerContent(
            answer.text.fr,
            share.share,
            share.low,
            share.high,
            percent(share.share),
            between(share.low, share.high),
            answer.positive,
        )
        for answer, share in each.answers
    ]
    told = ", ".join(f"{answer.text} {answer.share_text} ({answer.interval})" for answer in answers)
    return QuestionContent(
        text=each.question.text.fr,
        share=found.share,
        low=found.low,
        high=found.high,
        share_text=few if found.share is None else percent(found.share),
        interval=between(found.low, found.high),
        answers=answers,
        note=_note(each),
        alt=f"{each.question.text.fr} {few if found.share is None else told}.",
    )


def _note(each: QuestionFigures) -> str:
    taking_part = f", soit {percent(each.votes / each.visits)}" if each.visits else ""
    return (
        f"{plural(each.votes, 'vote', 'votes')} en {plural(each.days, 'jour', 'jours')}, pour"
        f" {plural(each.visits, 'visite reçue', 'visites reçues')} ces jours-là{taking_part}."
        f" {plural(each.too_fast, 'appui trop rapide compté', 'appuis trop rapides comptés')} à part."
    )


def questions_alt(found: list[QuestionContent]) -> str:
    """The summary's chart in words."""
    return "Part de réponses favorables : " + " ; ".join(
        f"{question.text} {question.share_text}" + (f" ({question.interval})" if question.interval else "")
        for question in found
    )


def votes_note(bilan: Bilan) -> str:
    """What the dots and lines say, and of whom."""
    votes = sum(each.votes for each in bilan.questions)
    if not votes:
        return "Personne n’a voté pendant la période : les votes ne disent rien de la convivialité."
    if all(each.favourable.share is None for each in bilan.questions):
        return f"{plural(votes, 'vote', 'votes')} : trop peu pour dire quelque chose de la convivialité."
    return (
        "Part de réponses favorables parmi les votes ; le trait est l’intervalle à 95 %."
        f" {plural(votes, 'vote', 'votes')} de personnes qui ont choisi de voter : ce n’est pas un sondage."
    )


def intro(bilan: Bilan) -> str:
    """The chapter's first lines."""
    unasked = [each.question.text.fr for each in bilan.questions if not each.days]
    never = f" Sans aucun vote : {' ; '.join(unasked)}" if unasked else ""
    return (
        "Une question par jour, de gros boutons, un appui par vote. Chaque part est donnée avec son"
        " intervalle à 95 % (Wilson) : le trait sur la barre. Rien n’est montré sous le minimum de"
        " votes. Une même personne"
        " peut voter plusieurs fois, plus tard." + never
    )
