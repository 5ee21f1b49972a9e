"""One ticket as Zendesk's API, export, webhooks and a table export tell it; values are our own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

CUSTOMER, AGENT, SECOND, GROUP, NEXT_GROUP = 10, 20, 21, 501, 502
API = "https://acme.zendesk.com/api/v2"
USERS: list[dict[str, Any]] = [
    {"id": CUSTOMER, "url": f"{API}/users/10.json", "role": "end-user", "name": "K.",
     "email": "kim@example.com", "phone": "+49301234567", "external_id": "KD-1",
     "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-02T00:00:00Z"},
    {"id": AGENT, "url": f"{API}/users/20.json", "role": "agent", "name": "A.",
     "email": "a@example.org", "updated_at": "2026-01-02T00:00:00Z"},
    {"id": SECOND, "url": f"{API}/users/21.json", "role": "admin", "name": "B.",
     "email": "b@example.org", "updated_at": "2026-01-02T00:00:00Z"},
]  # fmt: skip
OPENED, ANSWERED, MOVED, SOLVED, REOPENED, CLOSED = (
    "2026-03-02T08:00:00Z",
    "2026-03-02T09:00:00Z",
    "2026-03-02T10:00:00Z",
    "2026-03-03T08:00:00Z",
    "2026-03-03T12:00:00Z",
    "2026-03-04T08:00:00Z",
)
TICKET: dict[str, Any] = {
    "id": 7, "url": f"{API}/tickets/7.json", "created_at": OPENED, "updated_at": CLOSED,
    "requester_id": CUSTOMER, "submitter_id": CUSTOMER, "assignee_id": SECOND,
    "group_id": NEXT_GROUP, "status": "solved", "priority": "high", "type": "incident",
    "subject": "Where is my parcel", "description": "Hello, where is it?", "tags": ["parcel"],
    "via": {"channel": "email", "source": {"from": {"address": "kim@example.com", "name": "K."},
                                           "to": {"address": "help@example.org"}, "rel": None}},
}  # fmt: skip
# when, who, way, fields (before, after), comment (id, author, text, public)
HISTORY: list[tuple[str, int, str, dict[str, tuple[Any, Any]], tuple[int, int, str, bool] | None]]
HISTORY = [
    (OPENED, CUSTOMER, "email",
     {"requester_id": (None, "10"), "status": (None, "new"), "priority": (None, "normal"),
      "group_id": (None, "501"), "subject": (None, "Where is my parcel")},
     (9001, CUSTOMER, "Hello, where is it?", True)),
    (ANSWERED, AGENT, "web",
     {"status": ("new", "pending"), "assignee_id": (None, "20")}, (9002, AGENT, "Soon.", True)),
    (MOVED, AGENT, "web",
     {"group_id": ("501", "502"), "assignee_id": ("20", "21"), "priority": ("normal", "high"),
      "status": ("pending", "hold")}, (9003, AGENT, "Please look", False)),
    (SOLVED, SECOND, "web", {"status": ("hold", "solved")}, (9004, SECOND, "It is there.", True)),
    (REOPENED, CUSTOMER, "email", {"status": ("solved", "open")}, (9005, CUSTOMER, "No!", True)),
    (CLOSED, SECOND, "web", {"status": ("open", "solved")}, (9006, SECOND, "Now it is.", True)),
]  # fmt: skip


def audits() -> dict[str, Any]:
    """The page of the ticket's audits with side-loaded users."""
    entries = []
    for number, (time, author, way, fields, comment) in enumerate(HISTORY):
        told = [_field(name, pair, is_new=number == 0) for name, pair in fields.items()]
        if comment:
            told.append(_comment(comment))
        entries.append({"id": 100 + number, "ticket_id": 7, "created_at": time, "events": told,
                        "author_id": author, "metadata": {"system": {"ip_address": "192.0.2.1"}},
                        "via": {"channel": way, "source": {"from": {}, "to": {}, "rel": None}}})  # fmt: skip
    return {"audits": entries, "users": USERS, "next_page": None, "count": len(entries)}


def _field(name: str, pair: tuple[Any, Any], *, is_new: bool) -> dict[str, Any]:
    told = {"id": 1, "field_name": name, "value": pair[1]}
    before = {"type": "Create"} if is_new else {"type": "Change", "previous_value": pair[0]}
    return told | before


def _comment(told: tuple[int, int, str, bool]) -> dict[str, Any]:
    named, author, body, public = told
    return {"id": named, "type": "Comment", "author_id": author, "body": body, "public": public,
            "html_body": f"<p>{body}</p>", "attachments": []}  # fmt: skip


