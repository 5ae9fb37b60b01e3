"""What a docstring says of its function: its first paragraph, cleaned, and the types it gives for parameters."""

import ast
import re

MIN_WORDS = 4
# Lines that end the first paragraph: examples, field lists, headings and the underlines of headings.
HEADINGS = ("args?|arguments|keyword arguments|parameters?|params|returns?|yields?|raises|notes?|examples?|usage|input|"
            "output|references?|see also|complexity|time complexity|space complexity|source")
BREAK = re.compile(r"\s*(>>>|\.\. |:\w+[^:`]*:(?!`)|@\w+|[-=~*]{3,}\s*$|(" + HEADINGS + r")\s*(:|$))", re.I)
MARKUP = (
    (re.compile(r"::(?=\s|$)"), ":"),  # rst: a code block follows
    (re.compile(r":[\w:.+-]+:`~?!?([^`<]*?)(?:\s*<[^`]*>)?`"), r"`\1`"),  # rst: :func:`name`
    (re.compile(r"``([^`]*)``"), r"`\1`"), (re.compile(r"`([^`<]+?)\s*<[^`>]*>`__?"), r"\1"),
    (re.compile(r"\*\*([^*\s][^*]*)\*\*"), r"\1"), (re.compile(r"(?<![\w*`])\*([A-Za-z_]\w*)\*(?![\w*`])"), r"`\1`"),
    (re.compile(r"\[(\d+|[A-Z]\w+)\]_"), ""), (re.compile(r"@\{?(\w+)\}"), r"`\1`"),
)
# "name(x) -> int: ", "name(x) -- ": the call's shape before what it does.
SIGNATURE = re.compile(r"^`?[\w.]+\([^)]*\)`?\s*(?:(?:-+>|=+>)\s*[^.,:]*?(?:\.\s|:\s|,\s|\s--?\s|$)|:\s|\s--?\s|-\s)",
                       re.S)
# Beginnings of texts that say where a function is used or what it stands for, not what it does.
EMPTY = re.compile(
    "^((recursive |internal |private )*helper|lightweight version|internal|private|deprecated|todo|fixme|wrapper|alias|"
    "see |like |same as|imitates|equivalent of|this (is|function is) an? (helper|wrapper|private)|(back)?port of|"
    "c implementation|python (version|implementation) of|shortcut|convenience|(this )?method:|for (internal|use in)|"
    "used (by|in|for)|utility (function)?|compatibility|implementation of|do not use)", re.I)
TYPED = (re.compile(r"^\s*:param\s+(?P<type>[\w\[\], |.]+?)\s+(?P<name>\w+)\s*:", re.M),
         re.compile(r"^\s*:type\s+(?P<name>\w+)\s*:\s*(?P<type>[^\n]+)", re.M),
         re.compile(r"^\s+(?P<name>\w+)\s*\((?P<type>[^)\n]{2,40})\)\s*:", re.M),
         re.compile(r"^\s*(?P<name>\w+)\s+:\s+(?P<type>[^\n]{2,60})$", re.M))


def clean_description(docstring: str, name: str) -> str:
    """Returns the first paragraph of a docstring as plain text, "" where it says nothing of what `name` does."""
    lines = []
    for line in docstring.strip().splitlines():
        if lines and (not line.strip() or BREAK.match(line)):
            break
        if line.strip() and not BREAK.match(line):
            lines.append(line.strip())
    text = " ".join(" ".join(lines).split())
    for pattern, replacement in MARKUP:
        text = pattern.sub(replacement, text)
    text = SIGNATURE.sub("", text).strip()
    text = re.sub(r"(,? (like this|as follows|for example))?[:,;\s]+$", ".", text)
    text = re.sub(r"\s+([.,;])", r"\1", text)
    if not text or is_empty(text, name):
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?)" else ".")


def is_empty(text: str, name: str) -> bool:
    """Returns whether a description says nothing beyond the function's name, or only where it is used."""
    words = re.findall(r"[a-z]+", text.lower())
    known = set(re.findall(r"[a-z]+", name.lower())) | {"the", "a", "an", "of", "function", "for", "to", "this"}
    if len(words) < MIN_WORDS or not text.isascii():
        return True
    return bool(EMPTY.match(text)) or not set(words) - known


def read_types(function: ast.FunctionDef, docstring: str) -> dict[str, str]:
    """Returns the types that annotations, else the docstring, give for parameters: name -> the type's text."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *filter(None, [arguments.vararg])]
    names = {argument.arg for argument in every}
    found = {match["name"]: match["type"] for pattern in reversed(TYPED) for match in pattern.finditer(docstring)
             if match["name"] in names}
    return found | {a.arg: ast.unparse(a.annotation) for a in every if a.annotation is not None}
