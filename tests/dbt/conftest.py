"""Homes with small logs, built once for all tests of the models."""

from __future__ import annotations

from pathlib import Path

import pytest
from event_rows import append, event

from waypost.commands.build import build
from waypost.settings import Settings

ANNA, BEN = ["1001", "anna@example.test"], ["1002", "ben@example.test"]


def _rows() -> list[dict[str, object]]:
    lines = [
        {
            "line_id": "1",
            "sku": "a",
            "qty": 2,
            "unit_net_minor": 5000,
            "unit_net_currency": "GBP",
            "discount_minor": 0,
            "unit_cost_minor": 3000,
        }
    ]
    order = {"total_minor": 11900, "total_currency": "GBP", "lines": lines}
    opened = {"channel": "email", "direction": "in", "case_type": "info"}
    said = {"case_id": "c1", "is_public": True, "is_automated": False}
    return [
        event(
            "order.placed", "2026-01-31T23:30:00", "order/o1", party=ANNA, order_id="o1", **order
        ),
        event(
            "payment.succeeded",
            "2026-01-31T23:31:00",
            "payment/p1",
            payment_id="p1",
            order_id="o1",
            amount_minor=11900,
            amount_currency="GBP",
        ),
        event(
            "case.opened",
            "2026-02-02T10:00:00",
            "case/c1",
            party=ANNA[1:],
            case_id="c1",
            reason_code="during.delivery_status",
            order_id="o1",
            **opened,
        ),
        event(
            "contact.message_sent",
            "2026-02-02T12:00:00",
            "message/m1",
            message_id="m1",
            author_role="agent",
            **said,
        ),
        event(
            "case.status_changed",
            "2026-02-02T12:00:01",
            "case/c1",
            case_id="c1",
            to_status="solved",
            changed_by="agent",
        ),
        event(
            "contact.started",
            "2026-02-04T10:00:00",
            "contact/k1",
            party=ANNA[1:],
            contact_id="k1",
            channel="phone",
            direction="in",
            reason_code="during.delivery_status",
            order_id="o1",
        ),
        event(
            "contact.answered",
            "2026-02-04T10:01:00",
            "contact/k1",
            contact_id="k1",
            queue="service_en",
            wait_s=60,
        ),
        event("contact.ended", "2026-02-04T10:06:00", "contact/k1", contact_id="k1", talk_s=300),
        event(
            "account.created", "2026-02-05T00:00:00", "account/1002", party=BEN, account_id="1002"
        ),
        event(
            "account.created",
            "2026-02-10T00:00:00",
            "account/1003",
            party=["info@firm.test"],
            account_id="1003",
        ),
        event(
            "account.created",
            "2026-02-11T00:00:00",
            "account/1004",
            party=["1004", "info@firm.test"],
            account_id="1004",
        ),
    ]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with eleven events of three customers, built."""
    home: Path = tmp_path_factory.mktemp("tiny")
    settings = Settings(home=home / "home", secret_file=home / "secret")
    append(settings.log, _rows())
    report = build(settings)
    assert report["failures"] == []
    return settings
