"""What described programs are made of: operations on lists of numbers and on texts as letters; level 1 has no others.

Each operation states itself three times, independently: in words, in code (one or more realisations that set
`{y}` from `{x}`, with the constant `{k}`) and as a reference function of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate, pairwise


@dataclass(frozen=True)
class Operation:
    """One step of a described program."""

    name: str
    takes: str  # list | str | words | dict | rows
    gives: str  # the same, or int or bool, which end a chain
    phrases: tuple[str, ...]
    bodies: tuple[str, ...]
    reference: Callable
    constant: str = ""  # "" | number (2 to 6) | few (2 or 3) | letter | word | sep
    level: int = 1


def each(expression: str) -> tuple[str, ...]:
    """Returns realisations that map a list's numbers `v`."""
    return (f"{{y}} = [{expression} for v in {{x}}]", f"{{y}} = []\nfor v in {{x}}:\n    {{y}}.append({expression})")


def keep(condition: str) -> tuple[str, ...]:
    """Returns realisations that filter a list's numbers `v`."""
    return (
        f"{{y}} = [v for v in {{x}} if {condition}]",
        f"{{y}} = []\nfor v in {{x}}:\n    if {condition}:\n        {{y}}.append(v)",
    )


def count(condition: str, item: str) -> tuple[str, ...]:
    """Returns realisations that count items."""
    return (
        f"{{y}} = 0\nfor {item} in {{x}}:\n    if {condition}:\n        {{y}} += 1",
        f"{{y}} = len([{item} for {item} in {{x}} if {condition}])",
    )


def spell(condition: str) -> tuple[str, ...]:
    """Returns realisations that keep letters `c` of a text."""
    return (
        f"{{y}} = ''.join([c for c in {{x}} if {condition}])",
        f"{{y}} = ''\nfor c in {{x}}:\n    if {condition}:\n        {{y}} += c",
    )


