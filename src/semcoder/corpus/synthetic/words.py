"""The words of generated programs: identifiers by type, and what their strings are made of."""

NAMES = {
    "int": ("n", "k", "total", "count", "size", "best", "step", "limit", "score", "width", "start", "index"),
    "float": ("ratio", "mean", "rate", "price"),
    "bool": ("found", "ok", "done", "valid"),
    "str": ("text", "word", "name", "line", "key", "tag", "label", "title", "result", "message", "prefix", "code"),
    "ints": ("nums", "items", "values", "data", "row", "xs", "scores", "ages", "sizes", "prices"),
    "words": ("words", "names", "parts", "lines", "tokens", "labels", "fields", "cities", "tags", "chunks"),
    "counts": ("counts", "stock", "ages", "table", "marks", "votes", "totals", "points"),
    "groups": ("groups", "by_size", "buckets", "index_of", "teams"),
    "rows": ("rows", "grid", "matrix", "table", "batches"),
    "pairs": ("pairs", "entries", "records", "sales", "orders"),
    "numset": ("seen", "unique", "common", "known", "ids"),
    "wordset": ("letters", "kinds", "vocab", "allowed", "stop"),
    "point": ("pair", "point", "bounds", "stats", "span"),
}
ITEMS = {"int": ("x", "n", "v", "num", "value"), "str": ("c", "ch", "char", "letter"), "index": ("i", "j", "pos"),
         "key": ("k", "key", "name"), "word": ("w", "word", "part", "item", "s"), "row": ("row", "group", "r"),
         "value": ("v", "value", "amount", "n"), "helper": ("inner", "step", "shift", "weigh", "clean", "score")}
TOPICS = (
    ("apple", "banana", "cherry", "fig", "grape", "kiwi", "lemon", "mango", "melon", "olive", "peach", "plum"),
    ("Anna", "Ben", "Clara", "David", "Emma", "Felix", "Greta", "Hugo", "Ines", "Jonas", "Lena", "Omar"),
    ("Berlin", "Cairo", "Delhi", "Lima", "Lagos", "Madrid", "Oslo", "Paris", "Quito", "Rome", "Seoul", "Tokyo"),
    ("red", "green", "blue", "black", "white", "pink", "grey", "gold", "teal", "brown"),
    ("cat", "dog", "horse", "owl", "fox", "bear", "hen", "goat", "wolf", "lion", "mouse"),
    ("bread", "milk", "rice", "salt", "tea", "sugar", "soap", "eggs", "butter", "honey"),
    ("error", "warn", "info", "debug", "start", "stop", "retry", "done", "idle", "open"),
    ("id", "name", "email", "city", "role", "user", "admin", "guest", "token", "level"),
    ("math", "art", "music", "history", "sport", "latin", "biology", "chess"),
    ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
)
PHRASES = (
    "the quick brown fox", "open the door", "hello world", "see you soon", "a fine day", "Once upon a time",
    "left or right", "up and down", "time to go home", "no news is good news", "To be or not to be", "all is well",
    "keep it simple", "one step at a time", "more haste less speed", "Mind the gap", "wait and see", "back to back",
    "the end of the road", "tea for two", "Rain in May", "a needle in a haystack", "so far so good", "well done",
)
CODES = ("AB-12", "x7Z9", "2024-05-01", "v1.10.3", "C3PO", "a1b2c3", "42", "007", "3.14", "ISO-8859-1", "Q4", "9F00",
         "1,250", "+49 30", "12:45", "u_17", "R2-D2", "64bit", "0xff", "B-17-c", "10%", "#tag", "n/a", "20.5")
SEPARATORS = {"csv": ",", "phrase": " ", "path": "/", "snake": "_", "dashed": "-", "settings": "=", "plain": "a",
              "code": "-", "mixed": " ", "lines": "\n", "tabs": "\t",
              "padded": " "}
FEW_LETTERS = "abcdeorst"  # of constants, and of strings above level 1: few, so that they meet
ALPHABET = "abcdehilnorst"  # of the easy level's strings
