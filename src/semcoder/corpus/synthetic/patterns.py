"""Statements that show a method at its usual work: lists, dictionaries and sets changed in place, texts taken apart.
"""

from semcoder.corpus.synthetic.templates import Block as B

IN_PLACE = (
    B("$ints^.@(sort ;; sort)@(@(reverse=True ;; key=abs ;; key=lambda x: -x ;; )@)", 2, 1.5),
    B("$ints^.reverse()", 2, 1.5),
    B("$words^.sort(key=@(len ;; str.lower)@)", 2, 1),
    B("$words^.reverse()", 2, 1),
    B("$ints^.insert(@(0 ;; 1 ;; len($seq!))@, $int)", 2, 1.5),
    B("$words^.insert(@(0 ;; 1 ;; -1)@, $str)", 2, 1.2),
    B("$ints^.extend(@($ints! ;; [$int, $int])@)", 2, 1),
    B("$words^.extend($words)", 2, 1),
    B("$ints^1.append(@($ints1[0] ;; len($ints1) ;; sum($ints1))@)", 2, 1),
    B("$words^.append($str)", 2, 1),
    B("if $int!1 in $ints^2:\n"
      "    $ints2.remove($int1)", 2, 1.5),
    B("if $lit in $words^1:\n"
      "    $words1.remove($words1[0])", 2, 0.7),
    B("$int+ = $ints^.pop(@( ;; 0 ;; -1)@)", 2, 1.5),
    B("$str+ = $words^.pop(@( ;; 0)@)", 2, 1.5),
    B("$words+1 = $words!2.copy()\n"
      "$words1.append($words2[@(0 ;; -1)@])", 2, 1),
    B("$ints+1 = $ints!2.copy()\n"
      "$ints1.@(reverse() ;; sort() ;; append(len($ints2)))@\n"
      "$ints1 += $ints2", 2, 1),
    B("if len($list^1) > $c:\n"
      "    $list1.clear()", 2, 1),
    B("if len($counts^1) > $two:\n"
      "    $counts1.clear()", 2, 0.8),
    B("del $list^1[@(0 ;; -1 ;; :1 ;; ::2)@]", 2, 1),
    B("if $lit in $counts^1:\n"
      "    del $counts1[$lit]", 3, 0.3),
    B("if $str!1 in $counts^2:\n"
      "    del $counts2[$str1]", 2, 1),
    B("$ints^1[$few:$two] = $ints1[::-1]", 2, 0.6),
    B("$ints^1[0], $ints1[-1] = $ints1[-1], $ints1[0]", 2, 0.8),
    B("$counts^1.update(@({$lit: $int} ;; {$str!: $int})@)", 2, 1.2),
    B("$int+ = $counts^.pop(@($lit ;; $str!)@, $big)", 2, 1.5),
    B("$str+, $int+ = $counts^.popitem()", 2, 1.5),
    B("$counts^1 = dict($counts1)\n"
      "$counts1.setdefault($str!, $int)", 2, 0.7),
    B("$int+ = $counts^.setdefault(@($lit ;; $str!)@, $big)", 2, 1),
    B("$counts^1[$str!2] = $counts1.get($str2, $big) + 1", 2, 1),
    B("$counts+1 = $counts!.copy()\n"
      "$counts1[$lit] = @($int ;; len($counts1))@", 2, 1.2),
    B("$words+1 = $words!.copy()\n"
      "$words1.@(reverse() ;; sort() ;; pop() ;; append($str) ;; insert(0, $str))@", 2, 1.5),
    B("$ints+1 = $ints!.copy()\n"
      "$ints1.@(reverse() ;; sort() ;; pop() ;; append($int) ;; extend($ints))@", 2, 1.5),
)
SETS = (
    B("$numset^.update($ints!)", 2, 4.1),
    B("$numset^.@(difference_update ;; intersection_update ;; symmetric_difference_update)@($ints!)", 2, 8.1),
    B("$wordset+1 = set($words!)\n"
      "$wordset1.@(discard ;; add)@($lit)", 2, 5.4),
    B("$wordset+1 = set($words!)\n"
      "$wordset1.@(difference_update ;; intersection_update ;; symmetric_difference_update ;; "
      "update)@(@($words! ;; [$lit, $lit])@)", 2, 3.2),
    B("if $str!1 in $wordset^2:\n"
      "    $wordset2.remove($str1)", 2, 2.7),
    B("$numset+1 = set($ints!)\n"
      "$numset1.@(intersection_update ;; difference_update ;; symmetric_difference_update ;; "
      "update)@(@($ints! ;; [$int, $int] ;; range($big))@)", 2, 2.7),
    B("$wordset^.@(discard ;; add)@($str!)", 2, 5.4),
    B("if $int!1 in $numset^2:\n"
      "    $numset2.remove($int1)\n"
      "else:\n"
      "    $numset2.add($int1)", 2, 2.7),
    B("$numset+1 = set($ints!)\n"
      "if len($numset1) == 1:\n"
      "    return $numset1.pop()", 2, 1.9),
    B("if len($numset^1) > $two:\n"
      "    $numset1.clear()", 2, 2.2),
    B("$numset+1 = set()\n"
      "$ints+2 = []\n"
      "for $int~3 in $ints!:\n"
      "    if $int3 in $numset1:\n"
      "        $ints2.append($int3)\n"
      "    $numset1.add($int3)", 2, 3.2),
    B("$numset+1 = $numset!2.copy()\n"
      "$numset1.discard(@(max ;; min)@($numset2))", 3, 1.8),
)
STRINGS = (
    B("$int+1 = @(-1 ;; 0)@\n"
      "if $ch9 in $str!2:\n"
      "    $int1 = $str2.@(index ;; rindex)@($ch9)", 2, 1.5),
    B("if $int!1 in $ints!2:\n"
      "    return $ints2.index($int1)", 2, 1),
    B("$int+ = $ints!1.index(@(max ;; min)@($ints1))", 2, 1.2),
    B("if $str!1 in $words!2:\n"
      "    return $words2.index($str1)", 2, 1),
    B("if $sep in $str!1:\n"
      "    $str+2 = $str1[$str1.@(index ;; rindex)@($sep):]\n"
      "else:\n"
      "    $str2 = $str1", 2, 1.2),
    B("if $str!1.@(startswith ;; endswith)@($str):\n"
      "    return $str1.@(upper() ;; title() ;; replace($sep, '') ;; center(12, $mark))@", 2, 1.5),
    B("$str+1, _, $str+2 = $str!.@(partition ;; rpartition)@($sep)", 2, 1.5),
    B("$str+1, *$words+2 = $str!.split($sep)", 2, 1.2),
    B("$words+1 = $str!.split($sep)\n"
      "$words1[0] = $words1[0].@(upper ;; title ;; capitalize)@()", 2, 1.2),
    B("$words+1 = list($str!)\n"
      "$words1.reverse()\n"
      "$str+2 = @('' ;; $mark)@.join($words1)", 2, 1.5),
    B("$words+1 = []\n"
      "for $word~2 in $str!.split($sep):\n"
      "    if $word2:\n"
      "        $words1.append($word2@( ;; .strip() ;; .lower() ;; [::-1])@)", 2, 2),
    B("$str+1 = ''\n"
      "for $index~2, $str~3 in enumerate($str!):\n"
      "    $str1 += $str3.@(upper ;; swapcase)@() if $index2 % 2 == 0 else $str3.lower()", 2, 1),
    B("$index~1 = $str!2.@(find ;; rfind)@(@($sep ;; $ch)@)\n"
      "if $index1 == -1:\n"
      "    return $str2\n"
      "$str+3 = $str2[@($index1 + 1: ;; :$index1)@]", 2, 1.5),
    B("$str+1 = $str!\n"
      "for $str~2 in $vowels:\n"
      "    $str1 = $str1.replace($str2, $mark)", 2, 1.2),
    B("$str+1 = $str!2[:len($str2) // 2]\n"
      "$str+3 = $str2[len($str2) // 2:]", 2, 0.8),
    B("$counts+1 = {}\n"
      "for $word~2 in $str!.split(@($sep ;; )@):\n"
      "    $counts1[$word2] = len($word2)", 2, 1),
    B("for $str~1, $str~2 in zip($str!3, $str3[1:]):\n"
      "    if $str1 == $str2:\n"
      "        return $str1 + $str2", 2, 0.7),
    B("$ints+1 = []\n"
      "for $word~2 in $str!.split($sep):\n"
      "    if $word2.@(isdigit ;; isnumeric ;; isdecimal)@():\n"
      "        $ints1.append(int($word2))\n"
      "    else:\n"
      "        $ints1.append(len($word2))", 2, 1.2),
    B("$counts+1 = {}\n"
      "for $word~2 in $str!.split(';'):\n"
      "    if '=' in $word2:\n"
      "        $key~3, $value~4 = $word2.split('=')\n"
      "        $counts1[$key3] = $value4", 2, 0.6),
    B("$str+1 = $str!.translate(str.maketrans({$ch: $mark, $ch: ''}))", 2, 0.7),
    B("$int+1 = $str!2.count($ch) - $str2.count($ch)", 2, 0.6),
)
