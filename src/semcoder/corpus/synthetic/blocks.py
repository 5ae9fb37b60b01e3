"""Statements of generated programs: changes of one variable, branches, and the easy level's loops.

Level 1 has only the first few; its loops and branches hold one statement.
"""

from semcoder.corpus.synthetic.templates import Block as B
from semcoder.corpus.synthetic.templates import Table

CHANGES = Table(
    B("$int^ @(+= ;; -=)@ $int", 1, 2.4),
    B("$int^ *= $two", 1, 0.6),
    B("$int^ *= $int", 2, 0.3),
    B("$str^ += $str", 1, 2),
    B("$ints^.append($int)", 1, 1.2),
    B("$ints^.reverse()", 1, 0.4),
    B("$ints^.sort()", 1, 0.4),
    B("$ints^.insert(0, $int)", 1, 0.5),
    B("$str^1 = $str + $str1", 2, 1),
    B("$ints^.pop()", 2, 0.5),
    B("$ints^.extend($ints)", 2, 0.7),
    B("$int^ //= $two", 2, 0.3),
    B("$int^1 = max($int1, $int)", 2, 0.5),
    B("$int^1 = $int1 % $c", 2, 0.3),
    B("$words^.append($str)", 2, 1.5),
    B("$words^.reverse()", 2, 0.5),
    B("$words^.insert($few, $str)", 2, 0.7),
    B("$words^.sort()", 2, 0.4),
    B("$counts^[$str] = $int", 2, 1),
    B("$counts^1[$str!2] = $counts1.get($str2, 0) + $few", 2, 1),
    B("$numset^.add($int!)", 2, 2.7),
    B("$numset^.discard($int!)", 2, 3.6),
    B("$wordset^.add($str!)", 2, 1.8),
    B("$rows^.append($ints!)", 2, 0.7),
    B("$pairs^.append(($str!, $int))", 2, 1),
    B("$groups^.setdefault($str!, []).append($int)", 2, 1),
    B("$bool^1 = not $bool1", 2, 1),
    B("$float^ += $int", 2, 1),
    B("$point^ += ($int!,)", 2, 1),
    B("$ints^1[0:0] = [$int!]", 3, 0.2),
    B("$counts^.update({$lit: $int})", 2, 0.7),
    B("$counts^.pop($str!, None)", 2, 0.5),
    B("$ints^ += [$int!]", 2, 0.4),
    B("$str^1 = $str1.replace($ch, $mark)", 2, 0.7),
    B("$str^1 = $str1[$few:]", 2, 0.6),
    B("$counts^.setdefault($str!, $int)", 2, 0.5),
)
EASY_BRANCHES = (
    B("if $cond:\n"
      "    $do", 1, 2),
    B("if $cond:\n"
      "    $do\n"
      "else:\n"
      "    $do", 1, 2),
)
EASY_LOOPS = (
    B("$int+1 = 0\n"
      "for $int~2 in $ints!:\n"
      "    $int1 += @($int2 ;; $int2 * $two ;; $few)@", 1, 1),
    B("$int+1 = 0\n"
      "for $int~2 in $ints!:\n"
      "    if $int2 @(> $big ;; % 2 == 0 ;; % 2 == 1 ;; < $big)@:\n"
      "        $int1 += @($int2 ;; $int2 * $two ;; $few)@", 1, 1),
    B("$ints+1 = []\n"
      "for $int~2 in $ints!:\n"
      "    $ints1.append(@($int2 + $few ;; $int2 * $two)@)", 1, 0.8),
    B("$ints+1 = []\n"
      "for $int~2 in $ints!:\n"
      "    if $int2 @(> $big ;; % 2 == 0 ;; % 2 == 1 ;; < $big)@:\n"
      "        $ints1.append(@($int2 ;; $int2 + $few ;; $int2 * $two)@)", 1, 1),
    B("$str+1 = ''\n"
      "for $str~2 in $str!:\n"
      "    $str1 @(+= $str2 + $ch ;; = $str2 + $str1)@", 1, 1),
    B("$str+1 = ''\n"
      "for $str~2 in $str!:\n"
      "    if $str2 @(in ;; not in)@ $vowels:\n"
      "        $str1 @(+= $str2 ;; = $str2 + $str1)@", 1, 1),
    B("$int+1 = 0\n"
      "for $str~2 in $str!:\n"
      "    if $str2 @(in ;; not in)@ $vowels:\n"
      "        $int1 += $few", 1, 1),
    B("$int+1 = 0\n"
      "for $index~2 in range(@($int! ;; len($ints!))@):\n"
      "    $int1 += @($index2 ;; $index2 * $two)@", 1, 1),
    B("$ints+1 = []\n"
      "for $index~2 in range($int!):\n"
      "    $ints1.append($index2 * $two)", 1, 0.7),
)
BRANCHES = (
    B("if $cond:\n"
      "    return @($int ;; $str ;; $seq! ;; -1 ;; '' ;; [])@", 2, 5),
    B("if not $seq!:\n"
      "    return @('' ;; [] ;; -1 ;; 'empty' ;; 0)@", 2, 1),
    B("if $cond:\n"
      "    $do\n"
      "elif $cond:\n"
      "    $do\n"
      "else:\n"
      "    $do", 2, 1.5),
    B("if $cond:\n"
      "    if $cond:\n"
      "        $do\n"
      "    $do", 2, 1),
    B("$str+1 = @('low' ;; 'small' ;; 'no')@\n"
      "if $cond:\n"
      "    $str1 = @('high' ;; 'large' ;; 'yes')@", 2, 1),
    B("if $cond and $cond:\n"
      "    $do", 2, 1),
    B("if $cond or $cond:\n"
      "    $do\n"
      "else:\n"
      "    $do", 2, 1),
    B("$bool+ = @($cond ;; $cond and $cond)@", 2, 1),
    B("if ($int~1 := $str!.find($str)) @(>= 0 ;; != -1)@:\n"
      "    $do\n"
      "else:\n"
      "    $do", 3, 0.6),
    B("match len($seq!) % 3:\n"
      "    case 0:\n"
      "        $do\n"
      "    case 1:\n"
      "        $do\n"
      "    case _:\n"
      "        $do", 3, 0.7),
    B("match $ints!:\n"
      "    case []:\n"
      "        return 'empty'\n"
      "    case [first]:\n"
      "        return first\n"
      "    case [first, *rest]:\n"
      "        $int+1 = first @(- ;; +)@ len(rest)", 3, 0.8),
    B("match $str!.split($sep):\n"
      "    case [single]:\n"
      "        $str+1 = single\n"
      "    case [first, second]:\n"
      "        $str1 = second + first\n"
      "    case [first, *_, last]:\n"
      "        $str1 = @(first + last ;; last ;; f'{first}..{last}')@", 3, 0.8),
    B("match $str!:\n"
      "    case '' | ' ':\n"
      "        return 'blank'\n"
      "    case word if word.isupper():\n"
      "        $str+1 = word.lower()\n"
      "    case word:\n"
      "        $str1 = word.upper()", 3, 0.5),
)
