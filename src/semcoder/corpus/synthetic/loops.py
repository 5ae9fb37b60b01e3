"""Loops and what they gather, from levels 2 on.
"""

from semcoder.corpus.synthetic.templates import Block as B

LOOPS = (
    B("$words+1 = []\n"
      "for $word~2 in $words!:\n"
      "    if $cond:\n"
      "        $words1.append($word2)", 2, 2),
    B("$words+1 = []\n"
      "for $word~2 in $words!:\n"
      "    if $word2 not in $words1:\n"
      "        $words1.append($word2)", 2, 1),
    B("$words+1 = []\n"
      "for $index~3, $word~2 in enumerate($words!):\n"
      "    if $index3 % 2 == @(0 ;; 1)@:\n"
      "        $words1.append($word2.@(upper ;; title ;; lower)@())\n"
      "    else:\n"
      "        $words1.append(@($word2 ;; $word2[::-1])@)", 2, 1.5),
    B("$str+1 = ''\n"
      "for $str~2 in $str!:\n"
      "    if $str2.@(isalpha ;; isdigit ;; isupper ;; islower ;; isalnum ;; isspace ;; isnumeric)@():\n"
      "        $str1 += $str2@( ;; .upper() ;; .lower())@\n"
      "    else:\n"
      "        $str1 += $mark", 2, 3),
    B("$int+1 = 0\n"
      "for $str~2 in $str!:\n"
      "    if $str2.@(isalpha ;; isdigit ;; isupper ;; islower)@():\n"
      "        $int1 += 1", 2, 2),
    B("$words+1 = []\n"
      "for $str~2 in $str!:\n"
      "    if $str2 not in $words1:\n"
      "        $words1.append($str2)", 2, 1),
    B("$counts+1 = {}\n"
      "for $str~2 in $str!:\n"
      "    $counts1[$str2] = $counts1.get($str2, 0) + 1", 2, 1.5),
    B("$counts+1 = {}\n"
      "for $word~2 in $words!:\n"
      "    if $word2 in $counts1:\n"
      "        $counts1[$word2] += 1\n"
      "    else:\n"
      "        $counts1[$word2] = 1", 2, 1.5),
    B("$counts+1 = {}\n"
      "for $key~2, $value~3 in $counts!.items():\n"
      "    if $value3 @(> ;; < ;; != ;; >=)@ $big:\n"
      "        $counts1[$key2@( ;; .upper() ;; [::-1])@] = $value3 @(+ ;; * ;; -)@ $few", 2, 2),
    B("$words+1 = []\n"
      "for $key~2, $value~3 in $counts!.items():\n"
      "    if $value3 @(> ;; <= ;; ==)@ $big:\n"
      "        $words1.append($key2)", 2, 2),
    B("$str+1 = ''\n"
      "for $key~2, $value~3 in $counts!.items():\n"
      "    $str1 += f'{$key2}@(= ;; : ;; )@{$value3}@(, ;; ; ;;  )@'", 2, 1),
    B("$groups+1 = {}\n"
      "for $word~2 in $words!:\n"
      "    $groups1.setdefault(@($word2[:1] ;; $word2[-1:])@, []).append(len($word2))", 2, 1),
    B("$int+1 = 0\n"
      "while $int1 < len($seq!2) and $seq2[$int1] != $seq2[-1]:\n"
      "    $int1 += 1", 2, 1),
    B("$str+1 = ''\n"
      "$index~2 = len($str!3) - 1\n"
      "while $index2 >= 0:\n"
      "    $str1 += $str3[$index2]\n"
      "    $index2 -= @(1 ;; 2)@", 2, 1.5),
    B("$ints+1 = []\n"
      "while $ints^2:\n"
      "    $ints1.append($ints2.pop(@( ;; 0)@) @(* ;; + ;; -)@ $few)", 2, 1.2),
    B("$words+1 = []\n"
      "while len($words^2) > $few:\n"
      "    $words1.append($words2.pop(@( ;; 0)@))", 2, 1.2),
    B("$int+1 = 0\n"
      "while $int^2 > 0:\n"
      "    $int1 += @($int2 % 10 ;; 1 ;; $int2)@\n"
      "    $int2 //= @(10 ;; 2)@", 2, 1),
    B("while $str^1.startswith(@($first ;; $sep)@):\n"
      "    $str1 = $str1[1:]", 2, 0.8),
    B("$int+1 = $int!\n"
      "while $int1 < $big:\n"
      "    $int1 += $c", 2, 0.7),
    B("for $index~2 in range(len($ints^1)):\n"
      "    if $ints1[$index2] @(> $big ;; % 2 == 0 ;; < $big)@:\n"
      "        $ints1[$index2] @(+= ;; -= ;; *=)@ $c", 2, 2),
    B("for $index~2 in range(0, len($ints^1) - 1, 2):\n"
      "    $ints1[$index2], $ints1[$index2 + 1] = $ints1[$index2 + 1], $ints1[$index2]", 2, 0.8),
    B("$ints+1 = []\n"
      "for $index~2 in range(len($ints!3) - 1@(, -1, -1 ;; )@):\n"
      "    $ints1.append($ints3[$index2] @(+ ;; - ;; *)@ $few)", 2, 1),
    B("$ints+1 = []\n"
      "for $int~2, $value~3 in zip($ints!, $ints!):\n"
      "    $ints1.append(@($int2 + $value3 ;; max($int2, $value3) ;; $int2 - $value3)@)", 2, 1),
    B("for $int~1 in $ints!:\n"
      "    if $int1 @(< 0 ;; > $big ;; == $big)@:\n"
      "        @(continue ;; break)@\n"
      "    $do", 2, 2.5),
    B("for $str~1 in $str!:\n"
      "    if $str1 @(== $sep ;; in $vowels ;; == $ch)@:\n"
      "        @(continue ;; break)@\n"
      "    $do", 2, 2),
    B("for $word~1 in $words!:\n"
      "    if $cond:\n"
      "        @(break ;; continue)@\n"
      "    $do", 2, 1.5),
    B("for $word~1 in $words!:\n"
      "    if $cond:\n"
      "        return @($word1 ;; $words! ;; $word1.upper())@", 2, 1.5),
    B("for $index~1, $int~2 in enumerate($ints!):\n"
      "    if $int2 @(> ;; < ;; ==)@ $big:\n"
      "        return @($index1 ;; $int2 ;; ($index1, $int2))@", 2, 1.5),
    B("for $index~1 in range($int! % 4):\n"
      "    $do", 2, 1),
    B("for _ in range($two):\n"
      "    $do", 2, 0.8),
    B("for $row~1 in $rows!:\n"
      "    $do", 2, 1.5),
    B("for $key~1 in $counts!2:\n"
      "    if $counts2[$key1] > $big:\n"
      "        $do", 2, 1.5),
    B("for $key~1, $row~2 in $groups!.items():\n"
      "    if len($row2) > 1:\n"
      "        $do\n"
      "    else:\n"
      "        $do", 2, 2),
    B("$int+1 = 0\n"
      "for $row~2 in $rows!:\n"
      "    for $int~3 in $row2:\n"
      "        if $int3 @(> $big ;; % 2 == 0 ;; < 0)@:\n"
      "            $int1 += @($int3 ;; 1)@", 2, 2.5),
    B("$int+1 = 0\n"
      "for $int~2 in $ints!:\n"
      "    for $index~3 in range($two):\n"
      "        $int1 += @($int2 ;; $int2 * $index3 ;; $int2 + $index3)@", 2, 1),
    B("$pairs+1 = []\n"
      "for $index~2, $word~3 in enumerate($words!):\n"
      "    $pairs1.append(($word3, @($index2 ;; len($word3) + $index2)@))", 2, 1),
    B("$words+1 = []\n"
      "for $key~2, $value~3 in $pairs!:\n"
      "    if $value3 @(> ;; <)@ $big:\n"
      "        $words1.append($key2)\n"
      "    else:\n"
      "        $words1.insert(0, $key2)", 2, 1),
    B("$counts+1 = {}\n"
      "for $key~2, $value~3 in $pairs!:\n"
      "    $counts1[$key2] = $counts1.get($key2, 0) + $value3", 2, 2),
    B("for $int~1 in $ints!:\n"
      "    if $int1 @(> ;; == ;; <)@ $big:\n"
      "        $int+2 = $int1 @(* ;; +)@ $c\n"
      "        break\n"
      "else:\n"
      "    $int2 = @(-1 ;; 0)@", 2, 1.2),
    B("$int+1 = $int!\n"
      "while $int1 > $two:\n"
      "    $int1 -= $c\n"
      "    if $int1 == $big:\n"
      "        break\n"
      "else:\n"
      "    $int1 @(+= ;; *=)@ $c", 2, 0.7),
    B("$int+1, $int~2 = 0, $int!\n"
      "while True:\n"
      "    $int2 @(-= $c ;; //= 2)@\n"
      "    if $int2 <= 0:\n"
      "        break\n"
      "    $int1 += 1", 2, 0.8),
    B("while $lit9 in $words^1:\n"
      "    $words1.remove($lit9)", 2, 0.8),
    B("while $ch9 in $str^1:\n"
      "    $str1 = $str1.replace($ch9, '', 1)", 2, 0.8),
    B("for $word~1 in $words^2.copy():\n"
      "    if @(len($word1) > $big ;; $word1 == $lit ;; $word1.endswith($last) ;; "
      "$word1.startswith($first))@:\n"
      "        $words2.remove($word1)", 2, 1.5),
    B("for $key~1 in list($counts^2):\n"
      "    if $counts2[$key1] @(> ;; < ;; % 2 ==)@ $two:\n"
      "        $counts2.pop($key1)", 2, 1.5),
    B("$str+1 = $str!\n"
      "while len($str1) < $big:\n"
      "    $str1 += @($mark ;; $ch)@", 2, 1),
    B("$int+1 = 0\n"
      "for $index~2 in range(len($str!3)):\n"
      "    if $str3[$index2] == @($ch ;; $sep ;; $str3[-1])@:\n"
      "        $int1 += @(1 ;; $index2)@", 2, 2),
    B("$words+1 = []\n"
      "for $index~2 in range(len($words!3)):\n"
      "    if $words3[$index2].@(startswith($first) ;; endswith($last))@:\n"
      "        $words1.append($words3[$index2])", 2, 2),
    B("$str+1 = ''\n"
      "for $index~2 in range(@(len($str!3) - 1, -1, -1 ;; 0, len($str!3), 2 ;; 1, len($str!3))@):\n"
      "    $str1 += $str3[$index2]", 2, 2),
    B("$words+1 = []\n"
      "for $index~2 in range(0, len($str!3), $two):\n"
      "    $words1.append($str3[$index2:$index2 + 2])", 2, 1.5),
    B("for $index~1 in range(len($ints^2) - 1, -1, -1):\n"
      "    if $ints2[$index1] @(> ;; < ;; ==)@ $big:\n"
      "        $ints2.@(pop($index1) ;; insert($index1, 0))@", 2, 1.5),
    B("for $index~1 in range($two):\n"
      "    $ints^2.insert($index1, $ints2.pop())", 2, 0.7),
    B("$int+1 = 0\n"
      "for $index~2 in range(len($ints!3)):\n"
      "    if $ints3[$index2] @(== ;; > ;; <)@ $ints3[0]:\n"
      "        $int1 += 1", 2, 1.2),
    B("for $index~1 in range(len($words^2)):\n"
      "    $words2[$index1] = $words2[$index1].@(strip($ch) ;; upper() ;; replace($ch, $mark) ;; "
      "rjust(6, $mark) ;; zfill($c))@", 2, 1.5),
    B("$int+1 = len($str!2) - 1\n"
      "while $int1 > 0 and $str2[$int1] != @($ch ;; $sep)@:\n"
      "    $int1 -= 1", 2, 1.2),
    B("$pairs+1 = []\n"
      "for $key~2, $row~3 in sorted($groups!.items(), key=lambda kv: (len(kv[1]), kv[0])):\n"
      "    $pairs1.append(($key2, sum($row3)))", 3, 1),
    B("$rows+1 = []\n"
      "for $row~2 in $rows!:\n"
      "    $rows1.append([$int~3 for $int~3 in $row2 if $int3 @(> ;; !=)@ $big])", 2, 1.5),
    B("for $row~2 in $rows^1:\n"
      "    $row2.append(@(len ;; sum)@($row2))", 2, 1.2),
    B("for $row~2 in $groups^1.values():\n"
      "    $row2.@(sort() ;; reverse() ;; append(len($row2)))@", 2, 1.2),
    B("$groups+1 = {}\n"
      "for $int~2 in $ints!:\n"
      "    $key~3 = 'even' if $int2 % 2 == 0 else 'odd'\n"
      "    $groups1.setdefault($key3, []).append($int2)", 2, 1.5),
    B("$groups+1 = {}\n"
      "for $key~2, $value~3 in $counts!.items():\n"
      "    $groups1.setdefault($key2[0], []).append($value3)", 2, 1),
)
