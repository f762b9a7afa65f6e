"""Fails when a source file has more than 600 lines or a function more than 80; prints the largest of each."""

import re
import subprocess
import sys

MAX_FILE, MAX_FUNCTION = 600, 80
SUFFIXES = (".cc", ".h", ".py")


def python_functions(lines):
    """(name, length) of each function, by indentation."""
    for i, line in enumerate(lines):
        match = re.match(r"(\s*)(?:async )?def (\w+)", line)
        if not match:
            continue
        indent = len(match[1])
        end = i + 1
        while end < len(lines) and (not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > indent
                                    or lines[end].lstrip().startswith(")")):  # fmt: skip
            end += 1
        while not lines[end - 1].strip():
            end -= 1
        yield match[2], end - i


def cpp_functions(lines):
    """(first line, length) of each block that starts at the margin and is no namespace, type or table."""
    start = None
    for i, line in enumerate(lines):
        if start is None and re.match(r"[A-Za-z_].*\)( const| override| noexcept)* \{$", line):
            start = i
        elif line == "}" and start is not None:
            yield lines[start], i - start + 1
            start = None


def main():
    files = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True).stdout.split()
    sizes, functions = [], []
    for path in files:
        if not path.endswith(SUFFIXES):
            continue
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
        sizes.append((len(lines), path))
        find = python_functions if path.endswith(".py") else cpp_functions
        functions += [(length, f"{path}: {name.strip()}") for name, length in find(lines)]
    sizes.sort()
    median = sizes[len(sizes) // 2][0]
    print(f"{len(sizes)} files, median {median} lines, longest {sizes[-1]}; longest function {max(functions)}")
    over = [x for x in sizes if x[0] > MAX_FILE] + [x for x in functions if x[0] > MAX_FUNCTION]
    for length, where in over:
        print(f"over the budget: {where} has {length} lines")
    sys.exit(bool(over))


if __name__ == "__main__":
    main()
