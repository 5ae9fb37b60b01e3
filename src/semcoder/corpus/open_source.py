"""Real functions out of the standard library and installed, permissively licensed packages.

A function qualifies when it and the few module-level names it needs make a program of their own: no classes,
no decorators, nothing imported from outside a short list of pure modules. Its docstring's first paragraph is
the description, its doctest calls are inputs. Every candidate that fails is counted by reason.
"""

import ast
import builtins
import doctest
import importlib
import inspect
from collections import Counter
from importlib import metadata

from semcoder.corpus.candidates import Candidate, make_random, normalize
from semcoder.corpus.inputs import guess_inputs, mutate_inputs, render_arguments
from semcoder.execution.jobs import Job, Outcome
from semcoder.execution.sandbox import run_jobs

# package -> (SPDX licence, modules); packages are pinned in requirements.txt.
PACKAGES = {
    "python": ("PSF-2.0", (
        "textwrap", "string", "bisect", "heapq", "statistics", "colorsys", "calendar", "difflib",
        "fnmatch", "shlex", "html", "posixpath", "ntpath", "quopri", "base64", "keyword", "stat",
        "fractions", "urllib.parse", "email.utils", "email.quoprimime", "mimetypes", "gettext", "token",
        "reprlib", "copy", "opcode", "sre_parse", "locale", "random", "functools", "operator", "numbers",
        "struct", "datetime", "_pydatetime", "_strptime", "ipaddress", "nturl2path", "netrc", "pprint",
        "tokenize", "linecache", "re", "graphlib", "inspect", "ast", "imghdr", "sndhdr", "xdrlib",
        "zipapp", "gzip", "optparse", "argparse", "cmd", "csv", "http.cookies", "http.cookiejar",
        "xml.sax.saxutils", "wsgiref.util", "wsgiref.headers", "email.header", "email.charset",
        "email.base64mime", "email.iterators", "encodings", "encodings.idna", "encodings.punycode",
        "distutils.util", "distutils.text_file", "ctypes.util", "json.encoder", "json.decoder",
        "_pydecimal", "_markupbase", "uuid", "genericpath", "filecmp", "glob", "binhex", "cgi",
        "pickletools", "dis")),
    "toolz": ("BSD-3-Clause", ("toolz.itertoolz", "toolz.functoolz", "toolz.dicttoolz", "toolz.recipes")),
    "more-itertools": ("MIT", ("more_itertools.more", "more_itertools.recipes")),
    "boltons": ("BSD-3-Clause", ("boltons.iterutils", "boltons.strutils", "boltons.mathutils", "boltons.timeutils",
                                 "boltons.statsutils", "boltons.formatutils", "boltons.funcutils", "boltons.dictutils",
                                 "boltons.setutils", "boltons.urlutils", "boltons.jsonutils", "boltons.tableutils")),
    "inflection": ("MIT", ("inflection",)),
    "algorithms": ("MIT", ()),  # all its submodules
}
PURE_MODULES = ("math", "re", "string", "itertools", "functools", "collections", "operator", "bisect", "heapq",
                "typing", "numbers", "fractions")
MAX_LINES = 45
MAX_PARTS = 6  # helpers and constants that one function may bring along
EFFECTS = {"open", "print", "input", "exec", "eval", "compile", "globals", "locals", "vars", "breakpoint", "exit",
           "quit", "id", "hash", "object", "memoryview", "__import__", "getattr", "setattr", "delattr", "super"}


class Unfit(Exception):
    """A function that cannot become a program; the message is the reason counted."""


def collect_functions(seed: int, num_functions: int, num_inputs: int) -> tuple[list[Candidate], Counter]:
    """Returns up to `num_functions` programs with `num_inputs` inputs each, and the rejects by reason.

    The order is random by `seed` and the same on every machine with the pinned packages.
    """
    counts: Counter = Counter()
    found = [item for name in PACKAGES for item in harvest_package(name, counts)]
    make_random("open_source", seed).shuffle(found)
    kept: list[Candidate] = []
    size = max(50, num_functions)
    for start in range(0, len(found), size):
        if len(kept) < num_functions:
            kept += execute_functions(found[start:start + size], num_inputs, seed, counts)
    counts["left out: more than asked for"] += max(0, len(kept) - num_functions)
    return kept[:num_functions], counts


