"""Productions: type -> the operations that yield it, each with its level and weight.

Level 1 is short and shallow, over numbers, strings and lists of numbers. Weights follow how often real short programs
use a construct; each rarer method of the built-in types still has its place.
"""

from semcoder.corpus.synthetic.templates import Production as P
from semcoder.corpus.synthetic.templates import Table

INT = Table(
    P("$int! + $int", 1, 2), P("$int! @(+ ;; - ;; * ;; % ;; //)@ $c", 1, 5),
    P("@(len ;; sum ;; max ;; min)@($ints!)", 1, 4), P("$ints![@(0 ;; -1)@]", 1, 2), P("$int! + len($ints!)", 1, 1),
    P("len($str!)", 1, 2), P("$str!.count($ch)", 1, 1), P("$int! + len($str!)", 1, 1),
    P("len($seq!)", 2, 5), P("$str!.@(find ;; rfind)@($str)", 2, 2.5), P("$str!.@(index ;; rindex)@($str)", 2, 2),
    P("$str!.count($sep)", 2, 1.5), P("$ints!.count($int)", 2, 1.5), P("$ints!.index($int)", 2, 1),
    P("$words!.count($str)", 2, 1), P("$words!.index($str)", 2, 0.7), P("abs($int!)", 2, 1), P("$int! ** 2", 2, 0.6),
    P("$int! - $int", 2, 2), P("$int! * $int", 2, 1), P("-$int!", 2, 0.7), P("$counts!.get($lit, $big)", 2, 2),
    P("$counts!.get($str!, $big)", 2, 2), P("sum($counts!.values())", 2, 1), P("len($counts!)", 2, 1),
    P("max($int!, $int)", 2, 1), P("min($int!, $big)", 2, 1), P("len(set($seq!))", 2, 1),
    P("len($str!.split(@($sep ;; )@))", 2, 1), P("int($int! @(> ;; < ;; == ;; >=)@ $big)", 2, 0.4),
    P("$int! if $cond else $int", 2, 1), P("ord($str![0])", 3, 0.5), P("int($float!)", 2, 0.6),
    P("round($float!)", 3, 0.4), P("len($str!) // $two", 2, 1), P("len($str!) % $c", 2, 0.7),
    P("sum(len($word~1) for $word~1 in $words!)", 2, 1), P("sum($int~1 for $int~1 in $ints! if $int~1 > $big)", 2, 1),
    P("sum($int~1 @(% 2 ;; // 2 ;; ** 2)@ for $int~1 in $ints!)", 3, 1), P("sum(1 for $str~1 in $str! if $str~1 in "
      "$vowels)", 2, 1), P("sum($str~1.@(isupper ;; islower ;; isdigit ;; isalpha)@() for $str~1 in $str!)", 3, 0.7),
    P("max((len($word~1) for $word~1 in $words!), default=0)", 3, 0.6), P("len($numset!)", 2, 1.5),
    P("next(($int~1 for $int~1 in $ints! if $int~1 > $big), -1)", 3, 0.8), P("next(iter($ints!), $big)", 3, 0.4),
    P("sum(map(len, $words!))", 3, 0.6), P("$point!.count($int)", 2, 2), P("$point!.index($point![-1])", 2, 1.5),
    P("$point![@(0 ;; 1 ;; -1)@]", 2, 2), P("sum($numset!)", 2, 1), P("len($wordset!)", 2, 1),
    P("sum($int~1 for _, $int~1 in $pairs!)", 3, 1), P("sum(sum($row~1) for $row~1 in $rows!)", 3, 1),
    P("len($rows!)", 2, 0.5), P("max(map(len, $rows!))", 3, 0.5), P("divmod($int!, $c)[@(0 ;; 1)@]", 3, 0.4),
    P("@(~$int! ;; $int! ^ $c ;; $int! & 1 ;; $int! | 1 ;; $int! << 1 ;; $int! >> 1)@", 3, 0.6),
    P("int($str! or '0') if $str!.isdigit() else -1", 3, 0.3), P("len(str($int!))", 2, 0.7),
    P("max($counts!.values(), default=0)", 3, 0.6),
)
FLOAT = Table(
    P("$int! / $two", 2, 2), P("sum($ints!) / max(1, len($ints!))", 2, 2), P("float($int!)", 2, 1),
    P("round($float! * $c, 1)", 2, 1), P("$float! + $int", 2, 1), P("float(len($seq!)) / $two", 3, 1),
    P("abs($float!)", 3, 0.5),
)
STR = Table(
    P("$str! + $ch", 1, 1), P("$ch + $str!", 1, 1), P("$str!.upper()", 1, 1), P("$str![::-1]", 1, 1),
    P("$str![1:]", 1, 1), P("$str![:2]", 1, 1), P("$str![-1]", 1, 1), P("$str!.replace($ch, $ch)", 1, 1),
    P("$str! + $str", 1, 1), P("$str! * 2", 1, 0.8), P("$str! + str($int!)", 1, 1),
    P("@($str ;; $sep ;; $mark ;; '' ;; ' ')@.join($words!)", 2, 6), P("''.join(sorted($str!))", 2, 1),
    P("''.join(reversed($str!))", 2, 1), P("''.join($words!)", 2, 3), P("$str!.lower()", 2, 2.5),
    P("$str!.upper()", 2, 1.5), P("$str!.replace($sep, @($mark ;; '')@)", 2, 3), P("$str!.replace($str, $str)", 2, 1),
    P("$str!.strip(@($sep ;; )@)", 2, 1.5), P("$str!.@(lstrip ;; rstrip ;; rstrip)@(@($sep ;; )@)", 2, 2),
    P("$str!.@(capitalize ;; title ;; swapcase ;; casefold)@()", 2, 1.4), P("$words![@(0 ;; -1)@]", 2, 2),
    P("$str!.split($sep)[@(0 ;; -1)@]", 2, 2), P("$str!.rsplit($sep, 1)[-1]", 2, 1.2),
    P("$str!.@(partition ;; rpartition)@($sep)[@(0 ;; -1)@]", 2, 1.2), P("$str!.@(ljust ;; rjust)@($big, $mark)", 2, 1),
    P("$str!.center($big@(, $mark ;; )@)", 2, 0.7), P("$str!.zfill($big)", 2, 0.7),
    P("$str!.removeprefix($str)", 2, 0.8), P("$str!.removesuffix($str)", 2, 0.8), P("str($int!)", 2, 2),
    P("$str![$few:]", 2, 1.5), P("$str![:-$few]", 2, 1.2), P("$str![::2]", 2, 0.8), P("$str![$few:$big]", 2, 1),
    P("$str![$few::2]", 3, 0.5), P("$str![-$few:]", 2, 0.8), P("f'{$str!}{$str!}'", 2, 1), P("f'{$str!}-{$int!}'", 2, 1),
    P("f'{$int!:02d}'", 3, 0.4), P("f'{$str!!r}'", 3, 0.3), P("f'{$int!} of {len($seq!)}'", 2, 0.6),
    P("'@({}-{} ;; {} {} ;; {}: {} ;; {}{})@'.format($str!, $int!)", 2, 0.9), P("'{}@({} ;; /{})@'.format($str!, $str)", 2, 1),
    P("'@(%s-%d ;; %s:%d)@' % ($str!, $int!)", 3, 0.5), P("'{name}@( ;; !)@'.format_map({'name': $str!})", 3, 0.7),
    P("$str! if $cond else $str", 2, 1), P("$str!.translate(str.maketrans($ch, $ch))", 2, 1.2),
    P("$str!.translate(str.maketrans('', '', $vowels))", 2, 1), P("$str!.encode().decode()[::-1]", 3, 0.5),
    P("$str!.encode('ascii', 'ignore').decode('ascii').upper()", 3, 0.2), P("$str!.expandtabs($two)", 2, 0.7),
    P("''.join($str~1 for $str~1 in $str! if $str~1.@(isalpha ;; isdigit ;; isalnum ;; isupper ;; islower)@())", 2, 2),
    P("''.join([$str~1 for $str~1 in $str! if $str~1 not in $vowels])", 2, 1.5),
    P("' '.join($word~1.capitalize() for $word~1 in $words!)", 2, 0.8), P("@(max ;; min)@($words!, key=len)", 3, 1),
    P("''.join($word~1[0] for $word~1 in $words! if $word~1)", 3, 1), P("''.join(map(str, $ints!))", 2, 1),
    P("','.join(str($int~1) for $int~1 in $ints!)", 2, 0.8), P("@(max ;; min)@($str!)", 3, 0.4),
    P("'-'.join(sorted($counts!))", 2, 0.7), P("'yes' if $cond else 'no'", 2, 0.4),
    P("'even' if $int! % 2 == 0 else 'odd'", 2, 0.4), P("'long' if len($seq!) > $c else 'short'", 2, 0.4),
    P("max($counts!.items(), key=lambda kv: (kv[1], kv[0]))"
      "[0]", 3, 0.7), P("$str! * $two", 2, 0.8), P("$str!.split()[-1]", 2, 0.7), P("$str! * ($int! % 3)", 3, 0.5),
    P("chr(ord('a') + $int! % 26)", 3, 0.4), P("'%s' % $int!", 3, 0.2), P("(lambda s: s[::-1])($str!)", 3, 0.2),
    P("next((w for w in $words! if w.startswith($ch)), 'none')", 3, 0.5), P("bin($int!)[2:]", 3, 0.3),
)
INTS = Table(
    P("$ints![::-1]", 1, 1), P("sorted($ints!)", 1, 1), P("$ints![1:]", 1, 1), P("$ints![:2]", 1, 1),
    P("$ints! + [$int!]", 1, 1), P("[$int~1 + $c for $int~1 in $ints!]", 2, 1.5), P("list(range($c))", 2, 0.3),
    P("[$int~1 for $int~1 in $ints! if $int~1 @(> ;; < ;; != ;; >=)@ $big]", 2, 2), P("sorted(set($ints!))", 2, 1.5),
    P("[$int~1 @(* ;; - ;; % ;; //)@ $c for $int~1 in $ints!]", 2, 1.5), P("$ints!.copy()", 2, 0.4),
    P("[$int~1 * $value~1 for $int~1, $value~1 in zip($ints!, $ints!)]", 2, 1), P("$ints! + $ints", 2, 1),
    P("$ints![$few:]", 2, 1), P("$ints![:-$few]", 2, 1), P("$ints![::2]", 2, 1), P("$ints![-$few:]", 2, 1),
    P("list(reversed($ints!))", 2, 1), P("sorted($ints!, reverse=True)", 2, 1.5), P("list($counts!.values())", 2, 2),
    P("sorted($counts!.values())", 2, 1), P("[len($word~1) for $word~1 in $words!]", 2, 2), P("$ints! * 2", 2, 0.4),
    P("[$index~1 for $index~1, $str~1 in enumerate($str!) if $str~1 == @($ch ;; $sep)@]", 2, 1),
    P("[$index~1 for $index~1 in range(len($ints!)) if $ints![$index~1] > $big]", 2, 0.4),
    P("list(map(abs, $ints!))", 2, 0.7),
    P("list(map(len, $words!))", 2, 0.7), P("list(filter(lambda $int~1: $int~1 % 2 == 0, $ints!))", 3, 0.8),
    P("list(map(lambda $int~1: $int~1 * $c, $ints!))", 3, 0.8), P("[*$ints!, $int]", 3, 0.7), P("[$int, *$ints!]", 3, 0.5),
    P("sorted($ints!, key=lambda $int~1: (@(-$int~1 ;; $int~1 % $c, $int~1 ;; abs($int~1), $int~1)@))", 3, 1),
    P("[$int~1 for $row~1 in $rows! for $int~1 in $row~1]", 2, 3), P("[@(sum ;; len)@($row~1) for $row~1 in $rows!]", 2, 2),
    P("[$row~1[0] for $row~1 in $rows! if $row~1]", 2, 1), P("[$int~1 for _, $int~1 in $pairs!]", 2, 1.5),
    P("[max($row~1, default=0) for $row~1 in $rows!]", 3, 0.7), P("sorted($numset!)", 2, 4), P("list($point!)", 2, 1),
    P("sorted($numset! @(& ;; | ;; - ;; ^)@ set($ints!))", 2, 1.5), P("[int($str~1) for $str~1 in $str! if "
      "$str~1.@(isdigit ;; isdecimal)@()]", 2, 1), P("[int($int~1 > $big) for $int~1 in $ints!]", 3, 0.4),
    P("[$int~1 if $int~1 > $big else 0 for $int~1 in $ints!]", 2, 0.7), P("$ints![1:] + $ints![:1]", 2, 0.5),
    P("[b - a for a, b in zip($ints!, $ints![1:])]", 3, 0.4), P("$groups!.get($lit, [])", 3, 1),
    P("[ord($str~1) for $str~1 in $str![:3]]", 3, 0.4), P("sum($rows!, [])", 3, 0.4), P("$ints![slice($few, $big)]", 3, 0.7),
    P("[$int~2 for $int~1 in $ints! if ($int~2 := $int~1 * $c) > $big]" , 3, 0.5), P("list(range(len($seq!)))", 2, 0.4),
)
WORDS = Table(
    P("$str!.split($sep)", 2, 5), P("$str!.split()", 2, 2), P("$str!.splitlines()", 2, 1.2), P("list($str!)", 2, 2.5),
    P("$str!.rsplit($sep, $few)", 2, 1), P("$str!.split($sep, 1)", 2, 1), P("sorted($words!)", 2, 1.5),
    P("$words![::-1]", 2, 1), P("$words![@($few: ;; :-$few ;; ::2 ;; :$few)@]", 2, 1.5), P("list($counts!.keys())", 2, 1.5),
    P("list($counts!)", 2, 1), P("sorted($counts!)", 2, 1), P("[$word~1.@(upper ;; lower ;; title ;; strip ;; capitalize)@() "
      "for $word~1 in $words!]", 2, 2), P("[$word~1 for $word~1 in $words! if $cond]", 2, 2), P("$words! + [$str!]", 2, 1),
    P("[$word~1[::-1] for $word~1 in $words!]", 2, 1), P("[$str~1 for $str~1 in $str! if $str~1.@(isalpha ;; isupper ;; "
      "isalnum ;; isdigit)@()]", 2, 1), P("sorted(set($words!))", 2, 1.2), P("sorted($wordset!)", 2, 4),
    P("sorted($words!, key=@(len ;; str.lower ;; lambda w: (len(w), w) ;; lambda w: w[-1:] ;; lambda w: w[::-1])@)", 3, 1.5),
    P("list(map(str, $ints!))", 2, 1), P("[str($int~1) for $int~1 in $ints!]", 2, 1), P("$words!.copy()", 2, 0.4),
    P("list(map(str.@(upper ;; lower ;; strip)@, $words!))", 3, 0.7), P("list(filter(None, $words!))", 3, 0.7),
    P("[$key~1 for $key~1, $value~1 in $counts!.items() if $value~1 > $big]", 2, 2), P("list($str!.partition($sep))", 2, 0.8),
    P("[$key~1 for $key~1, _ in sorted($counts!.items(), "
      "key=lambda kv: (-kv[1], kv[0]))]", 3, 0.8), P("[$key~1 for $key~1, _ in $pairs!]", 2, 1.5), P("list(set($words![:1]))", 3, 0.1),
    P("sorted(set($str!))", 2, 1), P("list(dict.fromkeys($words!))", 2, 1), P(
      "[a + b for a, b in zip($words!, $words![1:])]", 3, 0.7), P("[f'{$word~1}{$index~1}' for $index~1, $word~1 in "
      "enumerate($words!)]", 2, 1), P("[$word~1[:$two] for $word~1 in $words!]", 2, 1), P("[*$words!, $str!]", 3, 0.6),
    P("[$word~1 for $word~1 in "
      "$str!.split($sep) if $word~1]", 2, 1), P("sorted($words!, reverse=True)", 2, 1), P("list(reversed($words!))", 2, 1),
)
COUNTS = Table(
    P("{$word~1: len($word~1) for $word~1 in $words!}", 2, 2), P("{$str~1: $str!.count($str~1) for $str~1 in $str!}", 2, 0.1),
    P("dict($pairs!)", 2, 2), P("dict.fromkeys($words!, $big)", 2, 1.5), P("dict(zip($words!, $ints!))", 2, 1.5),
    P("{$key~1: $value~1 @(+ ;; * ;; % ;; -)@ $c for $key~1, $value~1 in $counts!.items()}", 2, 1.5), P("$counts!.copy()", 2, 0.6),
    P("{$key~1: $value~1 for $key~1, $value~1 in $counts!.items() if $value~1 @(> ;; < ;; !=)@ $big}", 2, 2), P("dict($counts!)", 2, 0.4),
    P("dict(sorted($counts!.items()))", 2, 1), P("{$key~1.upper(): $value~1 for $key~1, $value~1 in $counts!.items()}", 2, 0.8),
    P("{**$counts!, $lit: $int}", 3, 0.8), P("$counts! | {$lit: $int}", 3, 0.5), P("{$key~1: len($row~1) for $key~1, $row~1 in "
      "$groups!.items()}", 2, 3), P("{$key~1: sum($row~1) for $key~1, $row~1 in $groups!.items() if $row~1}", 2, 2),
    P("{$word~1: $index~1 for $index~1, $word~1 in enumerate($words!)}", 2, 1),
    P("dict(sorted($counts!.items(), key=lambda kv: (@(kv[1], kv[0] ;; -kv[1], kv[0])@)))", 3, 1), P("{$str!: $int!}", 2, 0.5),
    P("dict(reversed($counts!.items()))", 3, 0.3),
)
GROUPED = Table(
    P("{$key~1: sorted($row~1) for $key~1, $row~1 in $groups!.items()}", 2, 1), P("{$key~1: $row~1[::-1] for $key~1, $row~1 "
      "in $groups!.items()}", 2, 1), P("{$key~1: [$value~1] for $key~1, $value~1 in $counts!.items()}", 2, 1),
    P("{$word~1: [len($word~1), $int!] for $word~1 in $words!}", 3, 0.7),
    P("{$key~1: [$int~1 for $int~1 in $row~1 if $int~1 > $big] for $key~1, $row~1 in $groups!.items()}", 3, 1),
)
ROWS = Table(
    P("[$row~1[::-1] for $row~1 in $rows!]", 2, 1), P("[sorted($row~1) for $row~1 in $rows!]", 2, 1), P("$rows![::-1]", 2, 1),
    P("[[$int~1 * $c for $int~1 in $row~1] for $row~1 in $rows!]", 2, 1), P("[list(column) for column in zip(*$rows!)]", 3, 1),
    P("[$row~1 for $row~1 in $rows! if @(len($row~1) > 1 ;; sum($row~1) > $big)@]", 2, 1.5), P("list($groups!.values())", 2, 1),
    P("[$ints![$index~1:$index~1 + $two] for $index~1 in range(0, len($ints!), 2)]" , 3, 0.7), P("[[$int~1] * $two for $int~1 in "
      "$ints!]", 2, 0.7), P("sorted($rows!, key=@(len ;; sum)@)", 3, 1), P("[list(pair) for pair in zip($ints!, $ints!)]", 3, 0.5),
)
PAIRS = Table(
    P("list($counts!.items())", 2, 3), P("sorted($counts!.items())", 2, 1.5), P("list(zip($words!, $ints!))", 2, 1),
    P("sorted($counts!.items(), key=lambda kv: (@(kv[1], kv[0] ;; -kv[1], kv[0])@))", 3, 2),
    P("[($word~1, len($word~1)) for $word~1 in $words!]", 2, 1), P("$pairs![::-1]", 2, 1), P("sorted($pairs!)", 2, 1),
    P("[($key~1, $value~1 + $c) for $key~1, $value~1 in $pairs!]", 2, 1), P("[($key~1, $value~1) for $key~1, $value~1 in "
      "$pairs! if $value~1 > $big]", 2, 1), P("list(map(tuple, zip($words!, $ints!)))", 3, 0.2),
)
NUMSET = Table(
    P("set($ints!)", 2, 3), P("{$int~1 % $c for $int~1 in $ints!}", 2, 1.5), P("$numset! | {$int!}", 2, 1), P("$numset!.copy()", 3, 0.5),
    P("{len($word~1) for $word~1 in $words!}", 2, 1.5), P("set($counts!.values())", 2, 1), P("$numset!.union($ints!)", 2, 2),
    P("$numset!.intersection($ints!)", 2, 2), P("$numset!.difference($ints!)", 2, 2), P("$numset!.symmetric_difference($ints!)", 2, 2),
    P("set($ints!) @(& ;; - ;; | ;; ^)@ set($ints!)", 2, 1), P("{$int~1 for $int~1 in $ints! if $ints!.count($int~1) > 1}", 3, 0.3),
)
WORDSET = Table(
    P("set($words!)", 2, 3), P("set($str!)", 2, 1.5), P("{$word~1[0] for $word~1 in $words! if $word~1}", 2, 1), P("set($counts!)", 2, 1),
    P("$wordset! @(& ;; - ;; |)@ set($words!)", 2, 1), P("set($words!).@(union ;; intersection ;; difference ;; symmetric_difference)@(@($words! ;; [$lit, $lit])@)", 2, 1.5),
    P("{$word~1.@(lower ;; casefold)@() for $word~1 in $words!}", 2, 1), P("set($str!) & set($str!)", 3, 0.5),
)
POINT = Table(
    P("($int!, $int)", 2, 2), P("tuple($ints!)", 2, 2), P("tuple(sorted($ints!))", 2, 1), P("(len($seq!), $int!)", 2, 1),
    P("(@(min($ints!), max($ints!) ;; sum($ints!), len($ints!))@)", 2, 1.5), P("divmod($int!, $c)", 3, 0.7), P("$point![::-1]", 2, 1),
    P("tuple($int~1 * $c for $int~1 in $ints!)", 3, 0.7), P("$point! + ($int!,)", 2, 1), P("tuple(map(len, $words!))", 3, 0.5),
)
BOOL = Table(
    P("$int! > $big", 1, 1.2), P("$int! < $big", 1, 1.2), P("$int! % 2 == 0", 1, 1.2), P("$int! == $big", 1, 0.5),
    P("$int! >= $int", 1, 1), P("$ch in $str!", 1, 1.4), P("len($str!) > $two", 1, 1.4), P("$str![0] == $str![-1]", 1, 0.3),
    P("$big in $ints!", 1, 1), P("len($ints!) > $two", 1, 1), P("sum($ints!) > $big", 1, 1), P("$ints![0] > $big", 1, 1),
    P("$str!.startswith($str)", 2, 3), P("$str!.endswith($str)", 2, 2.5), P("$str in $str!", 2, 2), P("$str not in $str!", 2, 1),
    P("$str!.isdigit()", 2, 1.5), P("$str!.@(isalpha ;; isupper ;; islower ;; isalnum ;; isnumeric ;; isspace)@()", 2, 4),
    P("$str!.@(istitle ;; isdecimal ;; isascii ;; istitle ;; isidentifier ;; isprintable)@()", 2, 3.5), P("len($seq!) @(> ;; < ;; == ;; >= ;; "
      "!=)@ $c", 2, 2), P("$str in $words!", 2, 2), P("$lit not in $words!", 2, 0.7), P("$lit in $counts!", 2, 1.5),
    P("$str! in $counts!", 2, 1.5), P("$int! in $ints!", 2, 1.5), P("$int! not in $ints!", 2, 0.7), P("not $seq!", 2, 1.5), P("len($sized!) > $two", 2, 0.7),
    P("$int! != $int", 2, 1), P("$int! <= $big", 2, 1), P("$cond and $cond", 2, 0.8), P("$cond or $cond", 2, 0.6),
    P("$str! == $str![::-1]", 2, 0.3), P("$str! != $str", 2, 0.5), P("$counts!.get($lit) is None", 2, 0.7),
    P("$counts!.get($str!) is not None", 2, 0.7), P("any($int~1 > $big for $int~1 in $ints!)", 2, 0.7),
    P("all($int~1 @(> ;; >=)@ $big for $int~1 in $ints!)", 2, 0.7), P("any($str~1.isdigit() for $str~1 in $str!)", 2, 0.7),
    P("all($word~1.@(isalpha ;; islower)@() for $word~1 in $words!)", 2, 0.7), P("$numset!.isdisjoint($ints!)", 2, 2),
    P("$numset!.@(issubset ;; issuperset)@($ints!)", 2, 3), P("$int! in $numset!", 2, 1.5), P("$str! in $wordset!", 2, 1),
    P("bool($seq!)", 3, 0.4), P("$point![0] < $point![-1]", 2, 1), P("0 < $int! <= $big", 2, 0.7),
    P("$float! > $big", 2, 1.5), P("$bool!", 2, 1.5), P("not $bool!", 2, 1), P("$ints! == sorted($ints!)", 3, 0.2),
    P("set($str!).@(issubset ;; isdisjoint ;; issuperset)@($vowels)", 2, 1), P("$wordset!.isdisjoint($words!)", 2, 1), P("{$lit, $lit} <= set($words!)", 3, 0.2), P("$str! > $str", 3, 0.3),
    P("$str! in ($lit, $lit)", 2, 0.5), P("$str! in {$lit, $lit, $lit}", 2, 0.5), P(
      "$str!.lower() in $topic", 3, 0.4), P("isinstance($counts!.get($lit), int)", 3, 1), P("type($counts!.get($str!)) is int", 3, 0.8),
)
EXPRESSIONS = {"int": INT, "float": FLOAT, "str": STR, "ints": INTS, "words": WORDS, "counts": COUNTS, "groups": GROUPED,
               "rows": ROWS, "pairs": PAIRS, "numset": NUMSET, "wordset": WORDSET, "point": POINT, "bool": BOOL}