def export() -> dict[str, Any]:
    """The incremental export of ticket events with its comments, and who and what it names."""
    names = {"web": "Web form", "email": "Mail"}
    told = []
    for number, (time, author, way, fields, comment) in enumerate(HISTORY):
        kind = "Change" if number else "Create"
        children: list[dict[str, Any]] = [
            {"id": 1, "via": names[way], "via_reference_id": None, name: after, "event_type": kind}
            | ({"previous_value": before} if number else {})
            for name, (before, after) in fields.items()
        ]
        if comment:
            children.append({**_comment(comment), "event_type": "Comment", "via": {"channel": way},
                             "audit_id": 100 + number, "created_at": time})  # fmt: skip
        told.append({"id": 100 + number, "ticket_id": 7, "created_at": time, "updater_id": author,
                     "timestamp": 0, "via": names[way], "event_type": "Audit",
                     "child_events": children})  # fmt: skip
    return {"ticket_events": told, "users": USERS, "tickets": [TICKET], "end_of_stream": True,
            "next_page": f"{API}/incremental/ticket_events.json?start_time=1"}  # fmt: skip


def cursor_page() -> dict[str, Any]:
    """A page of the incremental export of tickets, by cursor."""
    return {"tickets": [TICKET], "users": USERS, "after_cursor": "MTU=", "end_of_stream": True,
            "after_url": f"{API}/incremental/tickets/cursor.json?cursor=MTU="}  # fmt: skip


def webhooks() -> list[dict[str, Any]]:
    """The event webhooks of the same history."""
    topics = {"status": "status_changed", "priority": "priority_changed",
              "group_id": "group_assignment_changed", "assignee_id": "agent_assignment_changed"}  # fmt: skip
    sent = []
    for number, (time, author, _, fields, comment) in enumerate(HISTORY):
        detail = {"id": "7", "actor_id": str(author), "requester_id": "10", "submitter_id": "10",
                  "created_at": OPENED, "updated_at": time, "via": {"channel": "mail"},
                  "status": "NEW", "priority": "NORMAL", "group_id": "501"}  # fmt: skip
        body = {"account_id": 1, "id": f"w{number}", "subject": "zen:ticket:7", "detail": detail,
                "zendesk_event_version": "2022-11-06", "time": time.replace("Z", ".345Z")}  # fmt: skip
        if number == 0:
            sent.append({**body, "type": "zen:event-type:ticket.created", "event": {}})
        for name, (before, after) in fields.items() if number else []:
            event = {"current": str(after).upper(), "previous": str(before or "").upper()}
            sent.append({**body, "type": f"zen:event-type:ticket.{topics[name]}", "event": event})
        if comment:
            said = {"id": str(comment[0]), "body": comment[2], "is_public": comment[3],
                    "author": {"id": str(author), "is_staff": author != CUSTOMER, "name": "x"}}  # fmt: skip
            kind = "zen:event-type:ticket.comment_added"
            sent.append({**body, "type": kind, "event": {"comment": said}})
    return sent


def write_tables(folder: Path) -> Path:
    """The same ticket as a table export: user, ticket, history of fields, comments."""
    tables: dict[str, list[list[Any]]] = {
        "user": [["id", "role", "email", "phone", "external_id", "updated_at", "url"]],
        "ticket": [["id", "url", "created_at", "updated_at", "requester_id", "submitter_id",
                    "status", "via_channel", "group_id", "merged_ticket_ids"],
                   ["7", TICKET["url"], _plain(OPENED), _plain(CLOSED), "10", "10", "solved",
                    "email", "502", "[]"]],
        "ticket_field_history": [["field_name", "ticket_id", "updated", "user_id", "value"]],
        "ticket_comment": [["id", "body", "created", "public", "ticket_id", "user_id",
                            "voice_comment"]],
    }  # fmt: skip
    for user in USERS:
        keys = ("id", "role", "email", "phone", "external_id")
        row = [user.get(key, "") for key in keys]
        tables["user"].append([*row, _plain(user["updated_at"]), user["url"]])
    for time, author, _, fields, comment in HISTORY:
        for name, (_, after) in fields.items():
            tables["ticket_field_history"].append([name, "7", _plain(time), author, after])
        if comment:
            named, writer, body, public = comment
            is_public = str(public).upper()
            row = [named, body, _plain(time), is_public, "7", writer, "FALSE"]
            tables["ticket_comment"].append(row)
    folder.mkdir(parents=True)
    for name, rows in tables.items():
        lines = (",".join(f'"{cell}"' for cell in row) for row in rows)
        (folder / f"{name}_data.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def _plain(time: str) -> str:
    """As a table spells a time in UTC."""
    return time.replace("T", " ").removesuffix("Z")
