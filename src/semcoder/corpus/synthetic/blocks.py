"""Statements of generated programs: changes of one variable, branches, and loops with what they gather.

Level 1 has only the first few; its loops and branches hold one statement.
"""

from semcoder.corpus.synthetic.templates import Block as B
from semcoder.corpus.synthetic.templates import Table

CHANGES = Table(
    B("$int^ @(+= ;; -= ;; *=)@ $int", 1, 3), B("$str^ += $str", 1, 2), B("$ints^.append($int)", 1, 1.2),
    B("$ints^.reverse()", 1, 0.4), B("$ints^.sort()", 1, 0.4), B("$ints^.insert(0, $int)", 1, 0.5),
    B("$str^1 = $str + $str1", 2, 1), B("$ints^.pop()", 2, 0.5), B("$ints^.extend($ints)", 2, 0.7),
    B("$int^ //= $two", 2, 0.3), B("$int^1 = max($int1, $int)", 2, 0.5), B("$int^1 = $int1 % $c", 2, 0.3),
    B("$words^.append($str)", 2, 1.5), B("$words^.reverse()", 2, 0.5), B("$words^.insert($few, $str)", 2, 0.7),
    B("$words^.sort()", 2, 0.4), B("$counts^[$str] = $int", 2, 1), B("$counts^1[$str!2] = $counts1.get($str2, 0) + $few", 2, 1),
    B("$numset^.add($int!)", 2, 1.5), B("$numset^.discard($int!)", 2, 1), B("$wordset^.add($str!)", 2, 1),
    B("$rows^.append($ints!)", 2, 0.7), B("$pairs^.append(($str!, $int))", 2, 1), B("$groups^.setdefault($str!, []).append($int)", 2, 1),
    B("$bool^1 = not $bool1", 2, 1), B("$float^ += $int", 2, 1), B("$point^ += ($int!,)", 2, 1), B("$ints^1[0:0] = [$int!]", 3, 0.2),
    B("$counts^.update({$lit: $int})", 2, 0.7), B("$counts^.pop($str!, None)", 2, 0.5), B("$ints^ += [$int!]", 2, 0.4),
    B("$str^1 = $str1.replace($ch, $mark)", 2, 0.7), B("$str^1 = $str1[$few:]", 2, 0.6), B("$counts^.setdefault($str!, $int)", 2, 0.5),
)

