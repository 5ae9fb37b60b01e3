"""Kinds of values: what types an argument may have, and random values of a kind.

A kind is a word ("int", "float", "bool", "str", "bytes", "None", "callable") or a tuple: ("list", element),
("set", element), ("tuple", first, second, …), ("dict", key, value).
"""

import ast
import re
from random import Random

from semcoder.corpus.inputs.ingredients import Ingredients

Kind = str | tuple
ATOMS = {"int": "int", "float": "float", "bool": "bool", "str": "str", "bytes": "bytes", "None": "None",
         "integer": "int", "number": "int", "Number": "int", "Real": "float", "double": "float", "Text": "str",
         "AnyStr": "str", "string": "str", "unicode": "str", "boolean": "bool", "bytearray": "bytes",
         "Callable": "callable", "function": "callable", "callable": "callable", "object": "int", "Any": "int",
         "Hashable": "str", "PathLike": "str", "char": "str", "character": "str", "SupportsIndex": "int"}
CONTAINERS = {"list": "list", "List": "list", "Sequence": "list", "Iterable": "list", "Collection": "list",
              "MutableSequence": "list", "Iterator": "list", "iterable": "list", "sequence": "list", "array": "list",
              "lists": "list", "set": "set", "Set": "set", "frozenset": "set", "AbstractSet": "set", "tuple": "tuple",
              "Tuple": "tuple", "dict": "dict", "Dict": "dict", "Mapping": "dict", "MutableMapping": "dict",
              "mapping": "dict", "dictionary": "dict", "Counter": "dict"}
DEFAULTS = {"list": ("list", "int"), "set": ("set", "int"), "tuple": ("tuple", "int", "int"),
            "dict": ("dict", "str", "int")}
MAX_ITEMS = 7  # length of a drawn container

# Texts and numbers that suit a parameter's name; the first pattern that is found in it counts.
TEXTS = (
    ("url|uri|href|link", ("http://example.com/a/b?x=1&y=2#top", "https://user@host.org:8080/", "/docs/page.html")),
    ("path|file|dir|folder", ("/usr/local/lib", "notes/../a.txt", "report.tar.gz", "C:\\temp\\x", "./src//main.py")),
    ("mail|addr", ("ann@example.com", "Bob Lee <bob@site.org>", "no at sign")),
    ("date|time|stamp", ("2024-02-29", "12:30:59", "2023-12-01T08:15:00")),
    ("hex", ("ff", "0x1A", "00c0ffee")), ("bin|bits", ("1011", "0", "11110000")),
    ("roman", ("XIV", "MCMXCIV", "III")), ("version", ("1.2.3", "2.0rc1", "0.9.10")),
    ("html|xml|tag|markup", ("<p>Hi <b>you</b> &amp; me</p>", "<br/>", "a < b & c")),
    ("json", ('{"a": [1, 2]}', "[]", "null")), ("ip|cidr", ("192.168.0.1", "10.0.0.256", "255.255.255.0")),
    ("color|colour", ("#ff8800", "red", "rgb(1, 2, 3)")), ("regex|pattern|glob", ("a*b", "[a-c]+", "x?.txt")),
    ("sep|delim", (",", " ", "-", ", ")), ("char|^c$|^ch$|letter", ("a", "Z", "7", " ", "_")),
    ("bracket|paren|expr|formula|equation", ("(1+2)*3", "([]{})", "(()", "3 + 4 * 2", "2x - 1")),
    ("key|name|ident|attr|word|label|field", ("name", "user_id", "CamelCase", "total count", "x1", "HTTPServer")),
    ("num|digit", ("123", "007", "3.14", "-5", "1,234")),
)
WORDS = ("hello world", "abc", "a", "The quick brown fox", "level", "snake_case_name", "CamelCaseName", "a-b_c", "42",
         "aabbbc", "line one\nline two", "  padded  ", "x=1, y=2", "Mississippi", "noon")
NUMBERS = (
    ("year", (1999, 2000, 2023, 2024, 1900)), ("month", (1, 2, 6, 12)), ("day", (1, 15, 28, 31)), ("hour", (0, 9, 23)),
    ("minute|second", (0, 5, 59, 3600)), ("base|radix", (2, 8, 10, 16)), ("width|length|size", (1, 3, 8, 20)),
    ("index|idx|pos|start|offset|low|left|^[ij]$", (0, 1, 2, -1)), ("end|stop|high|right", (2, 3, 5)),
    ("indent|depth|level|degree|order", (0, 1, 2, 4)), ("bits|flags|mask", (0, 1, 5, 255)),
)
COUNTS = (0, 1, 2, 3, 4, 5, 7, 8, 10, 12, 16, 25, 100, -1, -3)


def parse_kinds(text: str) -> list[Kind]:
    """Returns the kinds that a type's text names, an annotation ("list[int] | None") or words ("list of str")."""
    try:
        return read_annotation(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError):
        pass
    words = re.findall(r"\w+", text)
    containers = [CONTAINERS[w] for w in words if w in CONTAINERS][:2]
    atoms = [ATOMS[w.removesuffix("s") if w.removesuffix("s") in ATOMS else w] for w in words
             if w in ATOMS or w.removesuffix("s") in ATOMS]
    kind: Kind = atoms[0] if atoms else "int"
    if not containers:
        return list(dict.fromkeys(atoms))
    for container in reversed(containers):
        kind = make_container(container, kind)
    return [kind]