LIST_TO_LIST = (
    Operation("keep_above", "list", "list", ("keep the numbers greater than {k}", "drop every number up to {k}"),
              keep("v > {k}"), lambda xs, k: list(filter(lambda v: v > k, xs)), "number"),
    Operation("keep_below", "list", "list", ("keep the numbers less than {k}", "drop every number from {k} on up"),
              keep("v < {k}"), lambda xs, k: list(filter(lambda v: v < k, xs)), "number"),
    Operation("keep_even", "list", "list", ("keep the even numbers", "remove the odd numbers"), keep("v % 2 == 0"),
              lambda xs: list(filter(lambda v: not v & 1, xs))),
    Operation("keep_odd", "list", "list", ("keep the odd numbers", "remove the even numbers"), keep("v % 2 == 1"),
              lambda xs: list(filter(lambda v: v & 1, xs))),
    Operation("remove_value", "list", "list", ("remove every {k}", "drop all numbers equal to {k}"),
              keep("v != {k}"), lambda xs, k: list(filter(lambda v: v != k, xs)), "number"),
    Operation("add", "list", "list", ("add {k} to each number", "increase every number by {k}"), each("v + {k}"),
              lambda xs, k: list(map(k.__add__, xs)), "number"),
    Operation("multiply", "list", "list", ("multiply each number by {k}", "scale every number by {k}"),
              each("v * {k}"), lambda xs, k: list(map(k.__mul__, xs)), "few"),
    Operation("square", "list", "list", ("square each number", "replace every number by its square"), each("v * v"),
              lambda xs: [pow(v, 2) for v in xs], level=2),
    Operation("reverse", "list", "list", ("reverse the list", "put the numbers in reverse order"),
              ("{y} = {x}[::-1]", "{y} = []\nfor v in {x}:\n    {y} = [v] + {y}"), lambda xs: list(reversed(xs))),
    Operation("sort", "list", "list", ("sort the numbers", "put the numbers in ascending order"),
              ("{y} = sorted({x})",), lambda xs: sorted(xs)),
    Operation("sort_down", "list", "list", ("sort the numbers from largest to smallest",
              "put the numbers in descending order"), ("{y} = sorted({x}, reverse=True)",
              "{y} = sorted({x})[::-1]"), lambda xs: sorted(xs)[::-1], level=2),
    Operation("drop_first", "list", "list", ("drop the first number", "leave out the first number"),
              ("{y} = {x}[1:]",), lambda xs: [v for i, v in enumerate(xs) if i]),
    Operation("drop_last", "list", "list", ("drop the last number", "leave out the last number"),
              ("{y} = {x}[:-1]",), lambda xs: [v for i, v in enumerate(xs, 1) if i < len(xs)]),
    Operation("take", "list", "list", ("take the first {k} numbers", "keep only the first {k} numbers"),
              ("{y} = {x}[:{k}]",), lambda xs, k: [v for i, v in enumerate(xs) if i < k], "few"),
    Operation("unique", "list", "list", ("remove repeated numbers, keeping the first of each",
              "keep each number only the first time it occurs"),
              ("{y} = []\nfor v in {x}:\n    if v not in {y}:\n        {y}.append(v)",),
              lambda xs: list(dict.fromkeys(xs)), level=2),
    Operation("running_sums", "list", "list", ("replace the numbers by their running sums",
              "compute the running totals"),
              ("{y} = []\nacc = 0\nfor v in {x}:\n    acc += v\n    {y}.append(acc)",),
              lambda xs: list(accumulate(xs)), level=2),
    Operation("differences", "list", "list",
              ("take the differences of neighbours, each number minus the one before it",),
              ("{y} = [b - a for a, b in zip({x}, {x}[1:])]",
              "{y} = []\nfor i in range(1, len({x})):\n    {y}.append({x}[i] - {x}[i - 1])"),
              lambda xs: [b - a for a, b in pairwise(xs)], level=2),
    Operation("append", "list", "list", ("put {k} at the end", "append {k}"), ("{y} = {x} + [{k}]",),
              lambda xs, k: [*xs, k], "number"),
)
LIST_TO_VALUE = (
    Operation("sum", "list", "int", ("return the sum", "return the total of the numbers"), ("{y} = sum({x})",
              "{y} = 0\nfor v in {x}:\n    {y} += v"), lambda xs: sum(xs)),
    Operation("max", "list", "int", ("return the largest number",), ("{y} = max({x})",
              "{y} = {x}[0]\nfor v in {x}:\n    if v > {y}:\n        {y} = v"), lambda xs: sorted(xs)[-1]),
    Operation("min", "list", "int", ("return the smallest number",), ("{y} = min({x})",
              "{y} = {x}[0]\nfor v in {x}:\n    if v < {y}:\n        {y} = v"), lambda xs: sorted(xs)[0]),
    Operation("count_above", "list", "int", ("return how many numbers are greater than {k}",
              "count the numbers above {k}"), count("v > {k}", "v"), lambda xs, k: sum(v > k for v in xs),
              "number"),
    Operation("count_even", "list", "int", ("return how many numbers are even", "count the even numbers"),
              count("v % 2 == 0", "v"), lambda xs: sum(not v & 1 for v in xs)),
    Operation("length", "list", "int", ("return how many numbers there are", "count the numbers"),
              ("{y} = len({x})",), lambda xs: sum(1 for _ in xs)),
    Operation("spread", "list", "int", ("return the largest number minus the smallest",),
              ("{y} = max({x}) - min({x})",), lambda xs: sorted(xs)[-1] - sorted(xs)[0], level=2),
    Operation("last", "list", "int", ("return the last number",), ("{y} = {x}[-1]",),
              lambda xs: list(reversed(xs))[0]),
    Operation("any_above", "list", "bool", ("return whether any number is greater than {k}",
              "tell whether some number is above {k}"),
              ("{y} = False\nfor v in {x}:\n    if v > {k}:\n        {y} = True",
              "{y} = any([v > {k} for v in {x}])"), lambda xs, k: bool([v for v in xs if v > k]), "number", level=2),
    Operation("all_even", "list", "bool", ("return whether all numbers are even",
              "tell whether every number is even"),
              ("{y} = True\nfor v in {x}:\n    if v % 2 == 1:\n        {y} = False",
              "{y} = all([v % 2 == 0 for v in {x}])"), lambda xs: not [v for v in xs if v & 1], level=2),
    Operation("contains", "list", "bool", ("return whether {k} is among the numbers", "tell whether {k} occurs"),
              ("{y} = {k} in {x}",), lambda xs, k: xs.count(k) > 0, "number"),
    Operation("join", "list", "str", ("write the numbers in a row, with `-` between them",),
              ("{y} = '-'.join([str(v) for v in {x}])",), lambda xs: '-'.join(map(str, xs)), level=2),
)
TEXT = (
    Operation("upper", "str", "str", ("write it in capital letters", "turn it into upper case"),
              ("{y} = {x}.upper()",), lambda s: ''.join(map(str.upper, s))),
    Operation("flip", "str", "str", ("reverse it", "write it backwards"), ("{y} = {x}[::-1]",
              "{y} = ''\nfor c in {x}:\n    {y} = c + {y}"), lambda s: ''.join(reversed(s))),
    Operation("remove_letter", "str", "str", ("remove every {k}", "leave out each {k}"), (*spell("c != {k}"),
              "{y} = {x}.replace({k}, '')"), lambda s, k: ''.join(s.split(k)), "letter"),
    Operation("drop_vowels", "str", "str", ("remove the vowels a, e, i, o, u",
              "leave out all vowels (a, e, i, o, u)"), spell("c not in 'aeiou'"),
              lambda s: ''.join(c for c in s if 'aeiou'.find(c) < 0)),
    Operation("double", "str", "str", ("double each letter", "write every letter twice"),
              ("{y} = ''.join([c * 2 for c in {x}])", "{y} = ''\nfor c in {x}:\n    {y} += c + c"),
              lambda s: ''.join(c + c for c in s)),
    Operation("head", "str", "str", ("take its first {k} letters", "keep only the first {k} letters"),
              ("{y} = {x}[:{k}]",), lambda s, k: ''.join((c for i, c in enumerate(s) if i < k)), "few"),
    Operation("drop_head", "str", "str", ("drop its first letter", "leave out the first letter"),
              ("{y} = {x}[1:]",), lambda s: ''.join((c for i, c in enumerate(s) if i))),
    Operation("sort_letters", "str", "str", ("sort its letters", "put its letters in alphabetical order"),
              ("{y} = ''.join(sorted({x}))",), lambda s: ''.join(sorted(s)), level=2),
    Operation("suffix", "str", "str", ("append {k}", "put {k} at the end"), ("{y} = {x} + {k}",),
              lambda s, k: f'{s}{k}', "letter"),
    Operation("prefix", "str", "str", ("put {k} in front", "start it with an extra {k}"), ("{y} = {k} + {x}",),
              lambda s, k: f'{k}{s}', "letter"),
    Operation("replace_a", "str", "str", ("replace each a by {k}", "change every a to {k}"),
              ("{y} = {x}.replace('a', {k})",), lambda s, k: k.join(s.split('a')), "letter"),
    Operation("repeat", "str", "str", ("repeat it {k} times", "write it {k} times in a row"), ("{y} = {x} * {k}",),
              lambda s, k: ''.join(s for _ in range(k)), "few"),
    Operation("text_length", "str", "int", ("return its length", "return how many letters it has"),
              ("{y} = len({x})", "{y} = 0\nfor c in {x}:\n    {y} += 1"), lambda s: sum(1 for _ in s)),
    Operation("count_letter", "str", "int", ("return how often {k} occurs", "count the letter {k}"),
              ("{y} = {x}.count({k})", *count("c == {k}", "c")), lambda s, k: len(s.split(k)) - 1, "letter"),
    Operation("count_vowels", "str", "int", ("return how many vowels (a, e, i, o, u) it has",
              "count the vowels a, e, i, o, u"), count("c in 'aeiou'", "c"),
              lambda s: sum(s.count(v) for v in 'aeiou')),
    Operation("distinct", "str", "int", ("return how many different letters it has", "count its distinct letters"),
              ("{y} = len(set({x}))",), lambda s: len(dict.fromkeys(s)), level=2),
    Operation("position", "str", "int",
              ("return the position of the first {k}, counted from 0, or -1 without one",),
              ("{y} = {x}.find({k})",), lambda s, k: s.index(k) if k in s else -1, "letter"),
    Operation("palindrome", "str", "bool", ("return whether it reads the same backwards",
              "tell whether it is a palindrome"), ("{y} = {x} == {x}[::-1]",),
              lambda s: all((a == b for a, b in zip(s, reversed(s), strict=True))), level=2),
    Operation("has_letter", "str", "bool", ("return whether it contains {k}", "tell whether {k} occurs in it"),
              ("{y} = {k} in {x}",), lambda s, k: s.find(k) >= 0, "letter"),
    Operation("starts", "str", "bool", ("return whether it starts with {k}",), ("{y} = {x}.startswith({k})",
              "{y} = {x}[:1] == {k}"), lambda s, k: s.find(k) == 0, "letter", level=2),
    Operation("numbers_of", "str", "list", ("list the positions of its letters in the alphabet, a being 0",),
              ("{y} = [ord(c) - 97 for c in {x}]", "{y} = []\nfor c in {x}:\n    {y}.append(ord(c) - 97)"),
              lambda s: ['abcdefghijklmnopqrstuvwxyz'.find(c) for c in s], level=2),
    Operation("places_of", "str", "list", ("list the positions, counted from 0, at which {k} occurs",),
              ("{y} = [i for i, c in enumerate({x}) if c == {k}]",
              "{y} = []\nfor i in range(len({x})):\n    if {x}[i] == {k}:\n        {y}.append(i)"),
              lambda s, k: [i for i in range(len(s)) if s[i:].startswith(k)], "letter", level=2),
)
OPERATIONS = LIST_TO_LIST + LIST_TO_VALUE + TEXT
