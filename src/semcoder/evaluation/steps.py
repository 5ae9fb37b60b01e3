"""How far the steps of a response are right, and where they first go wrong.

Two accuracies: of the steps that a model writes on its own (one early error spoils those after it), and of each step
given that all before it are right, which is what a step is worth.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from semcoder.monologues.formats.table import find_label, find_step_spans, parse_steps
from semcoder.monologues.steps import find_statements

OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**"}
NUM_FORCED = 32  # responses read at once


@dataclass(frozen=True)
class StepScore:
    """What came of one response's steps; the shares are None where a format has no steps or no order."""

    step_accuracy: float | None = None
    next_line_accuracy: float | None = None
    num_steps: int = 0  # of the reference
    first_error: int | None = None  # place of the first step that differs, from 0; None: all are right
    error_kind: str = ""  # line | value | missing | surplus


def score_steps(reasoning_format: str, reference: str, response: str) -> StepScore:
    """Returns the scores of one response's steps.

    A step is right when its text equals the reference's at the same position; missing and surplus steps count
    as wrong. Next-line accuracy compares only the line labels.
    """
    wanted, given = (parse_steps(reasoning_format, text) for text in (reference, response))
    if not wanted:
        return StepScore()
    longest = max(len(wanted), len(given))
    is_right = [a == b for a, b in zip(wanted, given, strict=False)]
    first = is_right.index(False) if False in is_right else len(is_right) if longest > len(is_right) else None
    labels = None
    if find_label(wanted[0]) is not None:
        labels = sum(find_label(a) == find_label(b) for a, b in zip(wanted, given, strict=False)) / longest
    return StepScore(sum(is_right) / longest, labels, len(wanted), first, name_error(wanted, given, first))


def name_error(wanted: list[str], given: list[str], place: int | None) -> str:
    """Returns what is wrong with the first wrong step: it tells another line or another value, or is not there."""
    if place is None:
        return ""
    if place >= len(given):
        return "missing"
    if place >= len(wanted):
        return "surplus"
    return "value" if find_label(wanted[place]) == find_label(given[place]) else "line"


def name_operations(reasoning_format: str, code: str, reference: str) -> list[str]:
    """Returns what each reference step does, such as `for` or `.append()`; "" where a step names no line."""
    statements = find_statements(code)
    labels = [find_label(step) for step in parse_steps(reasoning_format, reference)]
    return [name_operation(statements[int(label[1:])]) if label else "" for label in labels]


def name_operation(node: ast.AST) -> str:
    """Returns the kind of a statement by what it works out: its outermost operation."""
    if isinstance(node, (ast.For, ast.If, ast.While, ast.FunctionDef)):
        return {"FunctionDef": "def"}.get(type(node).__name__, type(node).__name__.lower())
    if isinstance(node, ast.AugAssign):
        return f"{OPERATORS.get(type(node.op), 'operator')}="
    value = getattr(node, "value", None)
    if isinstance(value, ast.BinOp):
        return OPERATORS.get(type(value.op), "operator")
    if isinstance(value, ast.Call):
        name = value.func.attr if isinstance(value.func, ast.Attribute) else ast.unparse(value.func)
        return f".{name}()" if isinstance(value.func, ast.Attribute) else f"{name}()"
    if isinstance(value, ast.Subscript):
        return "slice" if isinstance(value.slice, ast.Slice) else "index"
    if isinstance(value, (ast.ListComp, ast.SetComp, ast.DictComp)):
        return "comprehension"
    if isinstance(value, (ast.Compare, ast.BoolOp)):
        return "comparison"
    return "plain" if isinstance(value, (ast.Name, ast.Constant, ast.List, ast.Dict, ast.Tuple)) else "other"


@torch.inference_mode()
def score_given_history(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, reasoning_format: str,
                        prompts: list[str], references: list[str]) -> list[float | None]:
    """Returns, per item, the share of reference steps whose every token is the likeliest one given all before it.

    Args:
        model, tokenizer: from `generate.load_model`.
        reasoning_format: how the references reason; None for each item where it has no steps.
        prompts, references: what was asked, and responses that are right.
    """
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]) + len(references[i]))
    shares: list[float | None] = [None] * len(prompts)
    for start in range(0, len(order), NUM_FORCED):
        places = order[start:start + NUM_FORCED]
        texts = [prompts[i] + references[i] for i in places]
        for i, is_right in zip(places, mark_tokens(model, tokenizer, texts), strict=True):
            spans = [(a + len(prompts[i]), b + len(prompts[i]))
                     for a, b in find_step_spans(reasoning_format, references[i])]
            found = [all(right for (a, b), right in is_right if a < end and b > begin) for begin, end in spans]
            shares[i] = sum(found) / len(found) if found else None
    return shares


def mark_tokens(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase,
                texts: list[str]) -> Iterator[list[tuple[tuple[int, int], bool]]]:
    """Yields, per text, the (first, last) character of each token and whether it is the likeliest at its place."""
    read = tokenizer(texts, add_special_tokens=False, return_offsets_mapping=True)
    rows = [[tokenizer.bos_token_id, *row] for row in read["input_ids"]]
    padded = tokenizer.pad({"input_ids": rows}, return_tensors="pt", padding_side="right").to(model.device)
    guessed_BT = model(**padded).logits.argmax(-1).cpu()
    for ids, spans, guessed_T in zip(rows, read["offset_mapping"], guessed_BT, strict=True):
        yield [(span, token == guess) for span, token, guess in zip(spans, ids[1:], guessed_T.tolist(), strict=False)]
