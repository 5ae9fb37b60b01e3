"""The words that claims are made of: pieces of patterns over a sentence whose code is masked by role (`‹n0› is ‹v1›`).

Roles are those of `semcoder.audit.program.find_role`. What the pieces leave out matters as much as what they hold:
`x is 3 characters long` or `the last item of x is 3` must not be read as x being 3.
"""

import re

V, N, E, A = (rf"‹{role}(\d+)›" for role in "vnea")  # a literal, a variable, an expression, an equation
THING = r"‹[nve](\d+)›"


def words(*phrases: str) -> str:
    """Returns an alternation of the phrases, which stand between `/`; longer ones come first, to be tried first."""
    return "|".join(sorted((phrase for line in phrases for phrase in line.split("/")), key=len, reverse=True))


# Between a copula and a value: `is now the empty list []`.
NOUN = words("the/a/an/its/string/list/tuple/dictionary/set/integer/number/value/character/boolean/sublist/substring",
             "slice/sequence/result/empty/new/following/final/output/resulting/modified/updated/sorted/reversed/float/lists",
             "tuples/just/simply/still/also/now/therefore/thus/again/equal to")
NOUNS = rf"(?:(?:{NOUN})\s+|:\s+)*"

# What may not follow a value: it then measures, qualifies or begins something else.
MEASURED = words("character/element/item/time/space/digit/letter/word/key/value/pair/iteration/string/list/tuple/line",
                 "occurrence/vowel/zero/part")
QUALIFIED = words("or/if/unless/only/less/more/followed/plus/minus/repeated/of/long/through/to/than/with/without/until",
                  "concatenated/that/which has/for all/for any/for every/for each")
END = (rf"(?!\s*(?:(?:unique |more |less |total )?(?:(?:{MEASURED})s?|bytes)\b|(?:{QUALIFIED}|when(?! called))\b|"
       r"in (?!the (?:first|second|third|next|last)|this|line)|and (?:its|has|so on)|[-+*/%\[]|\.\w|\(if|‹|"
       r"(?:, and|,| and|) ?‹v\d+›(?! is)))")

ADVERBS = rf"(?: (?:{words('now/then/also/again/therefore/thus/further')}))*"
CHANGED = words("updated/set/initialized/initialised/assigned/reassigned/changed/incremented/increased/decremented",
                "decreased/reset/modified/reduced/created/defined")
CHANGE = (rf"(?:becomes|(?:is|are|was|gets|will be|will now be|has been){ADVERBS} (?:{CHANGED})(?: again)?"
          r"(?: by (?:‹v\d+›|one))?(?: to be| to| as| with the value)?|(?:is|are) now|now (?:is|becomes|equals)|"
          r"remains(?: unchanged)?(?: as| at)?|stays(?: at)?|is still|will be|will become|will now be|changes to)")
IS = r"(?:is|are|was|equals|has the value(?: of)?|=|==)"
GIVEN = words("is/are/equals/returns/gives us/gives/yields/produces/results in/evaluates to/becomes/resolves to",
              "simplifies to/computes to/translates to/would be/will be/will return/will give/will evaluate to/=/==",
              "→/->/=>")
GIVES = rf"(?:{GIVEN}){ADVERBS}"
LINKED = words("is/equals/becomes/returns/gives us/gives/yields/produces/results in/evaluates to/resolves to",
               "is equal to/simplifies to/will be")
WHICH = (r"(?:,? (?:which|and (?:it|this|that|the result)|so (?:it|this)|giving|yielding|producing|resulting in|to get|"
         r"and gets|returning)|[.:;] (?:This|It|The result)(?: check| comparison| condition| expression)?| \(which)"
         rf"(?: (?:also|then|now|therefore|thus|again|simply))?(?: (?:{LINKED}))?")

COMPARED = {
    "is greater than or equal to": ">=", "is less than or equal to": "<=", "is not greater than": "<=",
    "is not less than": ">=", "is greater than": ">", "is less than": "<", "is not equal to": "!=",
    "is equal to": "==", "does not equal": "!=", "is not present in": "not in", "is present in": "in",
    "is not found in": "not in", "is found in": "in", "is not in": "not in", "is in": "in",
    "is not a key in": "not in", "is a key in": "in", "is not contained in": "not in", "is contained in": "in",
    "does not exist in": "not in", "exists in": "in",
}
COMPARISON = words(*COMPARED)
TRUTH = {"true": "True", "false": "False", "met": "True", "satisfied": "True", "not met": "False",
         "not satisfied": "False", "not true": "False", "not false": "True"}
EMPTY = {"list": "[]", "string": "''", "dictionary": "{}", "set": "set()", "dict": "{}"}

# Words before a name that make it the object of another subject: `the last item of x is 3` is not about x.
GOVERNING = words("of/in/from/with/by/at/than/to/into/between/over/for/on/or/plus/against/after/before/append/appends",
                  "appended/appending/add/adds/remove/removes/removed/removing/until/as")
OBJECT = re.compile(rf"\b(?:{GOVERNING}|‹[neo]\d+› and|‹\w\d+›)\s+(?:the\s+|a\s+|this\s+)?"
                    r"(?:(?!value\b)\w+\s+){0,2}$", re.IGNORECASE)
# Words before an expression that ask for its value or name it: `checks if ‹e0›, which is ‹v1›`.
ASKED = re.compile(r"\b(?:if|whether|condition|that|as|by|using|with|calls|for|(?:value|result|output) of|"
                   r"(?:updated|set|assigned|initialized|equal|equals|changed|evaluates) to)\s+(?:the )?$")

HEDGING = words("would/could/might/may/suppose/supposed/e.g/consider/otherwise/unless/instead/whenever/can/likely",
                "possible/possibly/any/every/each/ensure/intended/like/such as/want/wants/testing/try/either/example",
                "for instance")
HEDGE = re.compile(rf"\b(?:{HEDGING}|assum\w+|expect\w*|let's (?:say|consider|try)|option\w*|alternativ\w+)\b|\?",
                   re.IGNORECASE)
# What stands beside or below a line with one of these is about other runs.
SUPPOSED = re.compile(r"\b(?:suppose|assum\w+|example\w*|consider|testing|try|either|option\w*|alternativ\w+|could|"
                      r"would|possib\w+|scenario\w*)\b", re.IGNORECASE)
DUTY = re.compile(r"\b(?:should|must|needs?|has to|have to)\b", re.IGNORECASE)
IF = re.compile(r"\b(?:if|when)\b", re.IGNORECASE)
CHECK = re.compile(r"(?:check\w*|see\w*|determin\w+|verif\w+|evaluat\w+|tests?|condition|the|‹o\d+›|in|an|this) $",
                   re.IGNORECASE)  # before an `if` that states nothing conditional
NOT_RUN = re.compile(r"\b(?:not|never|n't|no|without|instead|next|unreachable|if|until|before|after|would|back|nothing|"
                     r"since|because|skip\w*|exit\w*)\b", re.IGNORECASE)
PASSED = re.compile(r"\b(?:not|never|n't)\b.*(?:execut|run|reach|enter)|\bskip")

ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
            "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
            "twentieth"]
TENS = {"twenty": 20, "thirty": 30, "forty": 40}
ORDINAL = rf"(?:(?:{'|'.join(TENS)})-)?(?:{'|'.join(ORDINALS)})|\d+(?:st|nd|rd|th)"
