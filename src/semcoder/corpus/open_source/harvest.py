"""Finds functions that can stand alone in the source of the standard library and of installed packages.

A function qualifies when it and the few module-level names it needs make a program of their own: nothing imported from
outside a short list of pure modules, no effects, no reflection. Modules are read, not imported. Its docstring becomes
the description, its doctest calls become inputs. Every function that fails is counted by reason and package.
"""

import ast
import doctest
import sysconfig
import warnings
from collections import Counter
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from semcoder.corpus.candidates import Candidate, normalize
from semcoder.corpus.inputs.arguments import read_arguments
from semcoder.corpus.open_source.descriptions import clean_description, read_types
from semcoder.corpus.open_source.parts import TextStripper, Unfit, gather_parts, index_definitions

# Distribution -> SPDX licence as its metadata gives it; all are pinned in requirements.txt.
PACKAGES = {
    "python": "PSF-2.0", "algorithms": "MIT", "babel": "BSD-3-Clause", "boltons": "BSD-3-Clause", "fonttools": "MIT",
    "huggingface-hub": "Apache-2.0", "idna": "BSD-3-Clause", "inflection": "MIT", "ipython": "BSD-3-Clause",
    "markdown-it-py": "MIT", "more-itertools": "MIT", "mpmath": "BSD-3-Clause", "nbconvert": "BSD-3-Clause",
    "networkx": "BSD-3-Clause", "packaging": "Apache-2.0 OR BSD-2-Clause", "pygments": "BSD-2-Clause", "rich": "MIT",
    "sphinx": "BSD-2-Clause", "sympy": "BSD-3-Clause", "tabulate": "MIT", "tinycss2": "BSD-3-Clause",
    "toolz": "BSD-3-Clause", "tornado": "Apache-2.0", "wcwidth": "MIT", "webcolors": "BSD-3-Clause",
}
# Parts of paths that hold no functions of use: tests and bundled copies.
SKIPPED = ("test", "vendor", "site-packages", "idlelib", "lib2to3", "turtle", "tkinter", "ensurepip", "pydoc_data",
           "extern", "_version", "benchmark", "thirdparty")
MAX_LINES = 45
MAX_TEXT_LINES = 200  # the same, docstring and comments included: spares the search in very long functions


@dataclass(frozen=True)
class Function:
    """A harvested function: a candidate whose inputs are those of its doctests, and its parameters' types."""

    candidate: Candidate
    hints: dict[str, str]
    package: str


@dataclass(frozen=True)
class Module:
    """A source file of a package; `name` is its dotted name."""

    package: str
    version: str
    name: str
    path: Path


def list_modules(package: str) -> list[Module]:
    """Returns a package's modules in the order of their names, tests and bundled copies left out."""
    if package == "python":
        root, version = Path(sysconfig.get_path("stdlib")), "3.11"
        files = {str(path.relative_to(root)): path for path in root.rglob("*.py")}
    else:
        version = metadata.version(package)
        files = {str(path): Path(str(path.locate())) for path in metadata.files(package) or ()}
    found = []
    for name in sorted(files):
        is_skipped = name.startswith("..") or any(part in name.lower() for part in SKIPPED)
        if name.endswith(".py") and not is_skipped:
            dotted = name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            found.append(Module(package, version, dotted, files[name]))
    return found


def harvest_modules(modules: list[Module]) -> tuple[list[Function], Counter]:
    """Returns the fitting functions of some modules, in their order, and the rejects by reason."""
    found, counts = [], Counter()
    for module in modules:
        try:
            with warnings.catch_warnings(action="ignore"):
                text = module.path.read_text(encoding="utf-8")
                tree = ast.parse(text if "\ndef " in text else "")
        except (OSError, SyntaxError, UnicodeDecodeError):
            counts["rejected: module not readable"] += 1
            continue
        defined = index_definitions(tree)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                try:
                    found.append(make_function(defined, node, module))
                    counts[f"harvested: {module.package}"] += 1
                except Unfit as reason:
                    counts[f"rejected: {reason}"] += 1
    return found, counts


def make_function(defined: dict[str, ast.stmt], node: ast.FunctionDef, module: Module) -> Function:
    """Returns the program of one function; raises Unfit with the reason where there is none.

    Args:
        defined: what its module defines (index_definitions).
    """
    docstring = ast.get_docstring(node)
    if not docstring:
        raise Unfit("no docstring")
    if node.decorator_list:
        raise Unfit("decorated")
    description = clean_description(docstring, node.name)
    if not description:
        raise Unfit("description says nothing")
    code = assemble(defined, node)
    origin = f"{module.package}=={module.version}:{module.name}.{node.name}"
    candidate = Candidate("open_source", "open_source", origin, PACKAGES[module.package], 3, node.name, code,
                          tuple(read_doctests(docstring, node.name)), description)
    return Function(candidate, read_types(node, docstring), module.package)


def assemble(defined: dict[str, ast.stmt], node: ast.FunctionDef) -> str:
    """Returns the source of a function with all that it needs; raises Unfit."""
    arguments = node.args
    if not [*arguments.posonlyargs, *arguments.args, *filter(None, [arguments.vararg]), *arguments.kwonlyargs]:
        raise Unfit("takes no argument")
    if node.end_lineno - node.lineno > MAX_TEXT_LINES:
        raise Unfit("too long")
    parts = gather_parts(defined, node)
    # The tree is shared by a module's functions, so text is stripped from a copy.
    copy = ast.parse(ast.unparse(ast.Module(body=parts, type_ignores=[])))
    code = normalize(ast.unparse(TextStripper().visit(copy)))
    if code.count("\n") > MAX_LINES:
        raise Unfit("too long")
    return code


def read_doctests(docstring: str, name: str) -> list[str]:
    """Returns the argument lists of the docstring's example calls of the function that hold only literals."""
    try:
        examples = doctest.DocTestParser().get_examples(docstring)
    except ValueError:
        return []
    found: dict[str, None] = {}
    for example in examples:
        try:
            tree = ast.parse(example.source)
        except SyntaxError:
            continue
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == name:
                text = ", ".join([*map(ast.unparse, call.args), *map(ast.unparse, call.keywords)])
                if text and read_arguments(text):
                    found[text] = None
    return list(found)
