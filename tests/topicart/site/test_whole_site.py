"""Every page of the site in a browser: whole, inert, within reach of everyone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from knowledge_graph import Artwork
from tests.topicart.report_runs import HOSTILE, group, paint, write_run
from topicart.report import write_site
from topicart.topics import OUTLIER, Keyword, Label, Summary

OpenPage = Callable[..., Any]
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
WIDTH = "document.documentElement.scrollWidth"

TRAPS = (*HOSTILE, "ميناء الإسكندرية", "神奈川沖浪裏", "Ω" * 300, "a " * 3000)


def _settled(page: Any) -> Any:
    """Wait until a page has drawn what loads when it is needed."""
    page.wait_for_load_state("load")
    page.wait_for_timeout(150)
    return page


def _walk(page: Any, root: str, names: Iterable[str]) -> Iterator[str]:
    """Open one page after the other in the same window, each as on a desk."""
    for name in names:
        page.emulate_media(media="screen", color_scheme="light")
        page.set_viewport_size(DESK)
        page.goto(f"{root}/{name}")
        _settled(page)
        yield name


def _pages(folder: Path) -> list[str]:
    """Return the pages of a site, of the rooms and matrices the first two and the last."""
    rooms = sorted(folder.glob("theme-*.html"))
    matrices = sorted(folder.glob("facet-*.html"))
    single = [path for path in folder.glob("*.html") if path not in {*rooms, *matrices}]
    return [path.name for path in [*sorted(single), *rooms[:2], *rooms[2:][-1:], *matrices[:1]]]


@pytest.fixture(scope="module")
def trapped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the site of a run in which every text is a trap."""
    folder = tmp_path_factory.mktemp("trapped")
    works = []
    for number, text in enumerate(TRAPS * 2):
        works.append(
            Artwork(
                id=f"{number:02} {text[:200]}",
                title=text,
                description=text,
                date=text[:100],
                iri=text,
                year_from=1800 + number if number % 3 else None,
                year_to=1800 + number if number % 3 else None,
                facets={"artist": (text, "x"), "style": (text,), "genre": (text,)},
                iris={"artist": (text, "javascript:alert(5)")},
                images=(f"{number}.png",),
                image_urls=(text, "javascript:alert(6)"),
            )
        )
        paint(folder / "pictures" / f"{number}.png", hue=10 * number)
    labels = tuple(
        Label(
            facet, text, share=1.0, stated_share=1.0, lift=2.0, q_value=0.001, iri=text,
            source=text, notation=text, chosen=True, decided_by="both", overlap=0.5,
        )
        for facet, text in zip(("genre", "style", "artist"), TRAPS, strict=False)
    )  # fmt: skip
    run = write_run(
        folder,
        works,
        [number % 4 if number % 9 else OUTLIER for number in range(len(works))],
        names=dict(enumerate(TRAPS[:4])),
        labels=dict.fromkeys(range(4), labels),
        keywords={0: tuple(Keyword(text, 0.5) for text in TRAPS)},
        summaries={
            number: Summary(text, engine="openai", model=text, prompt=text, date=text)
            for number, text in enumerate(TRAPS[:4])
        },
        broader={0: 4, 1: 4, 2: 5, 3: 5},
        groups=(group(4, TRAPS[0], broader=6), group(5, TRAPS[1], broader=6),
                group(6, TRAPS[4], level=2)),
        note=TRAPS[1],
        source=TRAPS[1],
    )  # fmt: skip
    return write_site(run).parent


@pytest.mark.parametrize("where", ["the disk", "a server"])
def test_every_page_opens_fits_a_phone_and_prints_and_asks_for_nothing_outside(
    open_page: OpenPage, site: Path, served: str, where: str
) -> None:
    root = site.as_uri() if where == "the disk" else served
    names = _pages(site) if where == "the disk" else ["index.html", "works.html"]
    page = open_page(names[0], base=site if where == "the disk" else served)
    for name in _walk(page, root, names):
        assert page.locator("main").inner_text().strip(), name
        assert page.title(), name
        assert page.locator("h1").count() == 1, name
        page.set_viewport_size(PHONE)
        assert page.evaluate(WIDTH) <= PHONE["width"], f"{name} on a phone"
        page.emulate_media(media="print")
        assert page.locator("header.bar-nav nav").is_hidden(), f"{name} on paper"
        assert page.locator("h1").is_visible(), f"{name} on paper"


def test_every_link_within_the_site_leads_somewhere(site: Path) -> None:
    for path in sorted(site.glob("*.html")):
        for target in re.findall(r'(?:href|src)="([^"#]+)', path.read_text(encoding="utf-8")):
            if not target.startswith(("https:", "http:", "data:", "mailto:")):
                assert (site / target).exists(), (path.name, target)


