#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the pages of the documentation: tables that a renderer takes for tables, links that lead somewhere, no page and no folder of
sources forgotten. Prints what is wrong; exit status 1 if anything is."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def table_problems(lines: list[str]) -> list[tuple[int, str]]:
    """Line numbers, and what is wrong there: a table has a head, a line of dashes, and as many cells in every row."""
    problems = []
    cells = 0  # Of the table around this line.
    fenced = False
    for number, line in enumerate(lines, 1):
        fenced ^= line.startswith("```")
        if fenced or not line.startswith("|"):
            cells = 0
            continue
        now = len(re.findall(r"(?<!\\)\|", line))
        if cells == 0:
            cells = now
            if number == len(lines) or not re.fullmatch(r"\|(\s*:?-+:?\s*\|)+", lines[number].strip()):
                problems.append((number, "a table without a head (an empty line in the middle of one?)"))
        elif now != cells:
            problems.append((number, f"expected {cells - 1} cells as in the head, came {now - 1}"))
    return problems


def link_problems(page: Path, text: str) -> list[str]:
    """Links to files of the repository that are not there."""
    targets = re.findall(r"\]\(([^)\s#]+)[^)\s]*\)", text)
    return [target for target in targets if "://" not in target and not (page.parent / target).exists()]


def main() -> int:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "traces" / "README.md"]
    problems = []
    for page in pages:
        text, name = page.read_text(encoding="utf-8"), page.relative_to(ROOT)
        problems += [f"{name}:{number}: {what}" for number, what in table_problems(text.splitlines())]
        problems += [f"{name}: the link to {target} leads nowhere" for target in link_problems(page, text)]
    readme = pages[0].read_text(encoding="utf-8")
    problems += [f"README.md: no link to docs/{page.name}" for page in pages[1:-1] if f"(docs/{page.name}" not in readme]
    architecture = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for layer in ("models", "firmware-stub", "sim", "tests"):
        for folder in sorted((ROOT / layer).iterdir()):
            if folder.is_dir() and not folder.name.startswith(("_", ".")) and f"`{layer}/{folder.name}" not in architecture:
                problems.append(f"docs/architecture.md: nothing about {layer}/{folder.name}")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
