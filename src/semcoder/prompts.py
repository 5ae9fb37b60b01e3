"""The one renderer of prompts and answers, for monologues, training and evaluation alike.

Tags and task names follow the paper (App. G, H); wording is ours. Departure: prompts are short, because
a small model pays for every token, and quotes are left as Python writes them (the release swaps them).
"""

import ast
import re

from semcoder.execution.literals import is_literal, to_literal

TASK_LINES = {
    "forward": "Simulate the Execution:",
    "backward": "Deduce the Semantic Constraints:",
    "nl_to_code": "Write the Code:",
    "repair": "Debug and Refine the Code:",
}
FULL_ANSWER = re.compile(r"\[ANSWER\]\s*(.*?)\s*(?:\[/ANSWER\]|$)", re.DOTALL)
REFINED = re.compile(r"\[Refined\]\s*(.*?)\s*(?:\[/Refined\]|$)", re.DOTALL)


def label_lines(code: str) -> str:
    """Returns the code with each non-blank line marked `# [Lx]`, x its 1-based number."""
    lines = code.rstrip("\n").split("\n")
    return "\n".join(f"{line}  # [L{i}]" if line.strip() else line for i, line in enumerate(lines, 1))


def render_execution_prompt(objective: str, code: str, entry: str, input_text: str, output_text: str) -> str:
    """Returns the prompt of a forward (output withheld) or backward (input withheld) example.

    Args:
        objective: `forward` or `backward`.
        code: the program.
        entry: the function called.
        input_text: argument list as source text; unused when backward.
        output_text: literal of the output; unused when forward.
    """
    known = f"{entry}({input_text}) == ??" if objective == "forward" else f"{entry}(??) == {output_text}"
    return f"{TASK_LINES[objective]}\n[PYTHON]\n{label_lines(code)}\nassert {known}\n[/PYTHON]\n"


def render_answer(entry: str, input_text: str, output_text: str) -> str:
    """Returns the closing answer block shared by every format."""
    return f"[ANSWER]\nassert {entry}({input_text}) == {output_text}\n[/ANSWER]"


def render_code_prompt(description: str, signature: str) -> str:
    """Returns the prompt of an nl_to_code example; `signature` is the `def` line."""
    return f"{TASK_LINES['nl_to_code']}\n<NL_Description>\n{description}\n{signature}\n</NL_Description>\n"


def find_signature(program: dict) -> str:
    """Returns the `def` line of a program's entry function."""
    entry = next(node for node in ast.parse(program["code"]).body
                 if isinstance(node, ast.FunctionDef) and node.name == program["entry"])
    return f"def {entry.name}({ast.unparse(entry.args)}):"


def render_code_response(code: str) -> str:
    """Returns the answer of an nl_to_code example."""
    return f"<Code>\n{code.rstrip()}\n</Code>"


def render_repair_prompt(description: str, code: str, failed_test: str, got: str) -> str:
    """Returns the prompt of a repair example: problem, buggy program and the test it fails."""
    return (f"{TASK_LINES['repair']}\n### Problem\n{description}\n### Buggy Solution\n[PYTHON]\n{label_lines(code)}\n"
            f"[/PYTHON]\n### Failed Test\n{failed_test}  # got {got}\n")


def render_repair_answer(code: str) -> str:
    """Returns the closing block of a repair example."""
    return f"[Refined]\n{code.rstrip()}\n[/Refined]"


def extract_answer(text: str, entry: str) -> tuple[str, str] | None:
    """Returns (input, output) source text of the last answer block, or None if it cannot be read.

    The block must hold `assert entry(args) == value`.
    """
    found = FULL_ANSWER.findall(text)
    parts = read_assertion(found[-1]) if found else None
    return parts[1:] if parts and parts[0] == entry else None


def read_assertion(text: str) -> tuple[str, str, str] | None:
    """Returns (entry, input, output) source text of one statement `assert entry(args) == value`, else None.

    Splitting is done on the syntax tree, so quotes, keywords, stars and `==` inside literals are safe (the release's
    string split is not).
    """
    try:
        statement = ast.parse(text.strip()).body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    if len(statement) != 1 or not isinstance(statement[0], ast.Assert):
        return None
    test = statement[0].test
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq)):
        return None
    call = test.left
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
        return None
    return call.func.id, ast.unparse(call)[len(call.func.id) + 1:-1], ast.unparse(test.comparators[0])


def canonical_literal(text: str) -> str | None:
    """Returns the canonical text of a Python literal, or None where `text` is not one."""
    try:
        value = ast.literal_eval(text)
        return to_literal(value) if is_literal(value) else None
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def has_literal_arguments(arguments: str) -> bool:
    """Returns whether an argument list consists of literals only, so that no code is smuggled in."""
    try:
        call = ast.parse(f"f({arguments})", mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    values = [*call.args, *(k.value for k in call.keywords)] if isinstance(call, ast.Call) else [None]
    return all(v is not None and canonical_literal(ast.unparse(v)) is not None for v in values)


def extract_code(text: str) -> str | None:
    """Returns the program in the last <Code> or [Refined] block, or None."""
    refined = REFINED.findall(text)
    if refined:
        return strip_labels(refined[-1])
    found = re.findall(r"<Code>\n?(.*?)(?:</Code>|$)", text, re.DOTALL)
    return strip_labels(found[-1]) if found else None


def strip_labels(code: str) -> str:
    """Returns code without `# [Lx]` marks, whatever the space before them."""
    return re.sub(r"[ \t]*# \[L\d+\]$", "", code, flags=re.MULTILINE).strip("\n") + "\n"
