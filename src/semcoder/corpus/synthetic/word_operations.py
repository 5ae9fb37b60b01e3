"""Operations on lists of words and on texts as parts: families of levels 2 and 3."""

from semcoder.corpus.synthetic.operations import Operation as Op
from semcoder.corpus.synthetic.operations import count


def each_word(expression: str) -> tuple[str, ...]:
    """Returns realisations that map a list's words `w`."""
    return (f"{{y}} = [{expression} for w in {{x}}]", f"{{y}} = []\nfor w in {{x}}:\n    {{y}}.append({expression})",
            f"{{y}} = list(map(lambda w: {expression}, {{x}}))")


def keep_words(condition: str) -> tuple[str, ...]:
    """Returns realisations that filter a list's words `w`."""
    return (f"{{y}} = [w for w in {{x}} if {condition}]",
            f"{{y}} = []\nfor w in {{x}}:\n    if {condition}:\n        {{y}}.append(w)",
            f"{{y}} = []\nfor w in {{x}}:\n    if not ({condition}):\n        continue\n    {{y}}.append(w)")


def split_slowly(text: str, sep: str) -> list[str]:
    """Returns the parts of a text between separators, found one by one."""
    head, found, tail = text.partition(sep)
    return [head, *split_slowly(tail, sep)] if found else [head]


def split_blanks(text: str) -> list[str]:
    """Returns the words of a text, read character by character."""
    words = [""]
    for c in text:
        if c in " \t\n":
            words.append("")
        else:
            words[-1] += c
    return [word for word in words if word]


def trim_slowly(text: str) -> str:
    """Returns the text from its first to its last character that is no white space."""
    places = [i for i, c in enumerate(text) if c not in " \t\n"]
    return text[places[0]:places[-1] + 1] if places else ""


def first_largest(pairs: list[tuple]) -> object:
    """Returns the first item with the largest number of (item, number) pairs."""
    return sorted(pairs, key=lambda pair: -pair[1])[0][0]


