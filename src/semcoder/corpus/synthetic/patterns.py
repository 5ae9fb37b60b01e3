"""Statements that show a method or a construct at its usual work: in-place methods, exceptions, helpers, unpacking."""

from semcoder.corpus.synthetic.templates import Block as B

IN_PLACE = (
    B("$ints^.@(sort ;; sort)@(@(reverse=True ;; key=abs ;; key=lambda x: -x ;; )@)", 2, 1.5), B("$ints^.reverse()", 2, 1.5),
    B("$words^.sort(key=@(len ;; str.lower)@)", 2, 1), B("$words^.reverse()", 2, 1), B("$ints^.insert(@(0 ;; 1 ;; len($seq!))@, $int)", 2, 1.5),
    B("$words^.insert(@(0 ;; 1 ;; -1)@, $str)", 2, 1.2), B("$ints^.extend(@($ints! ;; [$int, $int])@)", 2, 1),
    B("$words^.extend($words)", 2, 1), B("$ints^1.append(@($ints1[0] ;; len($ints1) ;; sum($ints1))@)", 2, 1),
    B("$words^.append($str)", 2, 1), B("if $int!1 in $ints^2:\n    $ints2.remove($int1)", 2, 1.5),
    B("if $str in $words^1:\n    $words1.remove($words1[0])", 2, 0.7),
    B("$int+ = $ints^.pop(@( ;; 0 ;; -1)@)", 2, 1.5), B("$str+ = $words^.pop(@( ;; 0)@)", 2, 1.5),
    B("$words+1 = $words!2.copy()\n$words1.append($words2[@(0 ;; -1)@])", 2, 1),
    B("$ints+1 = $ints!2.copy()\n$ints1.@(reverse() ;; sort() ;; append(len($ints2)))@\n$ints1 += $ints2", 2, 1),
    B("if len($list^1) > $c:\n    $list1.clear()", 2, 1), B("if len($counts^1) > $two:\n    $counts1.clear()", 2, 0.8),
    B("del $list^1[@(0 ;; -1 ;; :1 ;; ::2)@]", 2, 1), B("if $lit in $counts^1:\n    del $counts1[$lit]", 3, 0.3),
    B("if $str!1 in $counts^2:\n    del $counts2[$str1]", 2, 1), B("$ints^1[$few:$two] = $ints1[::-1]", 2, 0.6),
    B("$ints^1[0], $ints1[-1] = $ints1[-1], $ints1[0]", 2, 0.8), B("$counts^1.update(@($counts! ;; {$str!: $int})@)", 2, 1.2),
    B("$int+ = $counts^.pop(@($lit ;; $str!)@, $big)", 2, 1.5), B("$str+, $int+ = $counts^.popitem()", 2, 1.5),
    B("$counts^1 = dict($counts1)\n$counts1.setdefault($str!, $int)", 2, 0.7), B("$int+ = $counts^.setdefault(@($lit ;; $str!)@, $big)", 2, 1),
    B("$counts^1[$str!2] = $counts1.get($str2, $big) + 1", 2, 1),
    B("$numset^.update($ints!)", 2, 1.5), B("$numset^.@(difference_update ;; intersection_update ;; symmetric_difference_update)@($ints!)", 2, 3),
    B("$wordset+1 = set($words!)\n$wordset1.@(discard ;; add)@($lit)", 2, 1),
    B("$wordset+1 = set($words!)\n$wordset1.@(difference_update ;; intersection_update ;; symmetric_difference_update ;; update)@"
      "(@($words! ;; [$lit, $lit])@)", 2, 1.2),
    B("if $str!1 in $wordset^2:\n    $wordset2.remove($str1)", 2, 1),
    B("$numset+1 = set($ints!)\n$numset1.@(intersection_update ;; difference_update ;; symmetric_difference_update ;; update)@(@($ints! ;; [$int, $int] ;; "
      "range($big))@)", 2, 1),
    B("$counts+1 = $counts!.copy()\n$counts1[$lit] = @($int ;; len($counts1))@", 2, 1.2),
    B("$words+1 = $words!.copy()\n$words1.@(reverse() ;; sort() ;; pop() ;; append($str) ;; insert(0, $str))@", 2, 1.5),
    B("$ints+1 = $ints!.copy()\n$ints1.@(reverse() ;; sort() ;; pop() ;; append($int) ;; extend($ints))@", 2, 1.5),
    B("$wordset^.@(discard ;; add)@($str!)", 2, 1), B("if $int!1 in $numset^2:\n    $numset2.remove($int1)\nelse:\n    $numset2.add($int1)", 2, 1),
    B("$numset+1 = set($ints!)\nif len($numset1) == 1:\n    return $numset1.pop()", 2, 0.7), B("if len($numset^1) > $two:\n    $numset1.clear()", 2, 0.8),
    B("$numset+1 = set()\n$ints+2 = []\nfor $int~3 in $ints!:\n    if $int3 in $numset1:\n        $ints2.append($int3)\n    $numset1.add($int3)", 2, 1.2),
    B("$numset+1 = $numset!2.copy()\n$numset1.discard(@(max ;; min)@($numset2))", 3, 0.5),
)
STRINGS = (
    B("$int+1 = @(-1 ;; 0)@\nif $ch9 in $str!2:\n    $int1 = $str2.@(index ;; rindex)@($ch9)", 2, 1.5),
    B("if $int!1 in $ints!2:\n    return $ints2.index($int1)", 2, 1), B("$int+ = $ints!1.index(@(max ;; min)@($ints1))", 2, 1.2),
    B("if $str!1 in $words!2:\n    return $words2.index($str1)", 2, 1), B("if $sep in $str!1:\n    $str+2 = $str1[$str1.@(index ;; rindex)@($sep):]\n"
      "else:\n    $str2 = $str1", 2, 1.2),
    B("if $str!1.@(startswith ;; endswith)@($str):\n    return $str1.@(upper() ;; title() ;; replace($sep, '') ;; center(12, $mark))@", 2, 1.5),
    B("$str+1, _, $str+2 = $str!.@(partition ;; rpartition)@($sep)", 2, 1.5), B("$str+1, *$words+2 = $str!.split($sep)", 2, 1.2),
    B("$words+1 = $str!.split($sep)\n$words1[0] = $words1[0].@(upper ;; title ;; capitalize)@()", 2, 1.2),
    B("$words+1 = list($str!)\n$words1.reverse()\n$str+2 = @('' ;; $mark)@.join($words1)", 2, 1.5),
    B("$words+1 = []\nfor $word~2 in $str!.split($sep):\n    if $word2:\n        $words1.append($word2@( ;; .strip() ;; .lower() ;; [::-1])@)", 2, 2),
    B("$str+1 = ''\nfor $index~2, $str~3 in enumerate($str!):\n    $str1 += $str3.@(upper ;; swapcase)@() if $index2 % 2 == 0 else $str3.lower()", 2, 1),
    B("$index~1 = $str!2.@(find ;; rfind)@(@($sep ;; $ch)@)\nif $index1 == -1:\n    return $str2\n$str+3 = $str2[@($index1 + 1: ;; :$index1)@]", 2, 1.5),
    B("$str+1 = $str!\nfor $str~2 in $vowels:\n    $str1 = $str1.replace($str2, $mark)", 2, 1.2),
    B("$str+1 = $str!2[:len($str2) // 2]\n$str+3 = $str2[len($str2) // 2:]", 2, 0.8),
    B("$counts+1 = {}\nfor $word~2 in $str!.split(@($sep ;; )@):\n    $counts1[$word2] = len($word2)", 2, 1),
    B("for $str~1, $str~2 in zip($str!3, $str3[1:]):\n    if $str1 == $str2:\n        return $str1 + $str2", 2, 0.7),
    B("$ints+1 = []\nfor $word~2 in $str!.split($sep):\n    if $word2.@(isdigit ;; isnumeric ;; isdecimal)@():\n        $ints1.append(int($word2))\n"
      "    else:\n        $ints1.append(len($word2))", 2, 1.2),
    B("$counts+1 = {}\nfor $word~2 in $str!.split(';'):\n    if '=' in $word2:\n        $key~3, $value~4 = $word2.split('=')\n"
      "        $counts1[$key3] = $value4", 2, 0.6),
    B("$str+1 = $str!.translate(str.maketrans({$ch: $mark, $ch: ''}))", 2, 0.7), B("$int+1 = $str!2.count($ch) - $str2.count($ch)", 2, 0.6),
)
CONTROL = (
    B("try:\n    $int+1 = $ints![$int!]\nexcept IndexError:\n    $int1 = @(-1 ;; 0)@", 2, 1.2), B("try:\n    $int+1 = $counts![$str!]\nexcept KeyError:\n"
      "    $int1 = @(-1 ;; 0 ;; len($counts!))@", 2, 1), B("try:\n    $int+1 = int($str!2@( ;; .strip())@)\nexcept ValueError:\n    $int1 = len($str2)", 2, 1.2),
    B("try:\n    $int+1 = $ints!.index($int!)\nexcept ValueError:\n    @(return -1 ;; $int1 = -1)@", 2, 1), B("try:\n    $int+1 = $str!.@(index ;; rindex)@($sep)\n"
      "except ValueError:\n    $int1 = @(-1 ;; 0)@", 2, 1.2),
    B("try:\n    $int+1 = $int!2 // $int!3\nexcept ZeroDivisionError:\n    $int1 = @($int2 ;; 0)@\nelse:\n    $int1 += $few", 3, 0.8),
    B("$int+1 = 0\nfor $word~2 in $str!.split($sep):\n    try:\n        $int1 += int($word2)\n    except ValueError:\n        $int1 -= 1", 3, 0.8),
    B("try:\n    $int+1 = $counts!2.pop($str!)\nexcept (KeyError, TypeError):\n    $int1 = len($counts2)\nfinally:\n    $counts2[$lit] = $int", 3, 0.4),
    B("try:\n    if $cond:\n        raise ValueError($lit)\n    $str+1 = 'ok'\nexcept ValueError as error:\n    $str1 = str(error)", 3, 0.6),
    B("try:\n    assert $cond, $lit\n    $int+1 = $int!\nexcept AssertionError as error:\n    $int1 = len(str(error))", 3, 0.5),
    B("$str+1 = $lit\nfor $word~2 in [$str!, $int!, None]:\n    try:\n        $str1 += $word2.upper()\n    except AttributeError:\n"
      "        $str1 += str($word2)", 3, 0.5),
    B("$bool+1 = False\nfor $int~2 in $ints!:\n    if $int2 @(> ;; == ;; <)@ $big:\n        $bool1 = True\n        break", 2, 1),
    B("$int~1 = 0\nwhile $int1 < len($ints!2):\n    if $ints2[$int1] < 0:\n        return $ints2[:$int1]\n    $int1 += 1", 2, 0.8),
    B("if $counts!1 is $counts!2 or $counts1 == $counts2:\n    return {}", 3, 0.4), B("if (n := len($seq!1)) > $c:\n    return n", 3, 0.5),
    B("$int+1, *$ints+2 = $ints!", 2, 1), B("*$ints+1, $int+2 = $ints!", 2, 0.7), B("$int+1, $int+2 = min($ints!3), max($ints3)", 2, 1),
    B("$int^1, $int^2 = $int2, $int1 + $int2", 2, 0.5),  B("$int+1 = sum([1 for $str~2 in $str!3 if $str2 == $str3[0]])", 2, 0.5),
)
HELPERS = (
    B("$int+1 = $helper~9($int!)", 3, 1, "def $helper~9(value):\n    if value @(> ;; <)@ $big:\n        return value - $c\n    return value * $two"),
    B("$ints+1 = [$helper~9($int~2) for $int~2 in $ints!]", 3, 1.2, "def $helper~9(value):\n    return value @(* ;; + ;; % ;; //)@ $c @(+ ;; -)@ $few"),
    B("$str+1 = $helper~9($str!)", 3, 1, "def $helper~9(text):\n    return text.@(strip().lower ;; title ;; swapcase ;; upper)@()@( ;; [::-1])@"),
    B("$words+1 = list(map($helper~9, $words!))", 3, 1, "def $helper~9(word, mark=$mark):\n    return word[:1].upper() + @(mark ;; word[1:] + mark)@"),
    B("$int+1 = $helper~9(@(abs($int!) ;; len($seq!))@)", 3, 1, "def $helper~9(n):\n    if n @(<= 1 ;; < $two)@:\n        return @(1 ;; n)@\n"
      "    return $helper~9(n - @(1 ;; 2)@) + n"),
    B("$str+1 = $helper~9($str!)", 3, 0.8, "def $helper~9(text):\n    if len(text) < 2:\n        return text\n"
      "    return @($helper~9(text[1:]) + text[0] ;; text[-1] + $helper~9(text[1:-1]) + text[0])@"),
    B("$ints+1 = $helper~9($rows!)", 3, 1, "def $helper~9(value):\n    if isinstance(value, int):\n        return [value]\n    flat = []\n"
      "    for part in value:\n        flat.extend($helper~9(part))\n    return flat"),
    B("def $helper~9(value):\n    return value @(+ ;; - ;; *)@ $int!\n$ints+1 = [$helper~9($int~2) for $int~2 in $ints!]", 3, 1),
    B("def $helper~9(word):\n    return (len(word), word)\n$words+1 = sorted($words!, key=$helper~9@( ;; , reverse=True)@)", 3, 1),
    B("$int+1 = 0\ndef $helper~9(value):\n    nonlocal $int1\n    $int1 += value\n    return $int1\n$ints+2 = [$helper~9($int~3) for $int~3 in $ints!]",
      3, 0.8), B("global memory\nmemory = []\nfor $int~2 in $ints!:\n    $helper~9($int2)\n$ints+1 = memory[:]", 3, 0.5,
                 "def $helper~9(value):\n    global memory\n    if value not in memory:\n        memory = memory + [value]"),
    B("$helper~9 = lambda x: x @(* ;; + ;; -)@ $c\n$ints+1 = [$helper~9($int~2) for $int~2 in $ints!]", 3, 1),
    B("def $helper~9(*values, scale=$c):\n    return sum(values) * scale\n$int+1 = $helper~9(*$ints!)", 3, 0.8),
    B("def $helper~9(first, **rest):\n    return first + len(rest)\n$int+1 = $helper~9($int!, **$counts!)", 3, 0.5),
    B("it = iter($ints!)\n$ints+1 = []\nfor $int~2 in it:\n    $ints1.append($int2 + next(it, $big))", 3, 0.6),
    B("$pairs+1 = []\nfor $key~2, $row~3 in sorted($groups!.items(), key=lambda kv: (len(kv[1]), kv[0])):\n    $pairs1.append(($key2, sum($row3)))", 3, 1),
    B("$rows+1 = []\nfor $row~2 in $rows!:\n    $rows1.append([$int~3 for $int~3 in $row2 if $int3 @(> ;; !=)@ $big])", 2, 1.5),
    B("for $row~2 in $rows^1:\n    $row2.append(@(len ;; sum)@($row2))", 2, 1.2), B("for $row~2 in $groups^1.values():\n    $row2.@(sort() ;; reverse() ;; append(len($row2)))@", 2, 1.2),
    B("$groups+1 = {}\nfor $int~2 in $ints!:\n    $key~3 = 'even' if $int2 % 2 == 0 else 'odd'\n    $groups1.setdefault($key3, []).append($int2)", 2, 1.5),
    B("$groups+1 = {}\nfor $key~2, $value~3 in $counts!.items():\n    $groups1.setdefault($key2[0], []).append($value3)", 2, 1),
)
