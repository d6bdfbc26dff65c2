"""Is a history of one register, with compare-and-swap by etag, linearizable?

The search of Wing and Gong with Lowe's memory of (operations done, state): operations that overlap in
time are tried in every order that real time allows. Keys are independent, so each has a search of its
own. An operation whose outcome nobody knows may have happened at any time after it began, or never.
"""

import dataclasses
import math
from typing import Any, Optional

READ = "read"
WRITE = "write"
SWAP = "swap"

OK = "ok"
CONFLICT = "conflict"
UNKNOWN = "unknown"


@dataclasses.dataclass(frozen=True)
class Operation:
    kind: str
    # When it began, and when its answer came.
    begin: float
    end: float
    outcome: str
    # What a read saw, or what a write or a swap would leave.
    value: Any = None
    # What a swap expects to find.
    expected: Any = None


def step(state, operation) -> Optional[tuple]:
    """(The state after it,), or None if it can't happen in this state with this outcome."""
    if operation.kind == READ:
        return (state,) if operation.value == state else None
    if operation.kind == WRITE:
        return (operation.value,)
    holds = operation.expected == state
    if operation.outcome == OK:
        return (operation.value,) if holds else None
    if operation.outcome == CONFLICT:
        return None if holds else (state,)
    return (operation.value,) if holds else (state,)


def is_linearizable(history, initial):
    """Whether some order of the operations explains every outcome."""
    # A read whose answer was lost says nothing.
    operations = sorted((each for each in history if not (each.kind == READ and each.outcome == UNKNOWN)),
                        key=lambda each: each.begin)
    ends = [math.inf if each.outcome == UNKNOWN else each.end for each in operations]
    required = sum(1 << i for i, each in enumerate(operations) if each.outcome != UNKNOWN)
    seen = set()
    # (Operations done, state)
    todo = [(0, initial)]
    while todo:
        done, state = todo.pop()
        if done & required == required:
            return True
        if (done, state) in seen:
            continue
        seen.add((done, state))
        # Whatever comes next began before any other that is left had ended.
        earliest_end = math.inf
        candidates = []
        for i, operation in enumerate(operations):
            if done >> i & 1:
                continue
            if operation.begin > earliest_end:
                break
            candidates.append(i)
            earliest_end = min(earliest_end, ends[i])
        for i in candidates:
            if operations[i].begin > earliest_end:
                continue
            after = step(state, operations[i])
            if after is not None:
                todo.append((done | 1 << i, after[0]))
    return False
