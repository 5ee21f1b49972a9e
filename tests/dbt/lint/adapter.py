"""Stands in for dbt's `adapter` when sqlfluff renders a model: a dispatched macro is a call."""

from collections.abc import Callable


def dispatch(name: str) -> Callable[..., str]:
    """Render the macro as a function of the same name; of `object_id` the second is a text."""

    def render(*arguments: object) -> str:
        texts = [str(argument) for argument in arguments]
        if name == "object_id":
            texts[1] = f"'{texts[1]}'"
        return f"{name}({', '.join(texts)})"

    return render
