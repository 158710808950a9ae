"""Links between the pages of this project lead somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
LINK = re.compile(r"\]\(([^)\s]+)\)")


def anchors(page):
    """The anchors of a page's headings, by GitHub's rules."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_within_the_project_lead_to_a_page_and_a_heading(page):
    for link in LINK.findall(page.read_text()):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_known_difference_is_linked_from_the_architecture():
    listed = set(re.findall(r"docs/differences\.md#([^)\s]+)\)", (ROOT / "ARCHITECTURE.md").read_text()))
    headings = anchors(ROOT / "docs" / "differences.md")
    assert headings - listed == {"differences-from-mongoengine-0293", "where-it-runs"}
