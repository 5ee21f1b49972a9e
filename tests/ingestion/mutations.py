"""Sound events made unsound in every way that occurs to a machine; pure, the same for a seed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

# values that a parser, a cast or a place in a SQL text may stumble over
ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**53, 2**53 + 1, -(2**53) - 1, 2**63, -(2**63) - 1,
    2**64, 10**30, 10**400, 1.5, 0.1, 1e15, 1e300, -0.0, 1e-300, 18.0000005, "", " ", "null",
    "true", "12", "1.7", "NaN", "Infinity", "x" * 41, "x" * 64, "x" * 65, "x" * 201, "x" * 5000,
    "a b c d", "a b c d e", "anna@example.com", "anna%2540example.com", "+49301234567", "/%2b49301234567", "\u0000", "a\u0000b", "\n", "\r\n", "\t", "\u2028",
    "ä" * 40, "\U0001f600" * 20, "e\u0301", "\ufeff", "\u202e", "\\", '"', "'", "';--", "{}", "[]", "$.a",
    "%", "../..", [], {}, [[]], [None], [{}], {"": None}, {"a": {"b": {}}}, ["a", 1, None],
    {"minor": 1, "currency": "EUR"}, {"minor": 1.5, "currency": "EUR"}, {"minor": 1, "currency": "€"},
    {"minor": 10**20, "currency": "JPY"}, {"minor": 1}, {"currency": "EUR"},
    [{"id_type": "email", "id": "anna@example.com"}], [{"id_type": "phone", "id": "0"}],
    [{"id_type": 1, "id": 2}], [{"id_type": "email", "id": "x" * 5000, "role": "customer"}],
    [{"id_type": "e mail", "id": ""}], {"type": "agent"}, {"type": ["agent"]}, {"type": "agent", "ref": {}},
    [{"type": "order", "id": "1"}], [{"type": "order", "id": 1}], [1], "2026-05-01", "1.0",
)  # fmt: skip
TIMES = (
    "0000-00-00", "0000-00-00T00:00:00Z", "0001-01-01T00:00:00Z", "-0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z", "10000-01-01T00:00:00Z", "294247-01-10T04:00:54.775807Z",
    "999999999-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-05-01T24:00:00Z",
    "2026-05-01T25:00:00Z", "2026-05-01T10:00:60Z", "2026-05-01T10:00:00+99:00", "2026-05-01T10:00:00+2:00",
    "2026-05-01T10:00:00-00:00", "2026-05-01 10:00:00Z", "2026-05-01T10:00:00z", "2026-05-01t10:00:00Z",
    "20260501T100000Z", "2026-05-01T10:00Z", "2026-05-01T10:00:00.1234567890123Z", "2026-W18-5T10:00:00Z",
    "2026-05-01T10:00:00 Europe/Berlin", "infinity", "-infinity", "epoch", "now", "today",
    "1970-01-01T00:00:00Z", "1677-09-21T00:12:43Z", "290309-12-22 (BC) 00:00:00+00", "٢٠٢٦-05-01T10:00:00Z",
)  # fmt: skip
ODD_KEYS = (
    "", " ", "a b", 'a"b', "a'b", "a.b", "a\\b", "a[0]", "$", "$.id", "*", "#", "/", "a/b", "x" * 41,
    "x" * 3000, "ä", "\U0001f600", "\u0000", "\n", "null", "row", "problem", "event_key", "json", "lines",
    "waypostrow", "anna@example.com", "id", "data", "ID", "Data", "__proto__", "select", "a\u0301", "%s", "{}",
    "e_id", "d_case_id", "party_refs", "ext", "objects", "actor",
)  # fmt: skip
RAW = (
    b"NaN", b"Infinity", b"-Infinity", b"1e400", b"-1e400", b"-0", b"-0.0", b"1e3", b"1E3", b"01", b"+1", b".5",
    b"5.", b"0x10", b"1_000", b"9007199254740993.0", b"12345678901234567890", b'"\\ud800"', b'"\\udc00\\ud800"',
    b'"\\u0000"', b'"\\u00e9"', b'"\\x41"', b'"\xff\xfe"', b'"\xc3\x28"', b'"\xed\xa0\x80"', b'"\x01"', b'"\\/"',
    b"'a'", b"undefined", b"True", b"nul", b"/*a*/1", b"1,", b"{", b"}", b"[", b"]", b"[[[[[[1]]]]]]", b"[" * 200,
    b"[" * 3000 + b"]" * 3000, b'{"a":' * 300 + b"1" + b"}" * 300, b'"' + b"\\" * 41, b'"unclosed',
)  # fmt: skip
# what a file may begin with and still be lines
FIRST_LINES = (
    b"[", b"[1]", b"[]", b"{", b"{}", b'{"a": 1', b'{"a": 1},', b"[{}]", b"[{}", b"]", b"}", b"null", b"0",
    b"\xef\xbb\xbf{}", b"\xef\xbb\xbf", b"\xff\xfe{\0}\0", b"\0", b"PK\x03\x04", b"a,b,c", b"---",
    b"[" * 3000, b'{"a":' * 3000, b'["', b'"a', b"[1,", b"{,", b"\x00[", b"#", b"<xml>", b" [", b"\t{",
)  # fmt: skip
BYTES = (0, 1, 9, 10, 13, 31, 32, 34, 39, 44, 58, 91, 92, 93, 123, 125, 127, 128, 192, 237, 255)
_MARK = "@@raw@@"


def _dumps(value: Any, rng: random.Random) -> bytes:
    """JSON text in one of the spellings that writers use."""
    text = json.dumps(
        value,
        ensure_ascii=rng.random() < 0.5,
        separators=rng.choice([(",", ":"), (", ", ": "), (" ,\t", " : ")]),
    )
    return text.encode("utf-8", "surrogatepass")


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    """(container, key) of every value below a node."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in list(pairs):
        yield node, key
        if isinstance(value, dict | list):
            yield from _places(value)


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for container, key in _places(node):
        if isinstance(container[key], dict):
            yield container[key]


