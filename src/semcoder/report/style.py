"""One look for all figures: fonts, sizes, colours, and SVG bytes that repeat."""

from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

# Okabe and Ito's palette: told apart with the common forms of colour blindness.
BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION, GREY = (
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#6b6b6b")
FORMAT_COLOURS = {"direct": GREY, "scratchpad": ORANGE, "next": PURPLE, "concise": SKY, "monologue": BLUE,
                  "delta": GREEN, "self_contained": VERMILION, "dynamic": "#000000"}
OTHER_COLOURS = ("#f0e442", "#999933", "#882255")
LINE_STYLES = {"direct": ":", "scratchpad": "--", "next": "-.", "concise": (0, (5, 1)), "monologue": "-",
               "delta": (0, (1, 1)), "self_contained": (0, (3, 1, 1, 1)), "dynamic": (0, (8, 2))}

RC = {
    "svg.hashsalt": "semcoder",  # element ids repeat, so that an unchanged figure has unchanged bytes
    "svg.fonttype": "path",  # letters look the same where the font is missing
    "font.family": "DejaVu Sans",  # ships with matplotlib
    "font.size": 10.5,
    "axes.titlesize": 11.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#444444",
    "axes.grid": True,
    "grid.color": "#e3e3e3",
    "grid.linewidth": 0.8,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "figure.facecolor": "white",
}


def save_figure(draw, frame, path: Path, size: tuple[float, float] = (7.2, 4.0)) -> Path:
    """Draws `frame` with `draw(frame, axes)` and writes it as SVG; equal frames give equal bytes.

    Args:
        draw: one of the functions in report.figures.
        frame: its data.
        path: the .svg to write.
        size: width and height in inches.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    figure = make_figure(draw, frame, size)
    with matplotlib.rc_context(RC):
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
    return path


def make_figure(draw, frame, size: tuple[float, float]) -> Figure:
    """Returns the figure of `draw(frame, axes)`, width and height in inches."""
    with matplotlib.rc_context(RC):
        figure = Figure(figsize=size, layout="constrained")
        draw(frame, figure.add_subplot())
    return figure


def colour_of(name: str, place: int = 0) -> str:
    """Returns the fixed colour of a reasoning format; other variants take the next free one by `place`."""
    return FORMAT_COLOURS.get(name, OTHER_COLOURS[place % len(OTHER_COLOURS)])
