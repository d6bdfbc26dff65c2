#!/usr/bin/python3
"""The checker accepts what can be explained, and nothing else."""

import random
import unittest

from faults.linearizability import (CONFLICT, OK, READ, SWAP, UNKNOWN, WRITE, Operation,
                                    is_linearizable)


def read(begin, end, value):
    return Operation(READ, begin, end, OK, value)


def write(begin, end, value, outcome=OK):
    return Operation(WRITE, begin, end, outcome, value)


def swap(begin, end, expected, value, outcome=OK):
    return Operation(SWAP, begin, end, outcome, value, expected)


class CheckerTest(unittest.TestCase):
    def accepts(self, *history):
        self.assertTrue(is_linearizable(history, 0))

    def rejects(self, *history):
        self.assertFalse(is_linearizable(history, 0))

    def test_one_after_another(self):
        self.accepts(read(0, 1, 0), write(2, 3, 1), read(4, 5, 1), swap(6, 7, 1, 2), read(8, 9, 2))

    def test_a_stale_read(self):
        self.rejects(write(0, 1, 1), read(2, 3, 0))

    def test_a_read_of_what_nobody_wrote(self):
        self.rejects(write(0, 1, 1), read(2, 3, 7))

    def test_an_overlapping_read_may_see_either(self):
        self.accepts(write(0, 10, 1), read(2, 3, 0), read(4, 5, 1))
        self.rejects(write(0, 10, 1), read(2, 3, 1), read(4, 5, 0))

    def test_two_swaps_of_one_etag(self):
        self.rejects(swap(0, 5, 0, 1), swap(1, 6, 0, 2))
        self.accepts(swap(0, 5, 0, 1), swap(1, 6, 0, 2, CONFLICT))

    def test_an_etag_that_is_ignored(self):
        self.rejects(write(0, 1, 1), swap(2, 3, 0, 2))

    def test_a_conflict_without_another_write(self):
        self.rejects(swap(0, 1, 0, 1, CONFLICT))
        self.accepts(swap(0, 5, 0, 1, CONFLICT), write(1, 2, 2))

    def test_a_lost_write(self):
        self.rejects(write(0, 1, 1), write(2, 3, 2), read(4, 5, 1))

    def test_an_unknown_outcome_may_be_either_and_late(self):
        self.accepts(write(0, 1, 1, UNKNOWN), read(2, 3, 0))
        self.accepts(write(0, 1, 1, UNKNOWN), read(2, 3, 1))
        self.accepts(write(0, 1, 1, UNKNOWN), read(2, 3, 0), read(4, 5, 1))
        self.rejects(write(0, 1, 1, UNKNOWN), read(2, 3, 1), read(4, 5, 0))
        self.rejects(read(0, 1, 1), write(2, 3, 1, UNKNOWN))
        self.accepts(swap(0, 1, 0, 1, UNKNOWN), swap(2, 3, 0, 2, CONFLICT), read(4, 5, 1))

    def test_random_histories_of_a_real_register_and_their_broken_twins(self):
        draw = random.Random(7)
        rejected = 0
        for _ in range(200):
            history = random_history(draw)
            self.assertTrue(is_linearizable(history, 0), history)
            reads = [i for i, each in enumerate(history) if each.kind == READ]
            if not reads:
                continue
            broken = list(history)
            at = draw.choice(reads)
            broken[at] = read(history[at].begin, history[at].end, "of another key")
            rejected += not is_linearizable(broken, 0)
        self.assertGreater(rejected, 150)


def random_history(draw):
    """Operations that take effect at a moment within their time, in the order of these moments."""
    state = 0
    history = []
    for at in range(30):
        begin, end = at - draw.uniform(0, 3), at + draw.uniform(0, 3)
        kind = draw.choice((READ, WRITE, SWAP))
        unknown = kind != READ and draw.random() < 0.1
        if kind == READ:
            history.append(read(begin, end, state))
        elif kind == WRITE:
            state = f"w{at}"
            history.append(write(begin, end, state, UNKNOWN if unknown else OK))
        else:
            expected = draw.choice((state, "old"))
            outcome = OK if expected == state else CONFLICT
            history.append(swap(begin, end, expected, f"s{at}", UNKNOWN if unknown else outcome))
            if outcome == OK:
                state = f"s{at}"
    return history


if __name__ == "__main__":
    unittest.main(verbosity=2)