EASY = (  # one loop or branch over what level 1 has
    B("if $cond:\n    $do", 1, 2), B("if $cond:\n    $do\nelse:\n    $do", 1, 2),
    B("$int+1 = 0\nfor $int~2 in $ints!:\n    $int1 += @($int2 ;; $int2 * $two ;; $few)@", 1, 1),
    B("$int+1 = 0\nfor $int~2 in $ints!:\n    if $int2 @(> $big ;; % 2 == 0 ;; % 2 == 1 ;; < $big)@:\n"
      "        $int1 += @($int2 ;; $int2 * $two ;; $few)@", 1, 1),
    B("$ints+1 = []\nfor $int~2 in $ints!:\n    $ints1.append(@($int2 + $few ;; $int2 * $two)@)", 1, 0.8),
    B("$ints+1 = []\nfor $int~2 in $ints!:\n    if $int2 @(> $big ;; % 2 == 0 ;; % 2 == 1 ;; < $big)@:\n"
      "        $ints1.append(@($int2 ;; $int2 + $few ;; $int2 * $two)@)", 1, 1),
    B("$str+1 = ''\nfor $str~2 in $str!:\n    $str1 @(+= $str2 + $ch ;; = $str2 + $str1)@", 1, 1),
    B("$str+1 = ''\nfor $str~2 in $str!:\n    if $str2 @(in ;; not in)@ $vowels:\n"
      "        $str1 @(+= $str2 ;; = $str2 + $str1)@", 1, 1),
    B("$int+1 = 0\nfor $str~2 in $str!:\n    if $str2 @(in ;; not in)@ $vowels:\n        $int1 += $few", 1, 1),
    B("$int+1 = 0\nfor $index~2 in range(@($int! ;; $int! + $few ;; len($ints!))@):\n"
      "    $int1 += @($index2 ;; $index2 * $two)@", 1, 1),
    B("$ints+1 = []\nfor $index~2 in range(@($int! ;; $int! + $few)@):\n    $ints1.append($index2 * $two)", 1, 0.7),
)
BRANCHES = (
    B("if $cond:\n    return @($int ;; $str ;; $seq! ;; -1 ;; '' ;; [])@", 2, 5),
    B("if not $seq!:\n    return @('' ;; [] ;; -1 ;; 'empty' ;; 0)@", 2, 1),
    B("if $cond:\n    $do\nelif $cond:\n    $do\nelse:\n    $do", 2, 1.5), B("if $cond:\n    if $cond:\n        $do\n    $do", 2, 1),
    B("$str+1 = @('low' ;; 'small' ;; 'no')@\nif $cond:\n    $str1 = @('high' ;; 'large' ;; 'yes')@", 2, 1),
    B("if $cond and $cond:\n    $do", 2, 1), B("if $cond or $cond:\n    $do\nelse:\n    $do", 2, 1),
    B("$bool+ = @($cond ;; $cond and $cond)@", 2, 1),
    B("if ($int~1 := $str!.find($str)) @(>= 0 ;; != -1)@:\n    $do\nelse:\n    $do", 3, 0.6),
    B("match len($seq!) % 3:\n    case 0:\n        $do\n    case 1:\n        $do\n    case _:\n        $do", 3, 0.7),
    B("match $ints!:\n    case []:\n        return 'empty'\n    case [first]:\n        return first\n    case [first, *rest]:\n"
      "        $int+1 = first @(- ;; +)@ len(rest)", 3, 0.8),
    B("match $str!.split($sep):\n    case [single]:\n        $str+1 = single\n    case [first, second]:\n"
      "        $str1 = second + first\n    case [first, *_, last]:\n        $str1 = @(first + last ;; last ;; f'{first}..{last}')@", 3, 0.8),
    B("match $str!:\n    case '' | ' ':\n        return 'blank'\n    case word if word.isupper():\n        $str+1 = word.lower()\n"
      "    case word:\n        $str1 = word.upper()", 3, 0.5),
)
LOOPS = (
    B("$words+1 = []\nfor $word~2 in $words!:\n    if $cond:\n        $words1.append($word2)", 2, 2),
    B("$words+1 = []\nfor $word~2 in $words!:\n    if $word2 not in $words1:\n        $words1.append($word2)", 2, 1),
    B("$words+1 = []\nfor $index~3, $word~2 in enumerate($words!):\n    if $index3 % 2 == @(0 ;; 1)@:\n        $words1.append("
      "$word2.@(upper ;; title ;; lower)@())\n    else:\n        $words1.append(@($word2 ;; $word2[::-1])@)", 2, 1.5),
    B("$str+1 = ''\nfor $str~2 in $str!:\n    if $str2.@(isalpha ;; isdigit ;; isupper ;; islower ;; isalnum ;; isspace ;; isnumeric)@():"
      "\n        $str1 += $str2@( ;; .upper() ;; .lower())@\n    else:\n        $str1 += $mark", 2, 3),
    B("$int+1 = 0\nfor $str~2 in $str!:\n    if $str2.@(isalpha ;; isdigit ;; isupper ;; islower)@():\n        $int1 += 1", 2, 2),
    B("$words+1 = []\nfor $str~2 in $str!:\n    if $str2 not in $words1:\n        $words1.append($str2)", 2, 1),
    B("$counts+1 = {}\nfor $str~2 in $str!:\n    $counts1[$str2] = $counts1.get($str2, 0) + 1", 2, 1.5),
    B("$counts+1 = {}\nfor $word~2 in $words!:\n    if $word2 in $counts1:\n        $counts1[$word2] += 1\n    else:\n"
      "        $counts1[$word2] = 1", 2, 1.5),
    B("$counts+1 = {}\nfor $key~2, $value~3 in $counts!.items():\n    if $value3 @(> ;; < ;; != ;; >=)@ $big:\n"
      "        $counts1[$key2@( ;; .upper() ;; [::-1])@] = $value3 @(+ ;; * ;; -)@ $few", 2, 2),
    B("$words+1 = []\nfor $key~2, $value~3 in $counts!.items():\n    if $value3 @(> ;; <= ;; ==)@ $big:\n        $words1.append($key2)", 2, 2),
    B("$str+1 = ''\nfor $key~2, $value~3 in $counts!.items():\n    $str1 += f'{$key2}@(= ;; : ;; )@{$value3}@(, ;; ; ;;  )@'", 2, 1),
    B("$groups+1 = {}\nfor $word~2 in $words!:\n    $groups1.setdefault(@($word2[:1] ;; $word2[-1:])@, []).append(len($word2))", 2, 1),
    B("$int+1 = 0\nwhile $int1 < len($seq!2) and $seq2[$int1] != $seq2[-1]:\n    $int1 += 1", 2, 1),
    B("$str+1 = ''\n$index~2 = len($str!3) - 1\nwhile $index2 >= 0:\n    $str1 += $str3[$index2]\n    $index2 -= @(1 ;; 2)@", 2, 1.5),
    B("$ints+1 = []\nwhile $ints^2:\n    $ints1.append($ints2.pop(@( ;; 0)@) @(* ;; + ;; -)@ $few)", 2, 1.2),
    B("$words+1 = []\nwhile len($words^2) > $few:\n    $words1.append($words2.pop(@( ;; 0)@))", 2, 1.2),
    B("$int+1 = 0\nwhile $int^2 > 0:\n    $int1 += @($int2 % 10 ;; 1 ;; $int2)@\n    $int2 //= @(10 ;; 2)@", 2, 1),
    B("while $str^1.startswith(@($ch ;; $sep)@):\n    $str1 = $str1[1:]", 2, 0.8),
    B("$int+1 = $int!\nwhile $int1 < $big:\n    $int1 += $c", 2, 0.7),
    B("for $index~2 in range(len($ints^1)):\n    if $ints1[$index2] @(> $big ;; % 2 == 0 ;; < $big)@:\n        $ints1[$index2] "
      "@(+= ;; -= ;; *=)@ $c", 2, 2),
    B("for $index~2 in range(0, len($ints^1) - 1, 2):\n    $ints1[$index2], $ints1[$index2 + 1] = "
      "$ints1[$index2 + 1], $ints1[$index2]", 2, 0.8),
    B("$ints+1 = []\nfor $index~2 in range(len($ints!3) - 1@(, -1, -1 ;; )@):\n    $ints1.append($ints3[$index2] @(+ ;; - ;; *)@ $few)", 2, 1),
    B("$ints+1 = []\nfor $int~2, $value~3 in zip($ints!, $ints!):\n    $ints1.append(@($int2 + $value3 ;; max($int2, $value3) ;; "
      "$int2 - $value3)@)", 2, 1),
    B("for $int~1 in $ints!:\n    if $int1 @(< 0 ;; > $big ;; == $big)@:\n        @(continue ;; break)@\n    $do", 2, 2.5),
    B("for $str~1 in $str!:\n    if $str1 @(== $sep ;; in $vowels ;; == $ch)@:\n        @(continue ;; break)@\n    $do", 2, 2),
    B("for $word~1 in $words!:\n    if $cond:\n        @(break ;; continue)@\n    $do", 2, 1.5),
    B("for $word~1 in $words!:\n    if $cond:\n        return @($word1 ;; $words! ;; $word1.upper())@", 2, 1.5),
    B("for $index~1, $int~2 in enumerate($ints!):\n    if $int2 @(> ;; < ;; ==)@ $big:\n        return @($index1 ;; $int2 ;; ($index1, $int2))@",
      2, 1.5),
    B("for $index~1 in range($int! % 4):\n    $do", 2, 1), B("for _ in range($two):\n    $do", 2, 0.8), B("for $row~1 in $rows!:\n    $do", 2, 1.5),
    B("for $key~1 in $counts!2:\n    if $counts2[$key1] > $big:\n        $do", 2, 1.5),
    B("for $key~1, $row~2 in $groups!.items():\n    if len($row2) > 1:\n        $do\n    else:\n        $do", 2, 2),
    B("$int+1 = 0\nfor $row~2 in $rows!:\n    for $int~3 in $row2:\n        if $int3 @(> $big ;; % 2 == 0 ;; < 0)@:\n"
      "            $int1 += @($int3 ;; 1)@", 2, 2.5),
    B("$int+1 = 0\nfor $int~2 in $ints!:\n    for $index~3 in range($two):\n        $int1 += @($int2 ;; $int2 * $index3 ;; $int2 + $index3)@", 2, 1),
    B("$pairs+1 = []\nfor $index~2, $word~3 in enumerate($words!):\n    $pairs1.append(($word3, @($index2 ;; len($word3) + $index2)@))", 2, 1),
    B("$words+1 = []\nfor $key~2, $value~3 in $pairs!:\n    if $value3 @(> ;; <)@ $big:\n        $words1.append($key2)\n    else:\n"
      "        $words1.insert(0, $key2)", 2, 1),
    B("$counts+1 = {}\nfor $key~2, $value~3 in $pairs!:\n    $counts1[$key2] = $counts1.get($key2, 0) + $value3", 2, 2),
    B("for $int~1 in $ints!:\n    if $int1 @(> ;; == ;; <)@ $big:\n        $int+2 = $int1 @(* ;; +)@ $c\n        break\nelse:\n    $int2 = @(-1 ;; 0)@",
      2, 1.2),
    B("$int+1 = $int!\nwhile $int1 > $two:\n    $int1 -= $c\n    if $int1 == $big:\n        break\nelse:\n    $int1 @(+= ;; *=)@ $c", 2, 0.7),
    B("$int+1, $int~2 = 0, $int!\nwhile True:\n    $int2 @(-= $c ;; //= 2)@\n    if $int2 <= 0:\n        break\n    $int1 += 1", 2, 0.8),
    B("while $lit9 in $words^1:\n    $words1.remove($lit9)", 2, 0.8),
    B("while $ch9 in $str^1:\n    $str1 = $str1.replace($ch9, '', 1)", 2, 0.8),
    B("for $word~1 in $words^2.copy():\n    if @(len($word1) > $big ;; $word1 == $lit ;; $word1.endswith($ch) ;; $word1.startswith($ch))@:\n"
      "        $words2.remove($word1)", 2, 1.5),
    B("for $key~1 in list($counts^2):\n    if $counts2[$key1] @(> ;; < ;; % 2 ==)@ $two:\n        $counts2.pop($key1)", 2, 1.5),
    B("$str+1 = $str!\nwhile len($str1) < $big:\n    $str1 += @($mark ;; $ch)@", 2, 1),
    B("$int+1 = 0\nfor $index~2 in range(len($str!3)):\n    if $str3[$index2] == @($ch ;; $sep ;; $str3[-1])@:\n        $int1 += @(1 ;; $index2)@", 2, 2),
    B("$words+1 = []\nfor $index~2 in range(len($words!3)):\n    if $words3[$index2].@(startswith ;; endswith)@($ch):\n"
      "        $words1.append($words3[$index2])", 2, 2),
    B("$str+1 = ''\nfor $index~2 in range(@(len($str!3) - 1, -1, -1 ;; 0, len($str!3), 2 ;; 1, len($str!3))@):\n    $str1 += $str3[$index2]", 2, 2),
    B("$words+1 = []\nfor $index~2 in range(0, len($str!3), $two):\n    $words1.append($str3[$index2:$index2 + 2])", 2, 1.5),
    B("for $index~1 in range(len($ints^2) - 1, -1, -1):\n    if $ints2[$index1] @(> ;; < ;; ==)@ $big:\n        $ints2.@(pop($index1) ;; insert($index1, 0))@", 2, 1.5),
    B("for $index~1 in range($two):\n    $ints^2.insert($index1, $ints2.pop())", 2, 0.7),
    B("$int+1 = 0\nfor $index~2 in range(len($ints!3)):\n    if $ints3[$index2] @(== ;; > ;; <)@ $ints3[0]:\n        $int1 += 1", 2, 1.2),
    B("for $index~1 in range(len($words^2)):\n    $words2[$index1] = $words2[$index1].@(strip($ch) ;; upper() ;; replace($ch, $mark) ;; rjust(6, $mark) ;; zfill($c))@", 2, 1.5),
    B("$int+1 = len($str!2) - 1\nwhile $int1 > 0 and $str2[$int1] != @($ch ;; $sep)@:\n    $int1 -= 1", 2, 1.2),
)
