"""What a language model is asked for the `llm` source, and how the sections of its answers are found.

The shape follows the paper (App. F, Example 1): two marked sections, no outside resources, no uncommon libraries,
a problem that is not trivial, reasoning before code. The wording is ours. Departure: problem and solution are two
requests to one model; the paper has GPT-3.5-turbo write problems and GPT-4o-mini solutions.
"""

import re

PROBLEM = "Problem Description"
SOLUTION = "Solution"
# "[Solution]" alone on a line; models add "###", "**" or a colon.
HEADING = re.compile(rf"^[#*\s]*\[({PROBLEM}|{SOLUTION})\][*:\s]*$", re.MULTILINE | re.IGNORECASE)
CODE_BLOCK = re.compile(r"^```(?:python|py)?[ \t]*\n(.*?)^```", re.MULTILINE | re.DOTALL | re.IGNORECASE)

PROBLEM_PROMPT = f"""\
Below is a random piece of Python source. Let it inspire you to a programming problem of your own; the problem need \
not use the piece, and nobody who reads the problem will see it.

```python
{{seed}}
```

Answer with one section that starts with the line [{PROBLEM}].
- Say what one Python function gets, what it must return, and which rules it follows. Name the function.
- Be brief and self-contained: state all context; only common programming knowledge may be assumed.
- Give two or three examples of a call and what it returns. Arguments and results are plain Python values: numbers, \
strings, booleans, None, lists, tuples, dictionaries, sets.
- No outside resources: no keyboard, files, databases, network, clock or random numbers. No libraries but Python's own.
- It must take some thought: several steps, with cases to tell apart.
"""

SOLUTION_PROMPT = f"""\
Solve this programming problem in Python.

[{PROBLEM}]
{{problem}}

Answer with one section that starts with the line [{SOLUTION}].
- First your thoughts: how to go about it, which cases need care.
- Then one block of code between ```python and ```. It defines the function, with whatever helpers it needs, and ends \
with at least three assert statements of the form assert function(arguments) == result, all of them literal values.
- The code reads no input, opens no file or connection, uses no clock and no random numbers, and imports nothing but \
pure modules of Python's standard library.
"""

DEBUG_PROMPT = f"""\
This solution of a programming problem does not work. Find out why, and mend it.

[{PROBLEM}]
{{problem}}

The solution so far:
```python
{{code}}
```

What is wrong:
{{error}}

Answer with one section that starts with the line [{SOLUTION}]: first what went wrong and your plan, then the whole \
corrected code in one block between ```python and ```, with its assert statements of literal values at the end. \
As before, the code reaches nothing outside itself and imports only pure modules of Python's standard library.
"""


def ask_problem(seed: str) -> list[dict]:
    """Returns the messages that ask for a problem inspired by a snippet."""
    return make_messages(PROBLEM_PROMPT.format(seed=seed))


def ask_solution(problem: str) -> list[dict]:
    """Returns the messages that ask for a solution of a problem."""
    return make_messages(SOLUTION_PROMPT.format(problem=problem))


def ask_correction(problem: str, code: str, error: str) -> list[dict]:
    """Returns the messages that show a model its code and what is wrong with it."""
    return make_messages(DEBUG_PROMPT.format(problem=problem, code=code, error=error))


def make_messages(text: str) -> list[dict]:
    """Returns a conversation of one user turn."""
    return [{"role": "user", "content": text}]


def read_section(text: str, name: str) -> str:
    """Returns the last section called `name` of an answer, up to the next one, or "" where there is none."""
    parts = HEADING.split(text)  # text before, name, content, name, content, …
    found = [content for heading, content in zip(parts[1::2], parts[2::2], strict=True)
             if heading.lower() == name.lower()]
    return found[-1].strip() if found else ""


def read_code(section: str) -> str:
    """Returns the last fenced block that defines a function, else the last block, else ""."""
    blocks = CODE_BLOCK.findall(section)
    return next((block for block in reversed(blocks) if re.search(r"^def ", block, re.MULTILINE)),
                blocks[-1] if blocks else "")
