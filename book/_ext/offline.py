"""A book that reads without a network: MathJax is copied into the build, the unused thebe loader is left out."""

import importlib.util
import shutil
from pathlib import Path

MATHJAX = "tex-svg.js"  # TeX in, SVG out: one file that needs no fonts beside it


def setup(app):
    """Registers the extension with Sphinx."""
    app.config.mathjax_path = f"mathjax/{MATHJAX}"
    app.connect("html-page-context", drop_thebe, priority=900)
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def copy_mathjax(app, error):
    """Copies MathJax's single file from its pip package to the built book's static folder."""
    if error is not None or app.builder.format != "html":
        return
    package = Path(importlib.util.find_spec("sphinx-mathjax-offline").origin).parent
    target = Path(app.outdir) / "_static/mathjax" / MATHJAX
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(package / "static/mathjax" / MATHJAX, target)


def drop_thebe(app, pagename, templatename, context, doctree):
    """Removes thebe's scripts from a page: they hold a CDN's address and nothing here starts a kernel."""
    context["script_files"] = [script for script in context.get("script_files", []) if not is_thebe(script)]


def is_thebe(script) -> bool:
    """Returns whether a script of the page belongs to thebe, inline or as a file."""
    inline = (getattr(script, "attributes", None) or {}).get("body") or ""
    return "THEBE" in inline or "thebe" in str(getattr(script, "filename", ""))
