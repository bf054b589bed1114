"""Manners of the templates: nothing inline, one frame, one heading, and every page works without JavaScript."""

import re
from pathlib import Path

import pytest

from tests.architecture import source

FRAMES = ("layout.html", "screen_layout.html", "print_layout.html", "kiosk_layout.html")
TYPED_BY_NOBODY = {"hidden", "submit", "button", "image", "reset"}

every_template = pytest.mark.parametrize("path", source.templates(), ids=str)
every_page = pytest.mark.parametrize("path", source.pages(), ids=str)
every_partial = pytest.mark.parametrize(
    "path", [path for path in source.templates() if path.name.startswith("_") and path.parts[0] != "macros"], ids=str
)


@every_template
def test_nothing_is_inline(path: Path) -> None:
    html = source.html_of(path)
    assert [tag for tag in html.find_all("script") if not tag.get("src")] == []
    assert html.find_all("style") == []
    marked = [
        (tag.name, name)
        for tag in html.find_all(True)
        for name in tag.attrs
        if name == "style" or re.match("on[a-z]|hx-on", name)
    ]
    assert marked == [], "the content security policy forbids it"
    assert html.find_all(href=re.compile("^javascript:")) == []


@every_template
def test_what_keeps_drafts_keeps_unfinished_forms(path: Path) -> None:
    keepers = source.html_of(path).select("form[data-keeps]")
    assert [form for form in keepers if not form.has_attr("novalidate")] == [], (
        "htmx sends nothing while a field is empty"
    )


@every_template
def test_nothing_is_marked_safe_unread(path: Path) -> None:
    assert re.findall(r"\|\s*safe\b|autoescape false", source.text_of(path)) == []


@every_page
def test_a_page_has_a_frame_a_title_and_one_heading(path: Path) -> None:
    text = source.text_of(path)
    extended = re.findall(r'\{%-?\s*extends "([^"]+)"', text)
    assert len(extended) == 1
    assert extended[0] in FRAMES
    assert "{% block title %}" in text
    own = len(re.findall(r"<h1[\s>]", text))
    given_by_frame = extended[0] != "print_layout.html" and "block page_head" not in text
    assert own == (0 if given_by_frame else 1)


@every_template
def test_forms_and_links_work_without_javascript(path: Path) -> None:
    html = source.html_of(path)
    for tag in html.select("[hx-post]"):
        form = tag if tag.name == "form" else tag.find_parent("form")
        assert form is not None, f"{tag.name} with hx-post outside a form"
        assert form.get("action"), f"form without action around {tag.get('hx-post')}"
        assert form.get("method", "").lower() == "post"
    for form in html.select('form[method="post"]'):
        assert form.get("action") is not None
    for tag in html.select("[hx-get]"):
        by_itself = re.search(r"load|sse:|every|revealed|intersect", tag.get("hx-trigger", ""))
        assert tag.name in ("a", "form", "input", "select") or by_itself, (
            f"<{tag.name} hx-get> that a person must click"
        )
        assert tag.name != "a" or tag.get("href")


@every_template
def test_every_field_has_a_label(path: Path) -> None:
    html = source.html_of(path)
    labelled = {label.get("for") for label in html.find_all("label")}
    for field in html.select("input, select, textarea"):
        if field.get("type") in TYPED_BY_NOBODY:
            continue
        named = field.get("aria-label") or field.get("aria-labelledby") or field.find_parent("label")
        assert named or field.get("id") in labelled, f"no label for {field}"


@every_template
def test_images_have_a_text(path: Path) -> None:
    assert [tag for tag in source.html_of(path).find_all("img") if tag.get("alt") is None] == []


@every_partial
def test_a_partials_root_has_its_id(path: Path) -> None:
    roots = [tag for tag in source.html_of(path).find_all(True, recursive=False)]
    assert roots, "an empty partial"
    assert roots[0].get("id") or roots[0].name in ("tr", "li", "option", "template"), (
        f"<{roots[0].name}> cannot be swapped by id"
    )
