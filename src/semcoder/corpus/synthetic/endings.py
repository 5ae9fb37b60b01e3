"""What a generated function returns: something that reads every variable nobody has read."""

from semcoder.corpus.synthetic.growth import Growth

RETURNS = {  # type of a variable -> types that an operation on it may yield
    "int": ("int", "int", "str", "bool"), "float": ("float", "int"), "bool": ("bool", "str"),
    "str": ("str", "str", "str", "int", "words", "bool"), "ints": ("ints", "ints", "int", "str", "bool"),
    "words": ("words", "str", "str", "str", "int", "counts"),
    "counts": ("counts", "counts", "words", "ints", "str", "int"),
    "groups": ("counts", "groups", "rows"), "rows": ("ints", "rows", "int"), "pairs": ("words", "counts", "int"),
    "numset": ("ints", "int", "numset"), "wordset": ("words", "wordset", "int"), "point": ("int", "point", "ints"),
}
JOINT_RETURNS = ("str", "str", "str", "int", "words", "ints", "counts", "bool")  # of an operation on two variables
SCALARS = {"int", "str", "float", "bool"}


def finish_easy(g: Growth) -> str:
    """Returns what a level 1 function returns: what it made last, or an operation on it or on two variables."""
    if len(g.unread) == 2 and (text := read_all(g, list(g.unread))[1]):
        return text
    last = list(g.unread or g.types)[-1]
    kind = g.types[last]
    shape = g.random.choices(("name", "operation", "comparison"), (4, 4, 1))[0]
    if shape == "operation":
        return g.operate(kind)
    g.unread.pop(last, None)
    return last if shape == "name" else f"{last} {g.random.choice(['==', '!='])} {g.expression(kind, avoid=[last])}"


def finish(g: Growth) -> str:
    """Returns what the function returns: something that reads every variable nobody has read."""
    for _ in range(4):  # what nobody has looked at yet is worked on first, parameters above all
        waiting = [name for name in g.parameters if name in g.unread] if len(g.unread) > 1 else []
        waiting = waiting or (list(g.unread)[:1] if len(g.unread) > 2 else [])
        if not waiting:
            break
        name = g.random.choice(waiting)
        kind, text = read_all(g, [name])
        if text:
            g.unread[new := g.declare(kind)] = None
            g.lines.append(f"    {new} = {text}")
    left = list(g.unread or list(g.types)[-1:])
    if len(left) > 2:
        g.unread.clear()
        return f"[{', '.join(left)}]"
    is_done = len(left) == 1 and left[0] not in g.parameters and g.random.random() < 0.5
    text = "" if is_done else read_all(g, left)[1]
    if not text and len(left) == 2:
        left = [reduce(g, name) for name in left]
    g.unread.clear()
    return text or (left[0] if len(left) == 1 else combine(g, *left))


def reduce(g: Growth, name: str) -> str:
    """Returns a variable with something said of a collection (its length, say), or the name itself."""
    if g.types[name] in SCALARS or g.random.random() < 0.3:
        return name
    unread, g.unread = g.unread, {}
    kind, text = read_all(g, [name], ("str", "int"))
    g.unread = unread
    if not text:
        return name
    new = g.declare(kind)
    g.lines.append(f"    {new} = {text}")
    return new


def read_all(g: Growth, names: list[str], goals: tuple[str, ...] = ()) -> tuple[str, str]:
    """Returns (type, text) of an operation that reads all the given variables, or no text."""
    for attempt in range(6 * len(names)):
        unread, types = dict(g.unread), g.types
        if attempt or len(names) > 1:  # with nothing else in reach
            g.types = {name: types[name] for name in names}
        goal = g.random.choice(goals or (JOINT_RETURNS if len(names) > 1 else RETURNS[types[names[0]]]))
        g.unread = dict.fromkeys(names)
        text = g.operate(goal, least=len(names))
        is_read = bool(text) and not g.unread
        g.types, g.unread = types, unread
        if is_read:
            for name in names:
                g.unread.pop(name, None)
            return goal, text
    return "", ""


def combine(g: Growth, first: str, second: str) -> str:
    """Returns one expression over two variables."""
    kinds = {g.types[first], g.types[second]}
    options = [f"({first}, {second})", f"[{first}, {second}]", f"[{second}, {first}]"]
    if kinds <= SCALARS and "str" in kinds:
        options += [f"f'{{{first}}} {{{second}}}'", f"f'{{{first}}}-{{{second}}}'", f"f'{{{first}}}{{{second}}}'"] * 2
    if kinds == {"int"}:
        options += [f"{first} + {second}", f"{first} - {second}", f"{first} * {second}", f"max({first}, {second})"] * 2
    elif kinds == {"str"}:
        options += [f"{first} + {second}", f"{second}.join({first})", f"{first} in {second}"] * 2
    elif kinds <= {"ints", "words"}:
        options += [f"{first} + {second}", f"{first} == {second}"] * 2
    elif kinds == {"counts"}:
        options += [f"{{**{first}, **{second}}}", f"{first} | {second}"] * 2
    elif kinds == {"words", "str"}:
        words, text = (first, second) if g.types[first] == "words" else (second, first)
        options += [f"{text}.join({words})", f"[{text}, *{words}]", f"{text} in {words}"] * 2
    return g.random.choice(options)
