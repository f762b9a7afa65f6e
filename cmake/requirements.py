"""Prints groups of requirements of pyproject.toml for pip: build, run, or the name of an extra."""

import sys
import tomllib

with open("pyproject.toml", "rb") as file:
    project = tomllib.load(file)
groups = {
    "build": [*project["build-system"]["requires"], "cmake>=3.25", "ninja"],
    "run": project["project"]["dependencies"],
    **project["project"]["optional-dependencies"],
}
for group in sys.argv[1:]:
    print("\n".join(groups[group]))