def read_annotation(node: ast.expr) -> list[Kind]:
    """Returns the kinds that an annotation's expression allows, None left out."""
    if isinstance(node, ast.Constant):
        return parse_kinds(node.value) if isinstance(node.value, str) else []
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return read_annotation(node.left) + read_annotation(node.right)
    if isinstance(node, ast.Subscript):
        name = ast.unparse(node.value).split(".")[-1]
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if name in ("Optional", "Union", "Final", "Annotated"):
            return [kind for part in parts for kind in read_annotation(part)]
        if name == "Literal":
            return list(dict.fromkeys(kind_of(ast.literal_eval(part)) for part in parts))
        inner = [(read_annotation(part) or ["int"])[0] for part in parts
                 if not (isinstance(part, ast.Constant) and part.value is Ellipsis)]
        if CONTAINERS.get(name) == "tuple" and len(inner) < len(parts):  # tuple[int, ...]
            inner *= 3
        return [make_container(CONTAINERS[name], *inner)] if name in CONTAINERS else read_annotation(node.value)
    name = ast.unparse(node).split(".")[-1]
    if name in ATOMS:
        return [ATOMS[name]]
    return [DEFAULTS[CONTAINERS[name]]] if name in CONTAINERS else []


def make_container(name: str, *inner: Kind) -> Kind:
    """Returns a container's kind; what is not said of a dict or tuple is filled in."""
    if name == "dict":
        return ("dict", *inner) if len(inner) == 2 else ("dict", "str", inner[0])
    if name == "tuple":
        return ("tuple", *inner) if len(inner) > 1 else ("tuple", inner[0], inner[0])
    return (name, inner[0])


def kind_of(value: object) -> Kind:
    """Returns a value's kind; that of a list's items is the kind of its first one that is not None."""
    name = type(value).__name__
    if isinstance(value, dict):
        return next((("dict", kind_of(k), kind_of(v)) for k, v in value.items()), DEFAULTS["dict"])
    if isinstance(value, tuple):
        return ("tuple", *map(kind_of, value))
    if isinstance(value, (list, set, frozenset)):
        return ("list" if name == "list" else "set", next((kind_of(item) for item in value if item is not None), "int"))
    return "None" if value is None else name


def draw_value(kind: Kind, name: str, random: Random, ingredients: Ingredients) -> object:
    """Returns a random value of a kind that suits a parameter called `name`.

    Values that the program's own source or its known inputs hold are used often: its branches ask for them.
    """
    head = kind if isinstance(kind, str) else kind[0]
    if head in ("list", "set"):
        return draw_items(kind, name, random, ingredients)
    if head == "tuple":
        return tuple(draw_value(part, name, random, ingredients) for part in kind[1:])
    if head == "dict":
        keys = [draw_value(kind[1], "key", random, ingredients) for _ in range(random.randint(0, 5))]
        return {key: draw_value(kind[2], name, random, ingredients) for key in keys if is_hashable(key)}
    if head == "None":
        return None
    if head == "bool":
        return random.random() < 0.5
    if head == "str":
        return draw_text(name, random, ingredients)
    if head == "bytes":
        return draw_text(name, random, ingredients).encode()
    number = draw_number(name, random, ingredients)
    return random.choice((float(number), number / 4, number + 0.5)) if head == "float" else number


def draw_items(kind: Kind, name: str, random: Random, ingredients: Ingredients) -> list | set:
    """Returns a list or set: now and then empty, sorted or with repeats; rows of a matrix have one length."""
    count = random.choice((0, 1, 2, 3, 3, 4, 4, 5, 6, MAX_ITEMS))
    inner = kind[1]
    if kind[0] == "list" and isinstance(inner, tuple) and inner[0] == "list" and random.random() < 0.8:
        width = random.choice((count, count, random.randint(1, 4)))
        return [[draw_value(inner[1], name, random, ingredients) for _ in range(width)] for _ in range(count)]
    items = [draw_value(inner, name, random, ingredients) for _ in range(count)]
    if kind[0] == "set":
        return {item for item in items if is_hashable(item)}
    if items and random.random() < 0.4:
        items[random.randrange(count)] = random.choice(items)
    if items and inner in ("int", "float", "str") and random.random() < 0.3:
        items.sort()
    return items


def draw_text(name: str, random: Random, ingredients: Ingredients) -> str:
    """Returns a text: one that suits the name, a common one, or pieces of the program's own constants."""
    suited = next((texts for pattern, texts in TEXTS if re.search(pattern, name, re.I)), WORDS)
    own = ingredients.draw("str", random, WORDS)
    roll = random.random()
    if roll < 0.45:
        return random.choice(suited)
    if roll < 0.6:
        return own
    if roll < 0.75:
        return random.choice(suited) + own
    pieces = [random.choice((own, random.choice(suited)[:4], random.choice("abcXYZ 0159.-_")))
              for _ in range(random.randint(0, 4))]
    return "".join(pieces)[:40]


def draw_number(name: str, random: Random, ingredients: Ingredients) -> int:
    """Returns a whole number: one that suits the name, a small one, or one at an edge of the program's constants."""
    suited = next((numbers for pattern, numbers in NUMBERS if re.search(pattern, name, re.I)), COUNTS)
    if random.random() < 0.6:
        return random.choice(suited)
    if random.random() < 0.4:
        return random.randint(-5, 30)
    return int(ingredients.draw("int", random, COUNTS)) + random.choice((-1, 0, 0, 1))


def is_hashable(value: object) -> bool:
    """Returns whether a drawn value can be a key."""
    return not isinstance(value, (list, set, dict)) and not (
        isinstance(value, tuple) and not all(map(is_hashable, value)))
