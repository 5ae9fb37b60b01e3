"""CRUXEval scored twice: by the official rule, faults included, and by a strict one whose denominator is fixed.

The official rule (facebookresearch/cruxeval, commit 190faf1): a prediction passes when the item's code, followed by
`assert <output> == <prediction>`, runs to its end within 3 seconds; any expression counts. Input mode skips predictions
without the text `f(`, output mode those with the exact text `f(<input>)`. Skipped ones leave the item's denominator,
unless nothing else of the item passes: then all its samples count, as wrong. Where fewer than k samples are wrong,
pass@k is 1, also where there are fewer than k samples at all. A file without one of the items is refused.

The strict rule: an output must be a literal of the reference's value and type; an input must be a call of `f` with
literal arguments that leads to the reference output. A prediction that is skipped, unreadable or missing has not
passed, and stays in the denominator, which is the same for every item: the most samples that any of them has.

Everything runs in the sandbox. Departure: unlike in CRUXEval's script, time is processor time, scaled to this machine,
and an item is found by its id, not by its place in the file, so that a part of the data can be scored.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from semcoder.errors import UserError
from semcoder.execution.jobs import Job, Outcome
from semcoder.execution.sandbox import run_jobs
from semcoder.scoring.answers import ENTRY, is_literal_text, is_same_literal, read_literal_call
from semcoder.statistics import bootstrap_interval, make_generator, pass_at_k

TIMEOUT_S = 3.0  # the official one
KS = (1, 5)
ENDS = {"ok": "pass", "timeout": "timeout", "sandbox_error": "error"}
WHY = {
    ("pass", "no_answer", "output"): "the official rule passes an expression that is no literal",
    ("pass", "no_answer", "input"): "the official rule passes what is no call of f with literal arguments",
    ("pass", "fail", "output"): "equal to the output, but of another type",
    ("skipped", "pass", "output"): "the official rule skips a literal that holds the text of the call",
}
LEFT_OUT = "the official rule leaves skipped samples out of the denominator"
NO_SAMPLES = "the official rule passes an item without samples"
ABSENT = "the official rule refuses a file without the item"
MISSING = "samples are missing, which the strict rule counts"


@dataclass(frozen=True)
class Item:
    """One CRUXEval item; the function is always called `f`."""

    id: str
    code: str
    input: str  # argument list as source text
    output: str  # literal


@dataclass(frozen=True)
class ItemScore:
    """Verdicts on one item's samples.

    official: pass | fail | timeout | error | skipped; strict: pass | fail | timeout | error | no_answer | missing.
    `error` says that the sandbox failed, and nothing of the prediction. `is_absent`: the file does not name the item.
    """

    id: str
    official: tuple[str, ...]
    strict: tuple[str, ...]
    is_absent: bool = False

    def estimate_official(self, k: int) -> float:
        """Returns the item's official pass@k, in [0, 1]."""
        num_passed = self.official.count("pass")
        num_counted = len(self.official) - (self.official.count("skipped") if num_passed else 0)
        return 1.0 if num_counted - num_passed < k else pass_at_k(num_counted, num_passed, k)

    def estimate_strict(self, k: int) -> float:
        """Returns the item's strict pass@k, in [0, 1]; there must be k samples, missing ones included."""
        return pass_at_k(len(self.strict), self.strict.count("pass"), k)


def score_predictions(items: list[Item], predictions: dict[str, list[str]], task: str,
                      min_level: str = "rlimits", description: str = "") -> list[ItemScore]:
    """Returns the verdicts on each item's samples, in the order of the items.

    Args:
        items: what was asked.
        predictions: id -> samples; an item may have none, ids that are no item's are left out.
        task: `output` or `input`.
        min_level: the sandbox that is strong enough.
        description: of the progress bar; "" shows none.

    Raises:
        UserError: this machine's sandbox is weaker.
    """
    pairs = [(item, text) for item in items for text in predictions.get(item.id, [])]
    wanted = {program for item, text in pairs for program in (write_official(item, text, task),
                                                              write_strict(item, text, task)) if program}
    ends = run_programs(sorted(wanted), min_level, description)
    num_samples = max((len(predictions.get(item.id, [])) for item in items), default=0)
    scores = []
    for item in items:
        texts = predictions.get(item.id, [])
        official = tuple(ends.get(write_official(item, text, task), "skipped") for text in texts)
        strict = [judge_strictly(item, text, task, ends) for text in texts]
        strict += ["missing"] * (num_samples - len(texts))
        scores.append(ItemScore(item.id, official, tuple(strict), item.id not in predictions))
    return scores


def write_official(item: Item, text: str, task: str) -> str | None:
    """Returns the program that the official rule runs, or None where it skips the prediction."""
    call = f"{ENTRY}({item.input})"
    is_skipped = f"{ENTRY}(" not in text if task == "input" else call in text
    return None if is_skipped else f"{item.code}\nassert {item.output} == {text}"


def write_strict(item: Item, text: str, task: str) -> str | None:
    """Returns the program that decides on a predicted input, or None where nothing need be run."""
    arguments = read_literal_call(text) if task == "input" else None
    return None if arguments is None else f"{item.code}\nassert {item.output} == {ENTRY}({arguments})"


