"""The sample ledger as it lies there: completing only reads."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def there(request: pytest.FixtureRequest) -> Path:
    return Path(request.getfixturevalue("_sample_ledger"))
