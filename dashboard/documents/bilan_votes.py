"""The report on the barometer, in words: shares with their interval, and of how many."""

from __future__ import annotations

from broker.contract.compiled import Answer
from dashboard.documents.content import AnswerContent, QuestionContent, WaitContent
from dashboard.documents.french import NB, between, number, percent, plural
from hall.bilan.figures import Bilan
from hall.bilan.votes import ByWait, QuestionFigures, Share


def questions(bilan: Bilan) -> list[QuestionContent]:
    """Every question that was answered; the others are named in the chapter's first lines."""
    return [_question(each) for each in bilan.questions if each.days or each.ticked]


def _question(each: QuestionFigures) -> QuestionContent:
    found = each.favourable
    few = f"trop peu de votes : {number(each.votes)} sur {number(each.barometer.minimum_votes)} demandés"
    answers = [_answer(answer, share) for answer, share in each.answers]
    told = _told(answers)
    paper = [_answer(answer, share) for answer, share in each.paper] if each.ticked else []
    by_wait = [_waiting(band) for band in each.by_wait] if each.favourable.share is not None else []
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
        by_wait=by_wait,
        by_wait_alt="Réponses favorables selon l’attente dans la salle : "
        + " ; ".join(f"{band.label}, {band.said}" for band in by_wait),
        paper=paper if any(answer.share is not None for answer in paper) else [],
        paper_note=_paper_note(each),
        paper_alt=f"Sur papier. {each.question.text.fr} {_told(paper)}.",
    )


def _answer(answer: Answer, share: Share) -> AnswerContent:
    return AnswerContent(
        answer.text.fr,
        share.share,
        share.low,
        share.high,
        percent(share.share),
        between(share.low, share.high),
        answer.positive,
    )


def _told(answers: list[AnswerContent]) -> str:
    return ", ".join(f"{answer.text} {answer.share_text} ({answer.interval})" for answer in answers)


def _waiting(band: ByWait) -> WaitContent:
    from_min, found = band.from_s // 60, band.favourable
    label = (
        f"{from_min}{NB}min et plus"
        if band.to_s is None
        else f"moins de {band.to_s // 60}{NB}min"
        if not from_min
        else f"{from_min} à {band.to_s // 60}{NB}min"
    )
    count = plural(band.votes, "vote", "votes")
    said = (
        f"trop peu ({count})"
        if found.share is None
        else f"{percent(found.share)} ({between(found.low, found.high)}), {count}"
    )
    return WaitContent(label, found.share, found.low, found.high, said)


def _paper_note(each: QuestionFigures) -> str:
    """Of how many boxes; with too few of them nothing else is said."""
    if not each.ticked:
        return ""
    counted = f"Sur papier, à part : {plural(each.ticked, 'réponse', 'réponses')}"
    few = each.paper[0][1].share is None
    return counted + (
        f", trop peu pour donner des parts ({number(each.barometer.minimum_votes)} demandées)."
        if few
        else ". D’autres personnes, à un autre moment : jamais ajoutées aux votes."
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
    unasked = [each.question.text.fr for each in bilan.questions if not each.days and not each.ticked]
    never = f" Sans aucun vote : {' ; '.join(unasked)}" if unasked else ""
    return (
        "Une question par jour, de gros boutons, un appui par vote. Chaque part est donnée avec son"
        " intervalle à 95 % (Wilson) : le trait sur la barre. Rien n’est montré sous le minimum de"
        " votes. Une même personne"
        " peut voter plusieurs fois, plus tard." + never
    )
