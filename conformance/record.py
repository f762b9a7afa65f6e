"""Records of test runs: a JSON object a line, so that a run that is broken off leaves what it has done."""

import collections
import json


def add_line(path, **line):
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def read_record(path):
    """The lines of a record; one that was cut off in the middle is left out."""
    lines = []
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except FileNotFoundError:
        return lines
    for line in text.splitlines():
        try:
            lines.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return lines


def last_start(lines):
    """The test that was running when the record ended, if one was."""
    return lines[-1]["start"] if lines and "start" in lines[-1] else None


def is_complete(lines):
    return bool(lines) and "end" in lines[-1]


def outcomes(lines):
    """The line of each test; one that failed anywhere (set-up, call, tear-down) failed."""
    found = {}
    for line in lines:
        if "id" in line and found.get(line["id"], {}).get("outcome") != "failed":
            found[line["id"]] = line
    return found


def seconds(lines):
    """How long the file took, all parts together; of a run that was broken off, what came after."""
    return sum(line["seconds"] for line in lines if "end" in line)


def counts(lines):
    return collections.Counter(line["outcome"] for line in outcomes(lines).values())