def judge_strictly(item: Item, text: str, task: str, ends: dict[str, str]) -> str:
    """Returns the strict verdict on one prediction; `ends` says how the programs ended."""
    if task == "input":
        return ends.get(write_strict(item, text, task), "no_answer")
    if not is_literal_text(text):
        return "no_answer"
    return "pass" if is_literal_text(item.output) and is_same_literal(text, item.output) else "fail"


def run_programs(programs: list[str], min_level: str, description: str = "") -> dict[str, str]:
    """Returns program -> pass | fail | timeout | error; each is run to its end in a child of its own."""
    jobs = (Job(code=program, entry=ENTRY, inputs=(), tests=("",), timeout_s=TIMEOUT_S) for program in programs)
    return {program: name_end(outcomes[0]) for program, outcomes in
            zip(programs, run_jobs(jobs, description, min_level=min_level), strict=True)}


def name_end(outcome: Outcome) -> str:
    """Returns pass | fail | timeout | error for how a program ended."""
    return ENDS.get(outcome.status, "fail")


def check_references(items: list[Item], task: str, min_level: str = "rlimits") -> int:
    """Returns how many references the strict rule cannot read; all others pass on this machine, by both rules.

    The reference call must lead to the reference output, whatever the task; then the reference answer must pass.

    Raises:
        UserError: one does not, so that a score would blame the model for it.
    """
    calls = {item.id: [f"{ENTRY}({item.input})"] for item in items}
    tried = [("input", score_predictions(items, calls, "input", min_level, "references"))]
    if task == "output":
        literals = {item.id: [item.output] for item in items}
        tried.append(("output", score_predictions(items, literals, "output", min_level)))
    failed = [f"{score.id} ({kind}: {score.official[0]}, {score.strict[0]})"
              for kind, scores in tried for score in scores
              if score.official != ("pass",) or score.strict[0] not in ("pass", "no_answer")]
    if failed:
        raise UserError(f"{len(failed)} reference answers fail on this machine (first: {failed[0]}): no score is "
                        "given; check that the data is CRUXEval's own, and that Python and the sandbox work here")
    return sum(score.strict == ("no_answer",) for score in tried[-1][1])


def summarise(scores: list[ItemScore], task: str) -> dict:
    """Returns both scores as JSON values, how samples ended, and the items on which the rules differ.

    Fractions are in [0, 1]. pass@k is None where an item has fewer than k samples; `as_printed` is what the official
    script prints, in percent, which is then 100. Where it would refuse the file, it is None, and `refusal` says why.
    """
    num_samples = len(scores[0].strict)
    absent = [score.id for score in scores if score.is_absent]
    fewest = min(len(score.official) for score in scores)
    official = {f"pass_at_{k}": mean([s.estimate_official(k) for s in scores]) if k <= fewest and not absent else None
                for k in KS}
    strict = {f"pass_at_{k}": mean([s.estimate_strict(k) for s in scores]) if k <= num_samples else None for k in KS}
    values = np.array([s.estimate_strict(1) for s in scores]) if num_samples else np.array([])
    return {"task": task, "n": len(scores), "num_samples": num_samples,
            "official": {**official, "as_printed": None if absent else print_official(scores),
                         "refusal": f"{len(absent)} items are not in the file, first {absent[0]}" if absent else None,
                         "counts": count_verdicts(score.official for score in scores)},
            "strict": {**strict, "pass_at_1_interval": bootstrap_interval(values, make_generator("cruxeval", task)),
                       "counts": count_verdicts(score.strict for score in scores)},
            "differences": [row for score in scores if (row := describe_difference(score, task))]}


def print_official(scores: list[ItemScore]) -> dict:
    """Returns the percentages that the official script prints; the same steps, so that halves round the same way."""
    return {f"pass@{k}": float(np.round(np.float64(mean([s.estimate_official(k) for s in scores])) * 100, 1))
            for k in KS}


def mean(values: list[float]) -> float:
    """Returns the mean, summed in order as the official script does."""
    return sum(values) / len(values)


def count_verdicts(verdicts) -> dict[str, int]:
    """Returns how many samples have each verdict, the commonest first."""
    return dict(Counter(verdict for row in verdicts for verdict in row).most_common())


def describe_difference(score: ItemScore, task: str) -> dict | None:
    """Returns an item's two values of pass@1 and why they differ, or None where they and all samples agree."""
    values = None if score.is_absent else score.estimate_official(1), score.estimate_strict(1)
    pairs = [(one, other) for one, other in zip(score.official, score.strict, strict=False)
             if (one == "pass") != (other == "pass")]
    if not pairs and values[0] == values[1]:
        return None
    why = [WHY.get((*pair, task), f"official: {pair[0]}, strict: {pair[1]}") for pair in pairs]
    why += [LEFT_OUT] * ("skipped" in score.official and "pass" in score.official)
    why += [ABSENT if score.is_absent else MISSING if score.official else NO_SAMPLES] * ("missing" in score.strict)
    return {"id": score.id, "official": values[0], "strict": values[1], "why": list(dict.fromkeys(why))}
