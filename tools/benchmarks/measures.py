"""What a benchmark says: numbers of ours beside those of a limit or a peer, and the goal for their ratio."""

import dataclasses
import statistics


@dataclasses.dataclass
class Measure:
    """One line of the table.

    `theirs` is None where there is nothing to compare with, or the peer is not installed. `least` is the goal
    for the ratio, and `at_most` one for our number itself; at most one of them is set.
    """

    name: str
    ours: float
    unit: str
    versus: str = ""
    theirs: float | None = None
    least: float | None = None
    at_most: float | None = None
    # For times and sizes, where less is more: the ratio is theirs to ours, so that it always grows with
    # how well we do.
    less_is_better: bool = False

    @property
    def ratio(self):
        if self.theirs is None or not self.ours or not self.theirs:
            return None
        return self.theirs / self.ours if self.less_is_better else self.ours / self.theirs

    @property
    def goal(self):
        if self.least is not None:
            return f"≥ {self.least:g} ×"
        if self.at_most is not None:
            return f"≤ {self.at_most:g} {self.unit}"
        return ""

    @property
    def met(self):
        """True, False, or None without a goal or something to hold it against."""
        if self.at_most is not None:
            return self.ours <= self.at_most
        if self.least is not None and self.ratio is not None:
            return self.ratio >= self.least
        return None

    def to_json(self):
        return {
            "name": self.name, "ours": self.ours, "theirs": self.theirs, "unit": self.unit,
            "ratio": self.ratio, "versus": self.versus, "goal": self.goal, "met": self.met,
        }


def interleave(rounds, contenders):
    """The median of what each contender returns, called in turn, round after round.

    `contenders` maps names to functions of the round's number; those that are None get None.
    """
    values = {name: [] for name in contenders}
    for number in range(rounds):
        for name, measure in contenders.items():
            if measure is not None:
                values[name].append(measure(number))
    return {name: statistics.median(got) if got else None for name, got in values.items()}


def number(value):
    """Three digits that count, or all before the point."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def table(measures):
    """Lines of text: what, ours, versus, theirs, ratio, goal, verdict."""
    header = ("measure", "ours", "unit", "versus", "theirs", "ratio", "goal", "")
    rows = [header]
    for each in measures:
        missing = each.versus and each.theirs is None
        rows.append((
            each.name, number(each.ours), each.unit, each.versus,
            "not installed" if missing else number(each.theirs) if each.versus else "",
            number(each.ratio) if each.ratio is not None else "", each.goal,
            {True: "met", False: "MISSED", None: ""}[each.met]))
    widths = [max(len(row[i]) for row in rows) for i in range(len(header))]
    right = (1, 4, 5)
    for row in rows:
        cells = (cell.rjust(w) if i in right else cell.ljust(w)
                 for i, (cell, w) in enumerate(zip(row, widths)))
        yield "  ".join(cells).rstrip()