def _other_value(body: Any, rng: random.Random) -> bytes:
    container, key = rng.choice(list(_places(body)))
    container[key] = rng.choice(ODD_VALUES)
    return _dumps(body, rng)


def _other_time(body: Any, rng: random.Random) -> bytes:
    texts = [(c, k) for c, k in _places(body) if isinstance(c[k], str)]
    dated = [(c, k) for c, k in texts if c[k][:2] == "20"] or texts
    container, key = rng.choice(dated)
    container[key] = rng.choice(TIMES)
    return _dumps(body, rng)


def _raw_value(body: Any, rng: random.Random) -> bytes:
    container, key = rng.choice(list(_places(body)))
    container[key] = _MARK
    return _dumps(body, rng).replace(f'"{_MARK}"'.encode(), rng.choice(RAW), 1)


def _odd_key(body: Any, rng: random.Random) -> bytes:
    rng.choice(list(_objects(body)))[rng.choice(ODD_KEYS)] = rng.choice(ODD_VALUES)
    return _dumps(body, rng)


def _renamed_key(body: Any, rng: random.Random) -> bytes:
    node = rng.choice([node for node in _objects(body) if node])
    key = rng.choice(list(node))
    node[rng.choice([*ODD_KEYS, key.upper(), key + " ", key + "_"])] = node.pop(key)
    return _dumps(body, rng)


def _dropped_key(body: Any, rng: random.Random) -> bytes:
    container, key = rng.choice(list(_places(body)))
    del container[key]
    return _dumps(body, rng)


def _double_key(body: Any, rng: random.Random) -> bytes:
    node = rng.choice([node for node in _objects(body) if node])
    key = rng.choice(list(node))
    node[_MARK] = rng.choice([node[key], *ODD_VALUES])
    return _dumps(body, rng).replace(_MARK.encode(), json.dumps(key)[1:-1].encode(), 1)


def _grafted(body: Any, rng: random.Random) -> bytes:
    """A subtree of the event in another place of it."""
    places = list(_places(body))
    (container, key), (other, at) = rng.choice(places), rng.choice(places)
    container[key] = json.loads(json.dumps(other[at]))
    return _dumps(body, rng)


def _other_bytes(body: Any, rng: random.Random) -> bytes:
    text = bytearray(_dumps(body, rng))
    for _ in range(rng.choice((1, 1, 1, 2, 8))):
        at = rng.randrange(len(text))
        how = rng.randrange(4)
        if how == 0:
            text[at] = rng.choice(BYTES)
        elif how == 1:
            text.insert(at, rng.choice(BYTES))
        elif how == 2:
            del text[at : at + rng.choice((1, 1, 2, 30))]
        else:
            text[at] ^= 1 << rng.randrange(8)
        if not text:
            break
    return bytes(text)


def _cut(body: Any, rng: random.Random) -> bytes:
    text = _dumps(body, rng)
    at = rng.randrange(len(text))
    return rng.choice(
        (text[:at], text[at:], text + text[:at], text + b" " + text, b"[" + text + b"]")
    )


def _wrapped(body: Any, rng: random.Random) -> bytes:
    """The right text with something before or behind it."""
    text = _dumps(body, rng)
    odd = rng.choice(
        (b" ", b"\t", b"\r", b"\xef\xbb\xbf", b"\0", b",", b"//", b"\x0b", b"\xc2\xa0", b"}", b"\n")
    )
    return odd + text if rng.random() < 0.5 else text + odd


MUTATIONS: tuple[Callable[[Any, random.Random], bytes], ...] = (
    _other_value, _other_value, _other_time, _raw_value, _odd_key, _renamed_key, _dropped_key,
    _double_key, _grafted, _other_bytes, _other_bytes, _cut, _wrapped,
)  # fmt: skip


def renumbered(event: dict[str, Any], name: str) -> dict[str, Any]:
    """The event under an id of its own."""
    return {**json.loads(json.dumps(event)), "id": name}


def mutant(event: dict[str, Any], rng: random.Random) -> bytes:
    """The event's line after one mutation (in one of ten after two); it may hold line ends."""
    line = rng.choice(MUTATIONS)(event, rng)
    if rng.random() < 0.1:
        try:
            again = json.loads(line)
        except (ValueError, RecursionError):
            again = None
        if isinstance(again, dict) and any(True for _ in _objects(again) if _):
            line = rng.choice(MUTATIONS)(again, rng)
    return line


def mixed(
    events: list[dict[str, Any]], count: int, seed: int, share: float = 0.5
) -> Iterator[tuple[bytes, bool]]:
    """`count` lines as (text, is sound), a `share` of them mutated, each under an id of its own."""
    rng = random.Random(seed)
    for number in range(count):
        event = renumbered(rng.choice(events), f"{seed}/{number}")
        if rng.random() < share:
            yield mutant(event, rng), False
        else:
            yield _dumps(event, rng), True