def harvest_package(package: str, counts: Counter) -> list[Candidate]:
    """Returns a candidate per fitting function of a package; inputs are those of its doctests."""
    licence, modules = PACKAGES[package]
    version = metadata.version(package) if package != "python" else "3.11"
    found = []
    for name in modules or list_submodules(package):
        try:
            source = inspect.getsource(importlib.import_module(name))
        except (ImportError, OSError, TypeError):  # not on this platform, or written in C
            counts["rejected: module not importable"] += 1
            continue
        tree = ast.parse(source)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                try:
                    found.append(make_candidate(tree, node, f"{package}=={version}:{name}.{node.name}", licence))
                except Unfit as reason:
                    counts[f"rejected: {reason}"] += 1
    return found


def list_submodules(package: str) -> list[str]:
    """Returns the names of a package's modules that can hold functions, sorted, tests left out."""
    import pkgutil

    root = importlib.import_module(package)
    names = [info.name for info in pkgutil.walk_packages(root.__path__, package + ".", onerror=lambda _: None)]
    return sorted(name for name in names if "test" not in name)


def make_candidate(tree: ast.Module, node: ast.FunctionDef, origin: str, licence: str) -> Candidate:
    """Returns the program of one function; raises Unfit with the reason where there is none."""
    docstring = ast.get_docstring(node)
    if not docstring:
        raise Unfit("no docstring")
    if node.decorator_list:
        raise Unfit("decorated")
    parts = gather_parts(tree, node)
    code = normalize(ast.unparse(ast.Module(body=[strip_text(part) for part in parts], type_ignores=[])))
    if code.count("\n") > MAX_LINES:
        raise Unfit("too long")
    description = " ".join(docstring.split("\n\n")[0].split())
    return Candidate("open_source", "open_source", origin, licence, 3, node.name, code,
                     tuple(read_doctests(docstring, node.name)), description)


def gather_parts(tree: ast.Module, entry: ast.FunctionDef) -> list[ast.stmt]:
    """Returns the module-level statements that a function needs, in module order, itself last."""
    defined = index_definitions(tree)
    needed: dict[str, ast.stmt] = {}
    open_names = list_free_names(entry)
    while open_names:
        name = open_names.pop()
        if name in needed or name == entry.name or hasattr(builtins, name) and name not in defined:
            if name in EFFECTS:
                raise Unfit("effects or reflection")
            continue
        statement = defined.get(name)
        if statement is None or isinstance(statement, ast.ClassDef):
            raise Unfit("not self-contained")
        needed[name] = statement
        if len(needed) > MAX_PARTS:
            raise Unfit("not self-contained")
        if isinstance(statement, ast.FunctionDef) and statement.decorator_list:
            raise Unfit("not self-contained")
        if not isinstance(statement, (ast.Import, ast.ImportFrom)):
            open_names += list_free_names(statement)
    unique = {id(s): s for s in needed.values()}.values()
    return sorted(unique, key=lambda s: s.lineno) + [entry]


def index_definitions(tree: ast.Module) -> dict[str, ast.stmt]:
    """Returns name -> the module-level statement that defines it; imports from outside PURE_MODULES are left out."""
    defined: dict[str, ast.stmt] = {}
    for statement in tree.body:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            defined[statement.name] = statement
        elif isinstance(statement, ast.Assign):
            defined |= {t.id: statement for t in statement.targets if isinstance(t, ast.Name)}
        elif isinstance(statement, ast.ImportFrom) and statement.module in PURE_MODULES and not statement.level:
            for alias in statement.names:
                one = ast.ImportFrom(module=statement.module, names=[alias], level=0)
                defined[alias.asname or alias.name] = ast.copy_location(one, statement)
        elif isinstance(statement, ast.Import):
            for alias in statement.names:
                if alias.name in PURE_MODULES:
                    one = ast.Import(names=[alias])
                    defined[alias.asname or alias.name] = ast.copy_location(one, statement)
    return defined


