#!/usr/bin/env python3
"""Checks that what the documentation names exists.

Reads the Markdown files of the repository's root, docs/, examples/ and deploy/, and checks
  * every relative link, with its anchor: [text](path#anchor), ![picture](path)
  * every path in `backticks`, and every `tools/...` command in a fenced block, that starts with
    one of the repository's directories. `*` and {a,b} are expanded; paths with <placeholders>,
    $variables or "..." are left alone, and so is what a build makes (build/, data/).
Prints each wrong one as `file:line`, and exits 1; 0 when all is well; 2 when there is no file.
"""

import argparse
import re
import sys
from pathlib import Path
from typing import Iterator, List, Set, Tuple

PLACES = ("*.md", "docs/**/*.md", "examples/**/*.md", "deploy/**/*.md")
TREE = r"(?:\.ci|cmake|common|deploy|docs|examples|protos|services|tests|tools)/"

LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?(?P<target>[^)\s>]+)>?[^)]*\)")
SPAN = re.compile(r"(?<!`)`(?P<text>[^`]+)`(?!`)")
PATH = re.compile(rf"(?<![\w./-])(?P<path>(?:\./)?{TREE}[^\s`\"'|;:,()]*)")
COMMAND = re.compile(r"(?<![\w./-])(?P<path>(?:\./)?tools/[A-Za-z_][\w./-]*)")
HEADING = re.compile(r"^#{1,6}\s+(?P<title>.*?)\s*#*$")
FENCE = re.compile(r"^\s*(```|~~~)")
PLACEHOLDER = re.compile(r"[<>$]|\.\.\.|…")


def lines_of(path: Path) -> Iterator[Tuple[int, str, bool]]:
    """Yields (line number, line, whether it stands in a fenced block), without the fences."""
    fence = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        match = FENCE.match(line)
        if match and fence in (None, match[1]):
            fence = None if fence else match[1]
            continue
        yield number, line, fence is not None


def anchors_of(path: Path) -> Set[str]:
    """The anchors that the usual Markdown renderers give a page's headings."""
    anchors: Set[str] = set()
    for _, line, fenced in lines_of(path):
        match = None if fenced else HEADING.match(line)
        if match:
            title = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", match["title"])
            slug = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
            candidate, copies = slug, 0
            while candidate in anchors:
                copies += 1
                candidate = f"{slug}-{copies}"
            anchors.add(candidate)
        anchors.update(re.findall(r'<a\s+(?:id|name)="([^"]+)"', line))
    return anchors


def expand(path: str) -> List[str]:
    """a{b,c}d -> abd, acd"""
    match = re.search(r"\{([^{}]*)\}", path)
    if not match or "," not in match[1]:
        return [path]
    return [
        whole
        for choice in match[1].split(",")
        for whole in expand(path[: match.start()] + choice + path[match.end() :])
    ]


def exists(root: Path, path: str) -> bool:
    path = path.rstrip(".").rstrip("/") or path
    if "*" in path:
        return any(root.glob(path))
    return (root / path).exists()


def check_link(root: Path, page: Path, target: str) -> str:
    """Returns what is wrong with the link, or nothing."""
    if re.match(r"[a-z][a-z0-9+.-]*:", target):
        return ""
    path, _, anchor = target.partition("#")
    file = page if not path else root / path[1:] if path.startswith("/") else page.parent / path
    if not file.exists():
        return f"link to {target}: no such file"
    if anchor and file.suffix == ".md" and anchor not in anchors_of(file):
        return f"link to {target}: no such heading"
    return ""


def check_page(root: Path, page: Path) -> Iterator[Tuple[int, str]]:
    for number, line, fenced in lines_of(page):
        named: List[str] = []
        if fenced:
            named += [match["path"] for match in COMMAND.finditer(line)]
        else:
            for match in LINK.finditer(SPAN.sub("", line)):
                problem = check_link(root, page, match["target"])
                if problem:
                    yield number, problem
            for span in SPAN.finditer(line):
                # Braces may hold commas, which otherwise end a path.
                text = re.sub(r"\{[^{}]*\}", lambda m: m[0].replace(",", "\0"), span["text"])
                named += [m["path"].replace("\0", ",") for m in PATH.finditer(text)]
        for path in named:
            if PLACEHOLDER.search(path) or re.search(r"\{[^,}]*\}", path):
                continue
            for one in expand(path):
                if not exists(root, one):
                    yield number, f"names {one}, which does not exist"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--root",
        type=Path,
        default=Path(__file__).resolve().parent.parent,
        help="the tree to check (default: this repository)",
    )
    root = parser.parse_args().root

    pages = sorted({page for place in PLACES for page in root.glob(place)})
    pages = [page for page in pages if "node_modules" not in page.parts]
    if not pages:
        print(f"no Markdown file under {root}: nothing was checked", file=sys.stderr)
        return 2
    problems = [
        f"{page.relative_to(root).as_posix()}:{number}: {problem}"
        for page in pages
        for number, problem in check_page(root, page)
    ]
    for problem in problems:
        print(problem)
    if problems:
        print(f"{len(problems)} problems in {len(pages)} pages")
        return 1
    print(f"{len(pages)} pages name only what exists")
    return 0


if __name__ == "__main__":
    sys.exit(main())