INERT = """() => ({
  scripts: [...document.scripts].filter((script) =>
    !/^(assets|data)\\//.test(script.getAttribute("src") ?? "")).length,
  handlers: [...document.querySelectorAll("*")].filter((element) =>
    element.getAttributeNames().some((name) => name.startsWith("on"))).length,
  addresses: [...document.querySelectorAll("[href], [src], [action]")].filter((element) =>
    ["href", "src", "action"].some((name) =>
      /^\\s*(javascript|vbscript|data:text)/i.test(element.getAttribute(name) ?? ""))).length,
  foreign: document.querySelectorAll('img[src="x"], iframe, object, embed, form[action]').length,
})"""
NOTHING = {"scripts": 0, "handlers": 0, "addresses": 0, "foreign": 0}


def _open_trapped(open_page: OpenPage, trapped: Path, name: str, **more: Any) -> Any:
    page = open_page(name, base=trapped, **more)
    page.on("dialog", lambda dialog: pytest.fail(f"{name}: a text was run: {dialog.message}"))
    _settled(page)
    return page


def test_no_text_is_run_or_bursts_a_page(open_page: OpenPage, trapped: Path) -> None:
    page = _open_trapped(open_page, trapped, "about.html")
    for name in _walk(page, trapped.as_uri(), _pages(trapped)):
        assert page.evaluate(INERT) == NOTHING, name
        page.set_viewport_size(PHONE)
        assert page.evaluate(WIDTH) <= PHONE["width"], f"{name} on a phone"


def test_no_text_is_run_in_the_dialog_of_a_work(open_page: OpenPage, trapped: Path) -> None:
    page = _open_trapped(open_page, trapped, "works.html", hash="work=0")
    for row, title in enumerate(TRAPS):
        page.evaluate(f"location.hash = 'work={row}'")
        page.wait_for_function(
            "([start]) => document.getElementById('work-title').textContent.startsWith(start)",
            arg=[title[:12].replace("\x00", "").replace("\x1b", "").strip()[:4]],
        )
        assert page.evaluate(INERT) == NOTHING, title[:40]
    _settled(page)


def test_no_text_is_run_on_the_map(open_page: OpenPage, trapped: Path) -> None:
    page = _open_trapped(open_page, trapped, "index.html")
    box = page.locator("canvas").first.bounding_box()
    for part in (0.2, 0.35, 0.5, 0.65, 0.8):
        for other in (0.2, 0.5, 0.8):
            page.mouse.move(box["x"] + part * box["width"], box["y"] + other * box["height"])
    assert page.evaluate(INERT) == NOTHING


GRAVE = """(only) => axe.run(document, {
  resultTypes: ["violations"],
  preload: false,
  runOnly: only ??
    ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}).then((found) => found.violations
  .filter((one) => one.impact === "serious" || one.impact === "critical")
  .map((one) => [one.id, one.nodes.slice(0, 3).map((node) =>
    `${node.target.join(" ")}: ${node.any.concat(node.all).map((n) => n.message).join("; ")}`)]))"""


def test_axe_finds_nothing_grave(open_page: OpenPage, site: Path) -> None:
    from axe_playwright_python.base import AXE_SCRIPT

    page = open_page("about.html")
    for name in _walk(page, site.as_uri(), _pages(site)):
        page.evaluate(AXE_SCRIPT)
        assert page.evaluate(GRAVE) == [], name
        # Only colours differ in the dark.
        page.emulate_media(color_scheme="dark")
        assert page.evaluate(GRAVE, ["color-contrast"]) == [], f"{name} in the dark"
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(PHONE)
        assert page.evaluate(GRAVE) == [], f"{name} on a phone"


def test_axe_finds_nothing_grave_in_the_dialog(open_page: OpenPage) -> None:
    from axe_playwright_python.base import AXE_SCRIPT

    page = open_page("works.html", hash="work=3")
    page.locator("dialog[open]").wait_for()
    _settled(page)
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate(GRAVE) == []


TABBABLE = """() => {
  const kinds = "a[href], button, input, select, textarea, summary, [tabindex]";
  const all = [...document.querySelectorAll(kinds)].filter((one) =>
    one.tabIndex >= 0 && !one.disabled && one.checkVisibility({visibilityProperty: true}) &&
    !(one.type === "radio" && !one.checked));
  all.forEach((one, number) => { one.dataset.tabOrder = number; });
  window.reached = new Set();
  document.addEventListener("focusin", ({ target }) => {
    if (target.dataset.tabOrder) window.reached.add(Number(target.dataset.tabOrder));
  });
  return all.length;
}"""


def test_the_keyboard_skips_to_the_content_first_and_reaches_everything(
    open_page: OpenPage, site: Path
) -> None:
    page = open_page("about.html")
    for name in _walk(page, site.as_uri(), ["index.html", "works.html", "facet-style.html"]):
        n = page.evaluate(TABBABLE)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip", name
        assert page.locator(".skip").bounding_box()["y"] >= 0, name
        for _ in range(n + 5):
            page.keyboard.press("Tab")
        reached = page.evaluate("[...window.reached].sort((a, b) => a - b)")
        assert reached == list(range(n)), name