def list_free_names(node: ast.AST) -> list[str]:
    """Returns the names that a statement reads and does not bind; raises Unfit for what a program must not hold."""
    bound, read = set(), set()
    for part in ast.walk(node):
        if isinstance(part, (ast.Global, ast.Nonlocal, ast.AsyncFunctionDef, ast.Import, ast.ImportFrom, ast.Yield,
                             ast.YieldFrom)):
            raise Unfit("generator, global or local import")
        if isinstance(part, ast.Name):
            (read if isinstance(part.ctx, ast.Load) else bound).add(part.id)
        elif isinstance(part, ast.arg):
            bound.add(part.arg)
        elif isinstance(part, (ast.ExceptHandler, ast.FunctionDef)) and part is not node and part.name:
            bound.add(part.name)
    return sorted(read - bound)


def strip_text(statement: ast.stmt) -> ast.stmt:
    """Returns a definition without docstrings and annotations."""
    for part in ast.walk(statement):
        if isinstance(part, ast.FunctionDef):
            part.returns = None
            if ast.get_docstring(part) is not None:
                part.body = part.body[1:] or [ast.Pass()]
        elif isinstance(part, ast.arg):
            part.annotation = None
    return statement


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
                text = render_arguments(call)
                if is_literal_call(call) and text:
                    found[text] = None
    return list(found)


def is_literal_call(call: ast.Call) -> bool:
    """Returns whether all of a call's arguments are literals."""
    try:
        return all(ast.literal_eval(a) is not Ellipsis for a in [*call.args, *(k.value for k in call.keywords)])
    except (ValueError, TypeError):
        return False


def execute_functions(candidates: list[Candidate], num_inputs: int, seed: int, counts: Counter) -> list[Candidate]:
    """Returns the candidates that run, each with `num_inputs` inputs that gave the same output twice."""
    trials = [list_trials(candidate, seed) for candidate in candidates]
    jobs = [Job(code=c.code, entry=c.entry, inputs=tuple(t), watch="trace") for c, t in zip(candidates, trials,
                                                                                          strict=True)]
    first, second = run_jobs(jobs, "open source"), run_jobs(jobs, "open source, again")
    kept = []
    for candidate, inputs, one, two in zip(candidates, trials, first, second, strict=True):
        chosen = choose_inputs(inputs, one, two, num_inputs)
        counts["run: open_source" if chosen else "rejected: too few inputs that run"] += 1
        if chosen:
            kept.append(Candidate(**{**candidate.__dict__, "inputs": tuple(chosen)}))
    return kept


def list_trials(candidate: Candidate, seed: int) -> list[str]:
    """Returns the inputs to try: those of the doctests, their mutations, then guesses by the number of arguments."""
    random = make_random("trials", seed, candidate.origin)
    known = list(candidate.inputs)
    function = ast.parse(candidate.code).body[-1]
    num_required = len(function.args.args) - len(function.args.defaults)
    return known + mutate_inputs(known, random) + ([] if known else guess_inputs(num_required, random))


def choose_inputs(inputs: list[str], first: list[Outcome], second: list[Outcome], num_inputs: int) -> list[str]:
    """Returns inputs with outputs as different as possible, or [] where too few ran, or all gave the same."""
    good = {text: one.output for text, one, two in zip(inputs, first, second, strict=True)
            if one.status == "ok" and one == two and one.output != "None" and len(one.output) <= 200}
    seen: dict[str, str] = {}
    for text, output in good.items():
        seen.setdefault(output, text)
    chosen = list(seen.values())[:num_inputs]
    chosen += [text for text in good if text not in chosen][:num_inputs - len(chosen)]
    return chosen if len(chosen) == num_inputs and len(seen) > 1 else []
