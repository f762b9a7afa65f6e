"""What a run says: a summary by file, and how its failures differ from those that todo.txt and lacking.txt expect."""

import collections
import re

from record import counts, outcomes, seconds


def read_list(path):
    """The lines of a list but remarks; none where there is no list."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [line for line in lines if line and not line.startswith("#")]


def read_lacking(path):
    """What lacking.txt says: (a test's file or id, a pattern of its failure)."""
    return [tuple(line.split(maxsplit=1)) for line in read_list(path)]


def is_lacking(line, lacking):
    """Whether a test failed for want of something on this machine."""
    return any(line["id"].startswith(name) and re.search(reason, line["reason"]) for name, reason in lacking)


def cause(reason):
    """A failure's reason without what differs from test to test: numbers, quoted names, shapes."""
    reason = re.sub(r"'[^']*'|\"[^\"]*\"", "'...'", reason)
    return re.sub(r"(?<![A-Za-z\d])\d[\d.e+-]*", "N", reason)[:140]


def print_row(name, count, took):
    print(f"{name:70} {count['passed']:7} {count['failed']:7} {count['skipped']:8} {took:8.1f}")


def print_causes(found, title, outcome, most=25):
    causes = collections.Counter(cause(line["reason"]) for line in found.values() if line["outcome"] == outcome)
    if causes:
        print(f"\n{title}:")
    for text, count in causes.most_common(most):
        print(f"{count:6}  {text}")


def shrink(todo_path, names):
    """Takes tests out of the list; headings that have none left stay."""
    lines = todo_path.read_text(encoding="utf-8").splitlines()
    todo_path.write_text("".join(f"{line}\n" for line in lines if line not in names), encoding="utf-8")


def compare(records, folder, shrinks=False):
    """Prints the summary, against the two lists in a folder. Status 1 if a test failed that is in neither, or one
    passed that is in todo.txt."""
    print(f"\n{'file':70} {'passed':>7} {'failed':>7} {'skipped':>8} {'seconds':>8}")
    everything = {}
    for file, lines in records.items():
        found = outcomes(lines)
        everything |= found
        print_row(file, counts(lines), seconds(lines))
    totals = collections.Counter(line["outcome"] for line in everything.values())
    print_row("all", totals, sum(map(seconds, records.values())))
    print_causes(everything, "Skipped, by reason", "skipped")
    print_causes(everything, "Failed, by cause", "failed")

    todo_path = folder / "todo.txt"
    todo = set(read_list(todo_path))
    failed = {name for name, line in everything.items() if line["outcome"] == "failed"}
    lacking = read_lacking(folder / "lacking.txt")
    excused = {name for name in failed - todo if is_lacking(everything[name], lacking)}
    new = sorted(failed - todo - excused)
    mended = sorted(name for name in todo & everything.keys() if everything[name]["outcome"] != "failed")
    files = set(records)
    gone = sorted(name for name in todo - everything.keys() if name.split("::")[0] in files)
    if shrinks and (mended or gone):
        shrink(todo_path, {*mended, *gone})
        print(f"todo.txt has {len(mended) + len(gone)} lines less")
        mended = gone = []
    for title, names in (
        ("Failed, and in neither list", new),
        ("Does not fail: take it out of todo.txt", mended),
        ("No such test: take it out of todo.txt", gone),
    ):
        for name in names:
            print(f"{title}: {name}")
    known = f"{len(failed & todo)} of them in todo.txt, {len(excused)} for want of what lacking.txt names"
    print(f"{totals['passed']} passed, {totals['failed']} failed ({known})")
    return 1 if new or mended or gone else 0
