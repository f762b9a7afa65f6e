"""Results as Markdown: one table, its footnotes, and the marks."""

from statistics import median

import machine
from columns import COLUMNS

UNITS = {"ms": 1e3, "us": 1e6, "MB": 1e-6}
MEASURES = {
    "load": "{}: load",
    "first": "{}: first",
    "process": "{}: the whole process",
    "steady": "{}",
    "memory": "{}: peak memory",
}
BUSY = 0.9
EAGER_LIMIT = 3  # times torch's latency that no op may take


def markdown(results, cases, columns, marks, info, conversions):
    """The whole page."""
    notes = _Notes()
    rows = [row for case in cases for row in _rows(results, case, columns, notes)]
    head = ["time", *(COLUMNS[column].title for column in columns)]
    parts = [machine.line(info) + ".", _method(results), _table(head, rows), notes.text()]
    parts.append(_conversions(conversions))
    reached = [_mark(mark, results) for mark in marks]
    if reached:
        parts.append(_table(["mark", "at most", "measured", ""], reached))
    return "\n\n".join(part for part in parts if part) + "\n"


def eager_markdown(results, cases, info):
    """The per-op page: every op's eager latency beside torch's, the worst ratio first."""
    rows, ratios, notes = [], [], _Notes()
    for case in cases:
        ratio = results.ratio(case.name, "keravino", ["torch"])
        cells = [_cell(results, case, column, "steady", notes) for column in ("keravino", "torch")]
        rows.append((-1 if ratio is None else ratio, [case.title, *cells, "-" if ratio is None else f"{ratio:.2f}"]))
        ratios += [] if ratio is None else [ratio]
    rows.sort(key=lambda row: -row[0])
    over = sum(ratio > EAGER_LIMIT for ratio in ratios)
    summary = (
        f"{len(ratios)} of {len(cases)} calls timed: the median takes {median(ratios):.2f} times torch's, the worst "
        f"{max(ratios):.1f}; {over} are over {EAGER_LIMIT}."
    )
    head = ["eager call, to numpy (us)", "keravino", "torch", "ratio"]
    parts = [machine.line(info) + ".", summary, _table(head, [row for _, row in rows]), notes.text()]
    return "\n\n".join(part for part in parts if part) + "\n"


def _method(results):
    text = (
        "Steady times are the best call of a round, the median of all rounds; the columns take turns within each "
        "round. Same weights, same inputs; every answer is within 1e-4 of tensorflow's (numpy's for ops) unless a "
        "note says so."
    )
    share = median(results.shares) if results.shares else 1.0
    if results.clock == "cpu":
        return text + " All times are seconds of the core (CPU time), not of the wall clock."
    if share < BUSY:
        text += f" **The machine was busy: the runs had {share:.0%} of their core.**"
    return text


class _Notes:
    def __init__(self):
        self.texts = []

    def mark(self, text):
        if text not in self.texts:
            self.texts.append(text)
        return f"[{self.texts.index(text) + 1}]"

    def text(self):
        return "  \n".join(f"[{number}] {text}" for number, text in enumerate(self.texts, 1))


def _rows(results, case, columns, notes):
    for measure in case.measures:
        cells = [_cell(results, case, column, measure, notes) for column in columns]
        unit = "MB" if measure == "memory" else case.unit
        yield [MEASURES[measure].format(case.title) + f" ({unit})", *cells]


def _cell(results, case, column, measure, notes):
    key = (case.name, column)
    seconds = results.seconds(*key, measure)
    if seconds is None:
        return f"- {notes.mark(results.errors[key])}" if key in results.errors else ""
    value = seconds * UNITS["MB" if measure == "memory" else case.unit]
    text = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    off = results.differences[key]
    return text if off <= 1e-4 else f"{text} {notes.mark(f'{off:.1e} off: not f32')}"


def _mark(mark, results):
    value = mark.value(results)
    if value is None:
        return [mark.title, f"{mark.limit:g}", "-", "not measured"]
    return [mark.title, f"{mark.limit:g}", f"{value:.3f}", "reached" if value <= mark.limit else "**missed**"]


def _conversions(conversions):
    names = [name for name in COLUMNS if any(name in seconds for seconds in conversions.values())]
    rows = [
        [target, *(f"{seconds[name]:.1f}" if name in seconds else "-" for name in names)]
        for target, seconds in conversions.items()
    ]
    return (
        _table(["conversion before the first answer (s)", *(COLUMNS[name].title for name in names)], rows)
        if names
        else ""
    )


def _table(head, rows):
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
