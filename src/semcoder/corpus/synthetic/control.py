"""Exceptions, early exits and unpacking; functions: before the entry function, inside it, and without a name.
"""

from semcoder.corpus.synthetic.templates import Block as B

CONTROL = (
    B("try:\n"
      "    $int+1 = $ints![$int!]\n"
      "except IndexError:\n"
      "    $int1 = @(-1 ;; 0)@", 2, 1.2),
    B("try:\n"
      "    $int+1 = $counts!2[$str!]\n"
      "except KeyError:\n"
      "    $int1 = @(-1 ;; 0 ;; len($counts2))@", 2, 1),
    B("try:\n"
      "    $int+1 = int($str!2@( ;; .strip())@)\n"
      "except ValueError:\n"
      "    $int1 = len($str2)", 2, 1.2),
    B("try:\n"
      "    $int+1 = $ints!.index($int!)\n"
      "except ValueError:\n"
      "    @(return -1 ;; $int1 = -1)@", 2, 1),
    B("try:\n"
      "    $int+1 = $str!.@(index ;; rindex)@($sep)\n"
      "except ValueError:\n"
      "    $int1 = @(-1 ;; 0)@", 2, 1.2),
    B("try:\n"
      "    $int+1 = $int!2 // $int!3\n"
      "except ZeroDivisionError:\n"
      "    $int1 = @($int2 ;; 0)@\n"
      "else:\n"
      "    $int1 += $few", 3, 0.8),
    B("$int+1 = 0\n"
      "for $word~2 in $str!.split($sep):\n"
      "    try:\n"
      "        $int1 += int($word2)\n"
      "    except ValueError:\n"
      "        $int1 -= 1", 3, 0.8),
    B("try:\n"
      "    $int+1 = $counts!2.pop($str!)\n"
      "except (KeyError, TypeError):\n"
      "    $int1 = len($counts2)\n"
      "finally:\n"
      "    $counts2[$lit] = $int", 3, 0.4),
    B("try:\n"
      "    if $cond:\n"
      "        raise ValueError($lit)\n"
      "    $str+1 = 'ok'\n"
      "except ValueError as error:\n"
      "    $str1 = str(error)", 3, 0.6),
    B("try:\n"
      "    assert $cond, $lit\n"
      "    $int+1 = $int!\n"
      "except AssertionError as error:\n"
      "    $int1 = len(str(error))", 3, 0.5),
    B("$str+1 = $lit\n"
      "for $word~2 in [$str!, $int!, None]:\n"
      "    try:\n"
      "        $str1 += $word2.upper()\n"
      "    except AttributeError:\n"
      "        $str1 += str($word2)", 3, 1.5),
    B("$bool+1 = False\n"
      "for $int~2 in $ints!:\n"
      "    if $int2 @(> ;; == ;; <)@ $big:\n"
      "        $bool1 = True\n"
      "        break", 2, 1),
    B("$int~1 = 0\n"
      "while $int1 < len($ints!2):\n"
      "    if $ints2[$int1] < 0:\n"
      "        return $ints2[:$int1]\n"
      "    $int1 += 1", 2, 0.8),
    B("if $counts!1 is $counts!2 or $counts1 == $counts2:\n"
      "    return {}", 3, 0.4),
    B("if (n := len($seq!1)) > $c:\n"
      "    return n", 3, 0.5),
    B("$int+1, *$ints+2 = $ints!", 2, 1),
    B("*$ints+1, $int+2 = $ints!", 2, 0.7),
    B("$int+1, $int+2 = min($ints!3), max($ints3)", 2, 1),
    B("$int^1, $int^2 = $int2, $int1 + $int2", 2, 0.5),
    B("$int+1 = sum([1 for $str~2 in $str!3 if $str2 == $str3[0]])", 2, 0.5),
)
FUNCTIONS = (
    B("$int+1 = $helper~9($int!)", 3, 1,
      "def $helper~9(value):\n"
      "    if value @(> ;; <)@ $big:\n"
      "        return value - $c\n"
      "    return value * $two"),
    B("$ints+1 = [$helper~9($int~2) for $int~2 in $ints!]", 3, 1.2,
      "def $helper~9(value):\n"
      "    return value @(* ;; + ;; % ;; //)@ $c @(+ ;; -)@ $few"),
    B("$str+1 = $helper~9($str!)", 3, 1,
      "def $helper~9(text):\n"
      "    return text.@(strip().lower ;; title ;; swapcase ;; upper)@()@( ;; [::-1])@"),
    B("$words+1 = list(map($helper~9, $words!))", 3, 1,
      "def $helper~9(word, mark=$mark):\n"
      "    return word[:1].upper() + @(mark ;; word[1:] + mark)@"),
    B("$int+1 = $helper~9(@(abs($int!) ;; len($seq!))@)", 3, 1,
      "def $helper~9(n):\n"
      "    if n @(<= 1 ;; < $two)@:\n"
      "        return @(1 ;; n)@\n"
      "    return $helper~9(n - @(1 ;; 2)@) + n"),
    B("$str+1 = $helper~9($str!)", 3, 0.8,
      "def $helper~9(text):\n"
      "    if len(text) < 2:\n"
      "        return text\n"
      "    return @($helper~9(text[1:]) + text[0] ;; text[-1] + $helper~9(text[1:-1]) + text[0])@"),
    B("$ints+1 = $helper~9($rows!)", 3, 1,
      "def $helper~9(value):\n"
      "    if isinstance(value, int):\n"
      "        return [value]\n"
      "    flat = []\n"
      "    for part in value:\n"
      "        flat.extend($helper~9(part))\n"
      "    return flat"),
    B("def $helper~9(value):\n"
      "    return value @(+ ;; - ;; *)@ $int!\n"
      "$ints+1 = [$helper~9($int~2) for $int~2 in $ints!]", 3, 1),
    B("def $helper~9(word):\n"
      "    return (len(word), word)\n"
      "$words+1 = sorted($words!, key=$helper~9@( ;; , reverse=True)@)", 3, 1),
    B("$int+1 = 0\n"
      "def $helper~9(value):\n"
      "    nonlocal $int1\n"
      "    $int1 += value\n"
      "    return $int1\n"
      "$ints+2 = [$helper~9($int~3) for $int~3 in $ints!]", 3, 0.8),
    B("global memory\n"
      "memory = []\n"
      "for $int~2 in $ints!:\n"
      "    $helper~9($int2)\n"
      "$ints+1 = memory[:]", 3, 0.5,
      "def $helper~9(value):\n"
      "    global memory\n"
      "    if value not in memory:\n"
      "        memory = memory + [value]"),
    B("$helper~9 = lambda x: x @(* ;; + ;; -)@ $c\n"
      "$ints+1 = [$helper~9($int~2) for $int~2 in $ints!]", 3, 1),
    B("def $helper~9(*values, scale=$c):\n"
      "    return sum(values) * scale\n"
      "$int+1 = $helper~9(*$ints!)", 3, 0.8),
    B("def $helper~9(first, **rest):\n"
      "    return first + len(rest)\n"
      "$int+1 = $helper~9($int!, **$counts!)", 3, 0.5),
    B("it = iter($ints!)\n"
      "$ints+1 = []\n"
      "for $int~2 in it:\n"
      "    $ints1.append($int2 + next(it, $big))", 3, 0.6),
)
