"""Where real inputs lie, and who is skipped without them; knows nothing of what is in them.

They are too large or not ours to keep in the project: a folder `shared/data` beside it holds them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data"


def needed(name: str) -> Path:
    """The file or folder of this name: the test that asks needs it, else it is skipped."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"needs the real input {name}, in shared/data beside the project")
    return path
