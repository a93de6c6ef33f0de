"""The look, computed from its files: contrast, tokens, no inline code, one mark everywhere."""

import itertools
import re
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from selectolax.lexbor import LexborHTMLParser

from service.core import i18n_web
from tests.conftest import ROOT
from tests.service.site.test_site import one

STATIC = ROOT / "service/static"
TEMPLATES = sorted(ROOT.glob("service/**/templates/**/*.html"))
STYLES = sorted(STATIC.glob("*.css"))

GROUNDS = ("paper", "raised", "sunken")
TEXT = ("ink", "quiet", "accent", "good", "caution", "stop", "unknown")
STATES = ("rated", "warning", "blocked", "concern", "none", "stale")

Tokens = dict[str, str]


def schemes() -> dict[str, Tokens]:
    css = (STATIC / "tokens.css").read_text(encoding="utf-8")
    blocks = re.findall(r"(?:@media ([^{]+)\{\s*)?:root, :host \{([^}]+)\}", css)
    by_name = {"light": blocks[0][1]} | {name.strip(): body for name, body in blocks[1:]}
    names = {"dark": "(prefers-color-scheme: dark)", "print": "print", "light": "light"}
    return {
        short: dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", by_name[full]))
        for short, full in names.items()
    }


def luminance(colour: str) -> float:
    """WCAG 2.2 relative luminance of #rrggbb."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_contrast_formula_knows_its_ends() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_text_is_readable_on_every_ground(scheme: str) -> None:
    tokens = schemes()[scheme]
    pairs = list(itertools.product(TEXT, GROUNDS))
    pairs += [(name, f"{name}-ground") for name in TEXT if f"{name}-ground" in tokens]
    pairs += [("ink", name) for name in tokens if name.endswith("-ground")]
    pairs += [("quiet", "accent-ground"), ("on-accent", "accent")]
    weak = {pair: contrast(tokens[pair[0]], tokens[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_graphics_are_visible_on_every_ground(scheme: str) -> None:
    tokens = schemes()[scheme]
    assert all(contrast(tokens["edge"], tokens[ground]) >= 3 for ground in GROUNDS)


def test_every_scheme_sets_every_colour() -> None:
    light, dark, paper = (set(schemes()[name]) for name in ("light", "dark", "print"))
    assert light == dark == paper


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_components_use_tokens_that_exist_and_nothing_from_elsewhere(path: Path) -> None:
    css = path.read_text(encoding="utf-8")
    defined = re.findall(r"--([\w-]+):", (STATIC / "tokens.css").read_text(encoding="utf-8") + css)
    assert set(re.findall(r"var\(--([\w-]+)", css)) <= set(defined)
    assert "url(" not in css
    assert "@import" not in css
    if path.name != "tokens.css":
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b|\brgb|\bhsl", css)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_carry_no_inline_code(path: Path) -> None:
    """The pages' policy allows styles and scripts from our own files only."""
    html = path.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html)
    scripts = re.findall(r"<script\b[^>]*>", html)
    assert all("src=" in tag or 'type="application/ld+json"' in tag for tag in scripts)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', html)


@pytest.fixture(scope="module")
def app() -> Flask:
    app = Flask(
        "service", static_folder=str(STATIC), template_folder=str(ROOT / "service/templates")
    )
    i18n_web.install(app)
    return app


def drawn(app: Flask, call: str) -> LexborHTMLParser:
    with app.test_request_context(headers={"Accept-Language": "ko"}):
        app.preprocess_request()
        source = '{% from "marks.html" import mark, logo %}{{ ' + call + " }}"
        return LexborHTMLParser(render_template_string(source))


def test_each_state_has_its_own_shape(app: Flask) -> None:
    shapes = set()
    for state in STATES:
        svg = one(drawn(app, f'mark("{state}", grade="B", label="")'), "svg")
        assert svg.attributes["aria-hidden"] == "true"
        shapes.add(re.sub(r"\s+", " ", "".join(child.html or "" for child in svg.iter())))
    assert len(shapes) == len(STATES)


def test_a_mark_says_its_state_in_the_readers_language(app: Flask) -> None:
    svg = one(drawn(app, 'mark("rated", grade="D")'), "svg")
    assert (svg.attributes["role"], svg.attributes["aria-label"]) == ("img", "등급 D")
    assert svg.text(strip=True) == "D"


def test_pages_and_panel_draw_the_same_mark(app: Flask) -> None:
    panel = (ROOT / "extension/src/look/mark.ts").read_text(encoding="utf-8")
    for state in STATES:
        marks = drawn(app, f'mark("{state}", grade="B")').css("path, circle")
        numbers = [mark.attributes.get("d") or mark.attributes["r"] for mark in marks]
        assert numbers
        assert [number for number in numbers if str(number) not in panel] == [], state


def test_the_panel_is_drawn_with_these_tokens() -> None:
    build = [path.read_text(encoding="utf-8") for path in (ROOT / "extension").glob("*.ts")]
    assert any("service/static/tokens.css" in text for text in build)
    literal = re.compile(r"#[0-9a-fA-F]{6}\b")
    styles = sorted((ROOT / "extension/src").rglob("*.css"))
    assert styles
    assert [path.name for path in styles if literal.search(path.read_text(encoding="utf-8"))] == []
