"""Zendesk's comments and users: who wrote, in the role of that time, and who is identified."""

from __future__ import annotations

from typing import Any

import pytest

from ingestion.sources.adapter import Unused, Wrong
from tests.ingestion.sources.zendesk_outcomes import TIME, audit, comment, created, outcomes, told


def role(page: dict[str, Any]) -> Any:
    """The author's role of the page's only comment; None where it is in doubt."""
    found = told(page).get("comment/1")
    return found["author_role"] if found else None


@pytest.mark.parametrize(
    ("events", "more", "users", "expected"),
    [
        # a requester who has become an agent since then was the customer of his ticket
        ([created(20), comment(20)], {}, [{"id": 20, "role": "agent"}], "customer"),
        ([comment(20)], {}, [{"id": 20, "role": "agent"}], "agent"),
        ([comment(20)], {}, [{"id": 20, "role": "end-user"}], "customer"),
        ([comment(20, public=False)], {}, [], "agent"),
        ([comment(-1)], {"author_id": -1}, [], "system"),
        ([comment(20)], {"via": {"channel": "rule"}}, [{"id": 20, "role": "admin"}], "system"),
        ([comment(20)], {"via": {"channel": "answer_bot_api"}}, [], "bot"),
        ([comment(20)], {"via": {"channel": "email"}}, [], "customer"),
        ([comment(20, author={"id": 20, "is_staff": True})], {}, [], "agent"),
        (
            [comment(20), {"type": "Change", "field_name": "group_id", "value": "5"}],
            {},
            [],
            "agent",
        ),
        ([comment(20)], {}, [], None),
    ],
)
def test_the_role_of_an_author_is_the_one_at_that_time(
    events: list[dict[str, Any]], more: dict[str, Any], users: list[Any], expected: str | None
) -> None:
    assert role({"audits": [audit(events, **more)], "users": users}) == expected


def test_an_author_whom_nobody_knows_is_a_named_reason() -> None:
    assert Wrong("unknown_author", "author_id") in outcomes({"audit": audit([comment(20)])})


def test_automatic_messages_are_marked() -> None:
    page = {"audits": [audit([comment(-1)], author_id=-1)]}
    assert told(page)["comment/1"]["is_automated"] is True
    notice = {"type": "Notification", "id": 77, "recipients": [10], "body": "We have it."}
    opening = audit([created(10), comment(10), notice], author_id=10, via={"channel": "email"})
    found = told({"audits": [opening]})
    assert found["notification/77"]["author_role"] == "system"
    assert found["notification/77"]["text_length"] == 11
    assert found["ticket/7/opened"]["channel"] == "email"
    assert found["ticket/7/opened"]["direction"] == "in"


def test_users_are_identified_and_staff_is_not() -> None:
    page = {
        "users": [
            {"id": 10, "role": "end-user", "email": "kim@example.com", "phone": "+49301234567",
             "shared_phone_number": True, "external_id": None, "updated_at": TIME},
            {"id": 20, "role": "agent", "email": "a@example.org", "updated_at": TIME},
            {"id": 30, "role": "end-user", "email": None, "updated_at": TIME},
        ]
    }  # fmt: skip
    (event,) = told(page).values()
    assert [ref["id_type"] for ref in event["party_refs"]] == ["zendesk_user", "email"]
    reasons = [o.reason for o in outcomes(page) if isinstance(o, Unused)]
    assert reasons == ["user is staff", "user without identifiers"]


def test_a_page_of_comments_belongs_to_the_ticket_of_its_address() -> None:
    page = {"comments": [{**comment(10), "created_at": TIME, "via": {"channel": "email"}}],
            "next_page": "https://acme.zendesk.com/api/v2/tickets/7/comments.json?page=2"}  # fmt: skip
    assert told(page)["comment/1"]["case_id"] == "zd-7"


def test_a_comment_that_is_only_announced() -> None:
    child = {"id": 1, "event_type": "Comment", "comment_present": True, "comment_public": True}
    page = {"ticket_events": [{"ticket_id": 7, "created_at": TIME, "child_events": [child]}]}
    (found,) = outcomes(page)
    assert isinstance(found, Unused) and "include=comment_events" in found.reason
