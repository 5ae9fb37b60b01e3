"""What the teacher is asked: rules, worked examples, the question; and how its answer is read.

Departure: the paper's instructions and examples are not published (4.2.3 says that there were some). The rules here are
those that it states; the examples are our own programs, with monologues compiled from their traces, so that they are
true and look like the other rows.
"""

import ast
import re
from collections import Counter
from functools import cache

from semcoder.config import Config, MonologuesConfig
from semcoder.execution.execute import run_call
from semcoder.execution.sandbox import find_box
from semcoder.monologues.author import Author
from semcoder.monologues.steps import build_steps
from semcoder.prompts import (
    canonical_literal,
    extract_answer,
    has_literal_arguments,
    render_answer,
    render_execution_prompt,
)

RULES = """\
You explain single executions of Python programs, truly and completely. Each line of a program carries its label, \
[L1], [L2], and so on. Everything you state is checked against a real run; one false statement spoils the whole answer.

{task}
Form of the answer, with nothing before, between or after:
[MONOLOGUE]
one or more sections, each a line "### Heading" and then sentences, one a line; a sentence about a line of the program \
starts with that line's label
[/MONOLOGUE]
[ANSWER]
the assert statement with ?? filled in
[/ANSWER]
"""
TASKS = {
    "forward": """\
Task: find out what the call returns.
- Walk through every line that runs, in the order in which it runs.
- For each, say which values go in, what comes out, and which variable has which value afterwards.
- Go through every iteration of a loop on its own, with its own values. Do not skip or sum up.
- Say of each condition with which values it is tested, and whether it is True or False.
- The last block states the output.
""",
    "backward": """\
Task: find one input for which the call returns the given output. Any such input is right.
- Start from the output and go back, line by line, to the arguments.
- For each line, say what must have held before it, so that it had its effect.
- Where that is not one value but many would do, state the constraint (type, length, order, sign, parity, members), \
and only what really follows.
- At the end choose one concrete input that meets all constraints. Its arguments are plain literals.
- The last block states that input.
""",
}
EXAMPLES = {
    "forward": (("def f(nums):\n    total = 0\n    for n in nums:\n        if n % 2 == 0:\n            total += n\n"
                 "    return total\n", "[3, 4, 8]"),
                ("def f(text, mark):\n    words = text.split(mark)\n    out = ''\n    while len(words) > 0:\n"
                 "        out += words.pop()[0]\n    return out.upper()\n", "'pear-fig', '-'"),
                ("def double(n):\n    return n * 2\n\ndef f(scores):\n    best = {}\n"
                 "    for name in sorted(scores):\n        if scores[name] < 1:\n            continue\n"
                 "        best[name] = double(scores[name])\n    return best\n", "{'b': 0, 'a': 5}")),
    "backward": (("def f(words):\n    found = [w + '.' for w in words]\n    return sorted(found)\n",
                  "['plum', 'fig']"),
                 ("def f(a, b):\n    c = a * 3\n    if c > b:\n        c -= b\n    return c + 1\n", "4, 5"),
                 ("def f(s):\n    out = ''\n    for c in s:\n        out = c + out\n    return out + '!'\n", "'ab'")),
}
WORDING = Config(preset="shots", monologues=MonologuesConfig(verbosity="normal"))  # how the examples are told
MONOLOGUE = re.compile(r"\[MONOLOGUE\]\s*(.*?)\s*\[/MONOLOGUE\]", re.DOTALL)


def ask_monologue(objective: str, code: str, entry: str, input_text: str, output_text: str) -> list[dict]:
    """Returns the messages that ask for a forward or backward monologue of one execution."""
    question = render_execution_prompt(objective, code, entry, input_text, output_text)
    return [{"role": "system", "content": RULES.format(task=TASKS[objective])}, *make_shots(objective),
            {"role": "user", "content": question}]


@cache
def make_shots(objective: str) -> tuple[dict, ...]:
    """Returns the worked examples of a direction as turns of a conversation."""
    turns = []
    for code, input_text in EXAMPLES[objective]:
        output = run_call(code, "f", input_text).output
        question = render_execution_prompt(objective, code, "f", input_text, output)
        turns += [{"role": "user", "content": question},
                  {"role": "assistant", "content": tell_execution(objective, code, input_text)
                   + render_answer("f", input_text, output)}]
    return tuple(turns)


def tell_execution(objective: str, code: str, input_text: str) -> str:
    """Returns the compiled and checked monologue of one execution of a program of our own, whose entry is `f`."""
    outcome, replay = (run_call(code, "f", input_text, watch=name) for name in ("trace", "replay"))
    program = {"code": code, "entry": "f", "description": ""}
    author = Author(find_box(), program, [input_text], WORDING, Counter())
    write = author.write_forward if objective == "forward" else author.write_backward
    execution = {"execution_id": code, "input": input_text, "output": outcome.output}
    text, flaw = write(execution, build_steps(code, list(outcome.events)), list(replay.events))
    assert text, f"an example is not told: {flaw}"
    return text


class Unfit(ValueError):
    """A sample that is not kept; the message is the reason, for the counts."""


def read_sample(text: str, objective: str, entry: str, input_text: str, output_text: str) -> tuple[str, str, str]:
    """Returns (monologue with its tags, input, output) of an answer; what was asked for is not judged here.

    Raises:
        Unfit: a block is missing, or the answer is about another call.
    """
    found = MONOLOGUE.search(text)
    if not found or not found[1]:
        raise Unfit("no monologue block")
    answer = extract_answer(text[found.end():], entry)
    if answer is None:
        raise Unfit("no answer block")
    output = canonical_literal(answer[1])
    if not has_literal_arguments(answer[0]) or output is None:
        raise Unfit("answer is not literal")
    is_asked = (parse_arguments(answer[0]) == parse_arguments(input_text) if objective == "forward"
                else ast.literal_eval(output) == ast.literal_eval(output_text))
    if not is_asked:
        raise Unfit("answers another question")
    return f"[MONOLOGUE]\n{found[1]}\n[/MONOLOGUE]\n", answer[0], output


def parse_arguments(text: str) -> str:
    """Returns an argument list in a form that does not depend on how it is written."""
    return ast.dump(ast.parse(f"f({text})", mode="eval"))
