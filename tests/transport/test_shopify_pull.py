"""A Shopify shop over HTTP: Link headers, the leaky bucket, lists without a window."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.transport.fake_system import Answer, Asked, Fake, serving
from tests.transport.test_pull import NOW, landed, pulled

ORDERS = [{"id": n} for n in range(25)]


def answer(asked: Asked) -> Answer:
    assert asked.headers["X-Shopify-Access-Token"]
    name = asked.path.rsplit("/", 1)[1].removesuffix(".json")
    if name == "transactions":
        order = int(asked.path.split("/")[-2])
        return 200, {"transactions": [{"id": 100 + order, "order_id": order}]}, {}
    if name == "disputes":
        return 200, {"disputes": [{"id": 7, "status": "lost"}]}, {}
    if name != "orders":
        return 200, {name: []}, {}
    token = asked.params.get("page_info")
    if token:
        assert set(asked.params) == {"limit", "page_info"}, "Shopify refuses filters beside it"
    else:
        assert asked.params["status"] == "any"
        assert asked.params["updated_at_min"] < asked.params["updated_at_max"]
    start = int(token or 0)
    links = [f'<https://example.myshopify.com/x?limit=250&page_info={start - 10}>; rel="previous"']
    if start + 10 < len(ORDERS):
        links.append(
            f'<https://example.myshopify.com/x?limit=250&page_info={start + 10}>; rel="next"'
        )
    bucket = f"{36 + start // 10}/40"
    page = ORDERS[start : start + 10]
    return 200, {"orders": page}, {
        "Link": ", ".join(links), "X-Shopify-Shop-Api-Call-Limit": bucket
    }  # fmt: skip


@pytest.fixture
def fake() -> Iterator[Fake]:
    with serving(Fake(answer)) as fake:
        yield fake


def test_pages_follow_the_link_and_a_full_bucket_makes_it_wait(fake: Fake, tmp_path: Path) -> None:
    slept: list[float] = []
    counts = pulled(fake, tmp_path, system="shopify", slept=slept, only=("orders",))
    assert counts["records"] == 25
    assert landed(tmp_path, "orders") == Counter(str(n) for n in range(25))
    assert landed(tmp_path, "transactions") == Counter(str(100 + n) for n in range(25))
    assert slept == [0.5, 1.0], "36 of 40 may pass, 37 and 38 let it leak"


def test_a_list_without_a_window_is_landed_again_only_when_it_changed(
    fake: Fake, tmp_path: Path
) -> None:
    for later in (0, 900, 1800):
        pulled(fake, tmp_path, system="shopify", now=NOW + later, only=("disputes",))
    assert landed(tmp_path, "disputes") == {"7": 1}
