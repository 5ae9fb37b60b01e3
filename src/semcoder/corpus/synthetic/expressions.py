"""Productions: type -> the operations that yield it, each with its level and weight.

Level 1 is short and shallow, over numbers, strings and lists of numbers. Weights follow how often real short programs
use a construct; each rarer method of the built-in types still has its place.
"""

from semcoder.corpus.synthetic.collection_expressions import COUNTS, GROUPED, INTS, NUMSET, PAIRS, ROWS, WORDSET
from semcoder.corpus.synthetic.number_expressions import FLOAT, INT, POINT
from semcoder.corpus.synthetic.templates import Production as P
from semcoder.corpus.synthetic.templates import Table
from semcoder.corpus.synthetic.text_expressions import STR, WORDS

BOOL = Table(
    P("$int! > $big", 1, 1.2),
    P("$int! < $big", 1, 1.2),
    P("$int! % 2 == 0", 1, 1.2),
    P("$int! == $big", 1, 0.5),
    P("$int! >= $int", 2, 0.5),
    P("$ch in $str!", 1, 1.4),
    P("len($str!) > $two", 1, 1.4),
    P("$str![0] == $str![-1]", 2, 0.3),
    P("$big in $ints!", 1, 1),
    P("len($ints!) > $two", 1, 1),
    P("sum($ints!) > $big", 2, 0.5),
    P("$ints![0] > $big", 1, 1),
    P("$str!.startswith($str)", 2, 3),
    P("$str!.endswith($str)", 2, 2.5),
    P("$str in $str!", 2, 2),
    P("$str not in $str!", 2, 1),
    P("$str!.isdigit()", 2, 1.5),
    P("$str!.@(isalpha ;; isupper ;; islower ;; isalnum ;; isnumeric ;; isspace)@()", 2, 4),
    P("$str!.@(istitle ;; isdecimal ;; isascii ;; isidentifier ;; isprintable)@()", 2, 8),
    P("len($seq!) @(> ;; < ;; == ;; >= ;; !=)@ $c", 2, 2),
    P("$lit in $words!", 2, 2),
    P("$lit not in $words!", 2, 0.7),
    P("$lit in $counts!", 2, 1.5),
    P("$str! in $counts!", 2, 1.5),
    P("$int! in $ints!", 2, 1.5),
    P("$int! not in $ints!", 2, 0.7),
    P("not $seq!", 2, 1.5),
    P("len($sized!) > $two", 2, 0.7),
    P("$int! != $int", 2, 1),
    P("$int! <= $big", 2, 1),
    P("$cond and $cond", 2, 0.8),
    P("$cond or $cond", 2, 0.6),
    P("$str! == $str![::-1]", 2, 0.3),
    P("$str! != $str", 2, 0.5),
    P("$counts!.get($lit) is @(None ;; not None)@", 2, 1.5),
    P("$counts!.get($str!) is not None", 2, 1.8),
    P("any($int~1 > $big for $int~1 in $ints!)", 2, 0.7),
    P("all($int~1 @(> ;; >=)@ $big for $int~1 in $ints!)", 2, 0.7),
    P("any($str~1.isdigit() for $str~1 in $str!)", 2, 0.7),
    P("all($word~1.@(isalpha ;; islower)@() for $word~1 in $words!)", 2, 0.7),
    P("$numset!.isdisjoint($ints!)", 2, 3.6),
    P("$numset!.@(issubset ;; issuperset)@($ints!)", 2, 5.4),
    P("$int! in $numset!", 2, 2.7),
    P("$str! in $wordset!", 2, 1.8),
    P("bool($seq!)", 3, 0.4),
    P("$point!1[0] < $point1[-1]", 2, 1),
    P("0 < $int! <= $big", 2, 0.7),
    P("$float! > $big", 2, 1.5),
    P("$bool!", 2, 1.5),
    P("not $bool!", 2, 1),
    P("$ints! == sorted($ints!)", 3, 0.2),
    P("set($str!).@(issubset ;; isdisjoint ;; issuperset)@($vowels)", 2, 2),
    P("$wordset!.isdisjoint($words!)", 2, 1.8),
    P("{$lit, $lit} <= set($words!)", 3, 0.2),
    P("$str! > $str", 3, 0.3),
    P("$str! in ($lit, $lit)", 2, 0.5),
    P("$str! in {$lit, $lit, $lit}", 2, 0.5),
    P("$str!.lower() in $topic", 3, 0.4),
    P("isinstance($counts!.get($lit), int)", 3, 1),
    P("type($counts!.get($str!)) is int", 3, 4),
)
EXPRESSIONS = {"int": INT, "float": FLOAT, "bool": BOOL, "point": POINT, "str": STR, "words": WORDS, "ints": INTS,
               "counts": COUNTS, "groups": GROUPED, "rows": ROWS, "pairs": PAIRS, "numset": NUMSET, "wordset": WORDSET}
