"""Satisfaction: offered and answered, by ratings, audits and survey responses; no comment text.

A ticket has one rating: its ids name the ticket and the answer, so that rating and audit agree.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.sources.adapter import Event, Outcome, Unused, Wrong
from ingestion.sources.zendesk.context import Context
from ingestion.sources.zendesk.facts import case_id, event, person
from ingestion.sources.zendesk.values import (
    Record,
    identity,
    length,
    listed,
    record,
    second,
    text,
    whole,
    word,
)

_SCALE = {"kind": "csat", "scale_id": "zendesk_good_bad"}
_POINTS = {"good": 1, "bad": 0}


def answer(score: object) -> str:
    """`good`, `bad`, `offered` or another word of a rating, without "_with_comment"."""
    found = word(score).removesuffix("_with_comment").removeprefix("received_")
    return "good" if found in ("good", "satisfied") else found


def of_ticket(score: object, ticket: str, time: str, comment: object) -> Iterator[Outcome]:
    """The events of a ticket's rating that became `score` at that time; the case has the party."""
    case, found = case_id(ticket), answer(score)
    data = {"survey_id": case, "case_id": case, **_SCALE}
    if found == "offered":
        data["trigger_point"] = "case_solved"
        yield event("survey.sent", f"ticket/{ticket}/survey/offered", f"survey/{case}", time, data)
    elif found in _POINTS:
        fact = f"ticket/{ticket}/survey/{found}"
        yield answered(fact, f"{case}-{found}", case, time, data, _POINTS[found], comment)
    else:
        yield Unused(f"rating not used: {found or 'none'}")


def answered(
    fact: str,
    response: str,
    survey: str,
    time: str,
    data: Record,
    score: float,
    comment: object,
    top: int = 1,
) -> Event:
    """A survey.answered on the scale from 0 (two answers) or 1 (more) to `top`."""
    scale = {
        "response_id": response,
        "score": score,
        "scale_min": 0 if top == 1 else 1,
        "scale_max": top,
        "higher_is_better": True,
        "comment_length": length(text(comment)),
    }
    return event("survey.answered", fact, f"survey/{survey}", time, {**data, **scale})


def of_rating(rating: Record, context: Context) -> Iterator[Outcome]:
    """A satisfaction rating of the ratings' list."""
    ticket, score = identity(rating.get("ticket_id")), answer(rating.get("score"))
    named = "created_at" if score == "offered" else "updated_at"
    time = second(rating.get(named) or rating.get("created_at"))
    if not ticket or not time:
        yield Wrong("missing_field", "ticket_id" if not ticket else "created_at")
        return
    yield from of_ticket(score, ticket, time, rating.get("comment"))


def of_response(response: Record, context: Context) -> Iterator[Outcome]:
    """A response to a customer satisfaction survey with a rating scale of its own."""
    named = identity(response.get("id"))
    subjects = [record(s) for s in listed(response.get("subjects"))]
    ticket = next((found for s in subjects if (found := _ticket(s))), None)
    answers = [record(a) for a in listed(response.get("answers"))]
    ratings = [a for a in answers if whole(a.get("rating")) is not None]
    if not named or not ratings:
        yield Unused("survey response without a rating") if named else Wrong("missing_field", "id")
        return
    comments = [a.get("value") for a in answers if word(a.get("type")) == "open_ended"]
    for number, rating in enumerate(ratings):
        time = second(rating.get("created_at") or response.get("created_at"))
        score = whole(rating.get("rating"))
        if not time or score is None:
            yield Wrong("missing_field", "answers.created_at")
            continue
        survey = identity(response.get("survey_id")) or named
        case = case_id(ticket) if ticket else None
        sent = f"zd-{survey}-{ticket or named}"
        data = {
            "survey_id": sent,
            "case_id": case,
            "kind": "csat",
            "party_refs": person(identity(response.get("responder_id"))),
        }
        fact = f"survey_response/{named}" + (f"/{number}" if number else "")
        top = 5 if score > 1 or word(rating.get("type")) == "rating_scale" else 1
        comment = comments[0] if comments else None
        yield answered(fact, f"zd-{named}-{number}", sent, time, data, score, comment, top)


def _ticket(subject: Record) -> str | None:
    """The ticket of a subject, by its id or by its resource name `zen:ticket:123`."""
    zrn = str(subject.get("zrn") or "")
    is_ticket = word(subject.get("type")) == "ticket" or zrn.startswith("zen:ticket:")
    return identity(subject.get("id") or zrn.rpartition(":")[2]) if is_ticket else None
