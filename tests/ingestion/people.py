"""Ada, Bea and what they did, told by hand, and the search for what a home still holds of them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from tests.ingestion.conftest import event
from waypost import erasure
from waypost.settings import Settings

ADA, BEA = "ada.lang@example.com", "bea@example.org"


def refs(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"id_type": kind, "id": value} for kind, value in pairs]


ADAS = refs(("email", ADA), ("shop_customer", "c-4711"))


def order(number: int, people: list[dict[str, str]]) -> dict[str, Any]:
    order_id = f"ord-{number}"
    return event(number) | {
        "id": f"order/{order_id}/placed",
        "source": "/shop/test",
        "type": "order.placed",
        "subject": f"order/{order_id}",
        "data": {
            "order_id": order_id,
            "total": {"minor": 1000 + number, "currency": "EUR"},
            "lines": [],
            "party_refs": people,
        },
    }


def paid(number: int) -> dict[str, Any]:
    """A payment names no person, only its order."""
    return event(number) | {
        "id": f"pay-{number}",
        "source": "/shop/test",
        "type": "payment.succeeded",
        "subject": f"payment/pay-{number}",
        "data": {
            "payment_id": f"pay-{number}",
            "order_id": f"ord-{number}",
            "amount": {"minor": 1000 + number, "currency": "EUR"},
            "method": "card",
        },
    }


def case(number: int, people: list[dict[str, str]]) -> dict[str, Any]:
    links = [{"type": "order", "id": f"ord-{number}"}]
    url = f"https://desk.example.com/zd-{number}"
    return event(number, data={"party_refs": people, "objects": links, "source_url": url})


def status(number: int) -> dict[str, Any]:
    told = {"case_id": f"zd-{number}", "to_status": "solved", "changed_by": "agent"}
    about = {"id": f"zd-{number}/solved", "type": "case.status_changed"}
    return event(number) | about | {"data": told}


def told() -> list[dict[str, Any]]:
    """Ada by two identifiers and by what is hers; Bea beside her; a third who stays nameless."""
    return [
        order(7001, ADAS),
        paid(7001),
        case(7002, refs(("email", ADA))),
        status(7002),
        order(8001, refs(("email", BEA))),
        paid(8001),
        case(8002, refs(("email", BEA))),
        status(8002),
        order(9001, refs(("shop_customer", "c-4711"))),
    ]


HERS = ("ord-7001", "pay-7001", "zd-7002", "ord-9001", "c-4711", ADA)


def hash_of(settings: Settings, value: str = ADA, id_type: str = "email") -> str:
    return erasure.hash_of(settings, id_type, value)


def files_with(settings: Settings, *wanted: str) -> list[str]:
    """Files of the home that hold one of these texts, packed or not, in any case of letters."""
    found = []
    for path in sorted(settings.home.rglob("*")):
        if path.is_file():
            text = path.read_bytes()
            text = gzip.decompress(text) if path.suffix == ".gz" else text
            if path.suffix == ".parquet":
                text += unpacked(path)
            found += [f"{path}: {one}" for one in wanted if one.lower().encode() in text.lower()]
    return found


def unpacked(path: Path) -> bytes:
    """All values of a Parquet file: its bytes are compressed."""
    import pyarrow.parquet as pq

    return json.dumps(pq.read_table(path).to_pylist(), default=str).encode()
