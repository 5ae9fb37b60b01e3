"""How a monologue words the shape of a run: rounds of loops, cases, what is returned, which way a condition goes."""

import re

from semcoder.audit.wording import CHECK, END, HEDGE, IF, NOUNS, ORDINAL, ORDINALS, TENS, A, E, N, V, words

ROUND = re.compile(r"^\W*(?:in |for |on |during )?(?:the )?(inner |outer )?(?:inner |outer )?(?:while |for )?(?:loop )?"
                   rf"(?:({ORDINAL}) (?:inner |outer )?(?:loop )?iteration|iteration #?{V})"
                   r"(?: of the (inner|outer)?[^(:,]*?)?(?=\s*[(:,]|\s*$)", re.IGNORECASE)
CASE = re.compile(rf"^\W*(?:for|when|with) (?:the )?(?:\w+ )?{A}", re.IGNORECASE)

ADVERB = words("then/now/will/must/should/immediately/finally/thus/therefore/also/successfully/correctly/executes/and",
               "reaches/the/return/statement")
RETURNS = (rf"(?:[Tt]he function|‹f\d+›)(?: (?:{ADVERB})){{0,5}},? (?:returns|return|returning) (?:(?:the|a|an) "
           rf"(?:(?!(?:of|if|first|last|length|index|that|and|with|which)\b)\w+ ){{1,4}})?{NOUNS}")
LINK = (r"(?: \w+)?(?:(?:,| \()? ?(?:which|that) (?:is|evaluates to|results in|equals|becomes|gives)(?: now| also|"
        r" still)?|:)")
RETURNED = re.compile(rf"{RETURNS}(?:{V}{END}|(?:{N}|{E}){LINK} {NOUNS}{V}{END})")
FINAL = re.compile(r"(?:^|[:,;.] |\b(?:so|thus|therefore|hence|and|that) )[Tt]he (?:final (?:output|result|"
                   r"return value|returned value)|return value|returned value|output)(?: (?:of the function|"
                   r"of ‹[fe]\d+›|for (?:the|this) (?:given )?input(?: ‹\w\d+›)?))? (?:is|will be|becomes|"
                   rf"of the function is)(?: therefore| thus)? {NOUNS}{V}{END}")
BRANCH = re.compile(r"(?<!first )(?<!second )(?<!third )(?<!loop )(?<!inner )(?<!outer )\bcondition (?:‹o\d+› )?(?:is|"
                    r"evaluates to|returns|becomes)(?: therefore| thus| also| again)? (?:(true|false|met|not met|"
                    rf"satisfied|not satisfied)\b|{V}{END})", re.IGNORECASE)
SO = re.compile(rf"^(?:This|It|The condition)(?: condition| check)? (?:is|evaluates to|returns) {V}{END}")
CANDIDATE = re.compile(r"(?<!of the )(?<!in the )(?<!from the )(?<!of this )\binput(?: string| list| dictionary| value|"
                       r" that [^‹.]*?(?:‹[vef]\d+› )?)? ?(?:is|is therefore|should be|must be|will be) "
                       rf"{NOUNS}{V}{END}")
MUST = re.compile(rf"{N}(?: parameter)? (?:must|should) be {NOUNS}{V}{END}")
ROUNDS = re.compile(r"\bloop (?:will |then |thus |only )*(?:runs?|iterates?|executes?|loops?) (?:for |a total of |"
                    rf"exactly |only )*(?:{V} (?:times?|iterations?)|(once|twice))\b|\((?:a )?total of {V} "
                    r"iterations\)", re.IGNORECASE)


def count_round(found: re.Match, sources: list[str]) -> int:
    """Returns the number in "Third Iteration", "Iteration 3" or "Twenty-first iteration"; -1 where it is none."""
    if found.group(3):
        source = sources[int(found.group(3))]
        return int(source) if source.isdigit() else -1
    tens, _, ones = found.group(2).lower().rpartition("-")
    return TENS.get(tens, 0) + ORDINALS.index(ones) + 1 if ones in ORDINALS else int(re.match(r"\d+", ones).group())


def is_hedged(text: str) -> bool:
    """Returns whether a sentence says what could be, or what holds in general, and not what happened."""
    return bool(HEDGE.search(text)) or is_conditional(text)


def is_conditional(text: str) -> bool:
    """Returns whether a sentence has an `if` or `when` that no check asks."""
    return any(not CHECK.search(text[:found.start()]) for found in IF.finditer(text))