WORDS = (
    Op("words_upper", "words", "words",
       ("write every word in capital letters", "turn all words into upper case"),
       each_word("w.upper()"),
       lambda ws: ["".join(map(str.upper, w)) for w in ws], level=2),
    Op("words_flip", "words", "words",
       ("reverse each word", "write each word backwards"),
       each_word("w[::-1]"),
       lambda ws: ["".join(reversed(w)) for w in ws], level=2),
    Op("words_mark", "words", "words",
       ("put {k} in front of each word", "start every word with an extra {k}"),
       (*each_word("{k} + w"), "{y} = [''.join([{k}, w]) for w in {x}]"),
       lambda ws, k: ["".join((k, w)) for w in ws], "letter", level=3),
    Op("keep_long", "words", "words",
       ("keep the words longer than {k} letters", "drop the words of up to {k} letters"),
       keep_words("len(w) > {k}"),
       lambda ws, k: [w for w in ws if w[k:]], "number", level=2),
    Op("keep_start", "words", "words",
       ("keep the words that start with {k}", "drop each word without {k} in front"),
       keep_words("w.startswith({k})"),
       lambda ws, k: [w for w in ws if w.find(k) == 0], "letter", level=2),
    Op("drop_word", "words", "words",
       ("remove every {k}", "leave out each {k}"),
       (*keep_words("w != {k}"), "{y} = {x}.copy()\nwhile {k} in {y}:\n    {y}.remove({k})"),
       lambda ws, k: list(filter(lambda w: w != k, ws)), "word", level=2),
    Op("sort_words", "words", "words",
       ("sort the words", "put the words in order"),
       ("{y} = sorted({x})", "{y} = {x}.copy()\n{y}.sort()"),
       lambda ws: sorted(ws), level=2),
    Op("sort_by_length", "words", "words",
       ("sort the words by their length, shortest first, equally long ones as they stand",),
       ("{y} = sorted({x}, key=len)", "{y} = {x}.copy()\n{y}.sort(key=len)", "{y} = sorted({x}, key=lambda w: len(w))"),
       lambda ws: [w for n in range(99) for w in ws if len(w) == n], level=3),
    Op("unique_words", "words", "words",
       ("remove repeated words, keeping the first of each", "keep each word only the first time it occurs"),
       ("{y} = []\nfor w in {x}:\n    if w not in {y}:\n        {y}.append(w)", "{y} = list(dict.fromkeys({x}))"),
       lambda ws: [w for i, w in enumerate(ws) if ws.index(w) == i], level=2),
    Op("reverse_words", "words", "words",
       ("put the words in reverse order", "turn the list of words around"),
       ("{y} = {x}[::-1]", "{y} = {x}.copy()\n{y}.reverse()", "{y} = list(reversed({x}))"),
       lambda ws: [ws[-i] for i in range(1, len(ws) + 1)], level=2),
    Op("number_words", "words", "words",
       ("put its position, counted from 0, in front of each word",),
       ("{y} = [str(i) + w for i, w in enumerate({x})]",
        "{y} = []\nfor i, w in enumerate({x}):\n    {y}.append(f'{{i}}{{w}}')"),
       lambda ws: list(map(lambda i: f"{i}" + ws[i], range(len(ws)))), level=3),
    Op("take_words", "words", "words",
       ("take the first {k} words", "keep only the first {k} words"),
       ("{y} = {x}[:{k}]", "{y} = [w for i, w in enumerate({x}) if i < {k}]"),
       lambda ws, k: [w for _, w in zip(range(k), ws, strict=False)], "few", level=2),
    Op("initials", "words", "str",
       ("join the first letters of the words", "write the words' first letters in a row"),
       ("{y} = ''.join([w[:1] for w in {x}])", "{y} = ''\nfor w in {x}:\n    {y} += w[:1]"),
       lambda ws: "".join(next(iter(w), "") for w in ws), level=2),
    Op("join_words", "words", "str",
       ("join the words with {k} between them", "write the words in a row with {k} between"),
       ("{y} = {k}.join({x})",
        "{y} = ''\nfor i, w in enumerate({x}):\n    if i > 0:\n        {y} += {k}\n    {y} += w"),
       lambda ws, k: "".join(w if i == 0 else k + w for i, w in enumerate(ws)), "sep", level=2),
    Op("lengths", "words", "list",
       ("list the lengths of the words", "replace each word by its length"),
       (*each_word("len(w)"), "{y} = list(map(len, {x}))"),
       lambda ws: [sum(1 for _ in w) for w in ws], level=2),
    Op("longest", "words", "str",
       ("take the longest word, the first of several", "pick the first of the longest words"),
       ("{y} = max({x}, key=len)", "{y} = {x}[0]\nfor w in {x}:\n    if len(w) > len({y}):\n        {y} = w"),
       lambda ws: first_largest([(w, len(w)) for w in ws]), level=2),
    Op("count_words", "words", "int",
       ("return how many words there are", "count the words"),
       ("{y} = len({x})", "{y} = 0\nfor w in {x}:\n    {y} += 1"),
       lambda ws: sum(1 for _ in ws), level=2),
    Op("count_long", "words", "int",
       ("return how many words are longer than {k} letters", "count the words of more than {k} letters"),
       (*count("len(w) > {k}", "w"), "{y} = sum(len(w) > {k} for w in {x})"),
       lambda ws, k: sum(1 for w in ws if w[k:]), "number", level=2),
    Op("total_letters", "words", "int",
       ("count the letters of all words together", "return the summed lengths of the words"),
       ("{y} = sum(len(w) for w in {x})", "{y} = 0\nfor w in {x}:\n    {y} += len(w)", "{y} = len(''.join({x}))"),
       lambda ws: sum(1 for w in ws for _ in w), level=2),
    Op("count_word", "words", "int",
       ("return how often {k} occurs", "count the word {k}"),
       ("{y} = {x}.count({k})", *count("w == {k}", "w")),
       lambda ws, k: sum(w == k for w in ws), "word", level=2),
    Op("has_word", "words", "bool",
       ("return whether {k} is among the words", "tell whether {k} occurs"),
       ("{y} = {k} in {x}", "{y} = any(w == {k} for w in {x})"),
       lambda ws, k: ws.count(k) > 0, "word", level=2),
    Op("distinct_words", "words", "int",
       ("count the different words", "return how many distinct words there are"),
       ("{y} = len(set({x}))", "{y} = len({{w for w in {x}}})"),
       lambda ws: len(dict.fromkeys(ws)), level=2),
    Op("word_counts", "words", "dict",
       ("count how often each word occurs", "map each word to how often it occurs"),
       ("{y} = {{}}\nfor w in {x}:\n    {y}[w] = {y}.get(w, 0) + 1",
        "{y} = {{}}\nfor w in {x}:\n    {y}.setdefault(w, 0)\n    {y}[w] += 1",
        "{y} = {{}}\nfor w in {x}:\n    if w in {y}:\n        {y}[w] += 1\n    else:\n        {y}[w] = 1"),
       lambda ws: {w: ws.count(w) for w in ws}, level=2),
    Op("word_lengths", "words", "dict",
       ("map each word to its length",),
       ("{y} = {{w: len(w) for w in {x}}}", "{y} = {{}}\nfor w in {x}:\n    {y}[w] = len(w)",
        "{y} = dict(zip({x}, map(len, {x})))"),
       lambda ws: dict((w, sum(1 for _ in w)) for w in ws), level=2),
    Op("places", "words", "dict",
       ("map each word to the position of its first occurrence, counted from 0",),
       ("{y} = {{}}\nfor i, w in enumerate({x}):\n    if w not in {y}:\n        {y}[w] = i",
        "{y} = {{}}\nfor i, w in enumerate({x}):\n    {y}.setdefault(w, i)"),
       lambda ws: {w: ws.index(w) for w in ws}, level=3),
)
PARTS = (
    Op("split_blanks", "str", "words",
       ("split it into words at white space", "list its words (white space lies between)"),
       ("{y} = {x}.split()",),
       split_blanks, level=2),
    Op("split_at", "str", "words",
       ("split it at each {k}", "list its parts between {k}"),
       ("{y} = {x}.split({k})",
        "{y} = []\npart = ''\nfor c in {x}:\n    if c == {k}:\n        {y}.append(part)\n        part = ''\n"
        "    else:\n        part += c\n{y}.append(part)"),
       split_slowly, "sep", level=2),
    Op("letters", "str", "words",
       ("list its characters", "take it apart into single characters"),
       ("{y} = list({x})", "{y} = [c for c in {x}]"),
       lambda s: [s[i:i + 1] for i in range(len(s))], level=2),
    Op("swap_case", "str", "str",
       ("swap capital and small letters", "turn capitals into small letters and the other way round"),
       ("{y} = {x}.swapcase()",
        "{y} = ''\nfor c in {x}:\n    if c.isupper():\n        {y} += c.lower()\n    else:\n        {y} += c.upper()"),
       lambda s: "".join(c.lower() if "A" <= c <= "Z" else c.upper() for c in s), level=2),
    Op("digits", "str", "str",
       ("keep only the digits", "remove all that is not a digit"),
       ("{y} = ''.join(c for c in {x} if c.isdigit())",
        "{y} = ''\nfor c in {x}:\n    if c.isdigit():\n        {y} += c"),
       lambda s: "".join(c for c in s if c in "0123456789"), level=2),
    Op("only_letters", "str", "str",
       ("keep only the letters", "remove all that is not a letter"),
       ("{y} = ''.join([c for c in {x} if c.isalpha()])",
        "{y} = ''\nfor c in {x}:\n    if c.isalpha():\n        {y} += c"),
       lambda s: "".join(c for c in s if "a" <= c.lower() <= "z"), level=2),
    Op("strip", "str", "str",
       ("remove the white space at both ends", "trim it"),
       ("{y} = {x}.strip()", "{y} = {x}.lstrip().rstrip()"),
       trim_slowly, level=2),
    Op("before", "str", "str",
       ("keep what stands before the first {k}, or all of it without one",),
       ("{y} = {x}.split({k})[0]", "{y} = {x}.partition({k})[0]",
        "{y} = ''\nfor c in {x}:\n    if c == {k}:\n        break\n    {y} += c"),
       lambda s, k: s[:s.find(k)] if k in s else s, "sep", level=2),
    Op("after", "str", "str",
       ("keep what follows the last {k}, or all of it without one",),
       ("{y} = {x}.split({k})[-1]", "{y} = {x}.rsplit({k}, 1)[-1]", "{y} = {x}.rpartition({k})[2]",
        "{y} = {x}[{x}.rfind({k}) + 1:]"),
       lambda s, k: split_slowly(s, k).pop(), "sep", level=2),
    Op("pad", "str", "str",
       ("fill it up to 8 characters with {k} in front", "put {k} in front until it has 8 characters"),
       ("{y} = {x}.rjust(8, {k})", "{y} = {x}\nwhile len({y}) < 8:\n    {y} = {k} + {y}"),
       lambda s, k: "".join(k for _ in range(8 - len(s))) + s, "letter", level=2),
    Op("letter_counts", "str", "dict",
       ("count how often each character occurs", "map each character to how often it occurs"),
       ("{y} = {{}}\nfor c in {x}:\n    {y}[c] = {y}.get(c, 0) + 1",
        "{y} = {{}}\nfor c in {x}:\n    if c not in {y}:\n        {y}[c] = {x}.count(c)"),
       lambda s: {c: len(s.split(c)) - 1 for c in s}, level=2),
    Op("ends", "str", "bool",
       ("return whether it ends with {k}", "tell whether its last character is {k}"),
       ("{y} = {x}.endswith({k})", "{y} = {x}[-1:] == {k}"),
       lambda s, k: s.find(k, len(s) - 1) >= 0, "letter", level=2),
    Op("count_capitals", "str", "int",
       ("return how many capital letters it has", "count the capital letters"),
       (*count("c.isupper()", "c"), "{y} = sum(c.isupper() for c in {x})"),
       lambda s: sum("A" <= c <= "Z" for c in s), level=2),
)
