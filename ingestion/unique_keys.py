"""YAML as PyYAML's safe loader reads it, but a key stands once in its mapping; knows no file."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import yaml

_MERGE = "tag:yaml.org,2002:merge"
_EQUALS_SIGN = "tag:yaml.org,2002:value"  # a plain =, which is made a text as late as its mapping


class RepeatedKeyError(yaml.YAMLError):
    """A key that stands twice in one mapping; its sentence goes on after the name of the file."""

    def __init__(self, key: str, line: int, first_line: int) -> None:
        super().__init__(
            f"has the key {key!r} in line {line} for the second time in one mapping "
            f"(first in line {first_line}): keep one of the two."
        )


def load(text: str) -> Any:
    """What a text in YAML says; raises `RepeatedKeyError` and whatever `yaml.safe_load` raises."""
    return yaml.load(text, _Loader)


class _Loader(yaml.SafeLoader):
    """Looks at keys as they are written, before `<<` brings others in that may be overridden."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        lines: dict[Hashable, int] = {}
        scalars = (key for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        for written in scalars:  # the safe loader refuses any other key
            key, line = self._key(written), written.start_mark.line + 1
            if key in lines:
                raise RepeatedKeyError(written.value, line, lines[key])
            lines[key] = line
        return node

    def _key(self, node: yaml.ScalarNode) -> Hashable:
        """The key as Python holds it, for yes and true are one; `<<` is one of its own kind."""
        if node.tag == _MERGE:
            return _MERGE
        if node.tag == _EQUALS_SIGN:
            return str(node.value)
        key: Hashable = self.construct_object(node, deep=True)
        return key
