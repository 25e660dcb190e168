"""The pages of a site as a browser without scripts reads them, and what must hold of every one."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

from topicart.report import write_site
from topicart.run import Run

VOID = {"meta", "link", "img", "br", "input", "hr", "rect", "path", "wbr", "col", "source"}
WRITTEN_BESIDE = ("works.csv", "topics.json", "topics.ttl")


class Page(HTMLParser):
    """The elements of a page, its text, and whether every element is closed in its order."""

    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.name = path.name
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.raw = ""
        self.headings: list[tuple[int, str]] = []
        self.outline: list[str] = []
        self._open: list[str] = []
        self._classes: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        assert self._open == [], "elements left open"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)
            self._classes.append(".".join([tag, *(dict(attrs).get("class") or "").split()]))
            self.outline.append(">".join(self._classes))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append((int(tag[1]), ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag
        self._classes.pop()

    def handle_data(self, data: str) -> None:
        self.raw += data
        if any(re.fullmatch("h[1-6]", tag) for tag in self._open):
            level, told = self.headings[-1]
            self.headings[-1] = level, (told + data).strip()

    @property
    def text(self) -> str:
        """All that is read, every blank the same."""
        return " ".join(self.raw.split())

    @property
    def ids(self) -> list[str]:
        return [own["id"] for _, own in self.elements if "id" in own]

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def of_class(self, name: str) -> list[dict[str, str]]:
        return [own for _, own in self.elements if name in own.get("class", "").split()]

    def tiles(self) -> list[dict[str, str]]:
        return self.of_class("tile")


def make_pages(run: Run) -> dict[str, Page]:
    """Make the site and check what must hold of any of its pages.

    The pages by their name without suffix: ``themes``, ``theme-0``, ``about``.
    """
    index = write_site(run)
    assert index == run.page
    folder = index.parent
    pages = {path.stem: Page(path) for path in sorted(folder.glob("*.html"))}
    for page in pages.values():
        _check(page, folder, pages)
    return pages


def _check(page: Page, folder: Path, pages: dict[str, Page]) -> None:
    (policy,) = (
        own["content"]
        for own in page.all("meta")
        if own.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    sources = {source for rule in policy.split(";") for source in rule.split()[1:]}
    assert sources <= {"'none'", "'self'", "file:", "data:", "blob:"}, policy
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.ids) == len(set(page.ids)), page.name
    levels = [level for level, _ in page.headings]
    assert levels.count(1) == 1, page.name
    assert all(after <= before + 1 for before, after in pairwise(levels)), (page.name, levels)
    assert all("alt" in own for own in page.all("img")), page.name
    assert all(own.get("src") for own in page.all("script")), "no script within a page"
    for tag, own in page.elements:
        assert not [name for name in own if name.startswith("on") or name == "style"], tag
        if "data-page" in own:
            assert own["data-page"] == own["href"], "where scripts are off the link leads there too"
        for name in ("src", "href", "data-source"):
            if name in own and own[name] != "data:,":
                _check_address(tag, own, own[name], page, folder, pages)


def _check_address(
    tag: str, own: dict[str, str], address: str, page: Page, folder: Path, pages: dict[str, Page]
) -> None:
    if address.startswith("http"):
        assert tag == "a"
        assert own["rel"] == "noreferrer noopener"
        return
    file, _, place = address.partition("#")
    if file in WRITTEN_BESIDE:
        return
    assert re.fullmatch(r"((assets|pictures)/)?[A-Za-z0-9_-]+\.(css|js|webp|html)|", file), address
    assert not file or (folder / file).is_file(), (page.name, address)
    if place and "=" not in place:
        target = pages[file.removesuffix(".html")] if file else page
        assert place in target.ids, (page.name, address)
