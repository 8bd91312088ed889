"""What ``Settings`` refuses, where it is written rather than in the middle of a migration."""

from __future__ import annotations

import math

import pytest

from alembic_helpers import Settings, UsageError


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"lock_timeout": math.nan}, "lock_timeout=nan): expected seconds, as a number"),
        ({"lock_budget": -1}, "lock_budget=-1): expected seconds, as a number"),
        ({"build_timeout": True}, "build_timeout=True): expected seconds, as a number"),
        ({"heartbeat": "1"}, "heartbeat='1'): expected seconds, as a number"),
        ({"heartbeat": 0}, "heartbeat=0): expected more than 0 seconds"),
        ({"heartbeat": math.inf}, "heartbeat=inf): expected at most 86400 seconds, a day"),
        ({"lock_timeout": 1e18}, "lock_timeout=1e+18): expected at most 86400 seconds, a day"),
        ({"show_queries": "no"}, "show_queries='no'): expected True or False"),
    ],
)
def test_a_wrong_value_is_a_usage_error(given, message):
    with pytest.raises(UsageError) as caught:
        Settings(**given)
    assert str(caught.value) == f"Settings({message}"


def test_to_wait_for_ever_is_a_choice():
    assert Settings(build_timeout=math.inf, lock_budget=math.inf).lock_budget == math.inf
