"""Monologues can be made wrong at a known rate, in their steps alone."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcoder.config import Config, TrainingConfig
from semcoder.errors import UserError
from semcoder.monologues.formats.table import parse_steps
from semcoder.training.data import add_noise, take_first
from semcoder.training.noise import corrupt_response, corrupt_step

ANSWER = "[ANSWER]\nassert f([4], 'ab') == 'abc'\n[/ANSWER]"
RESPONSE = ("[MONOLOGUE]\n### Execution Simulation\n[L1] f: called with xs is [4], s is 'ab'.\n"
            "[L2] s += 'c': 'ab' + 'c', so s becomes 'abc'.\n[L3] if 3 in xs: 3 in [4] is False.\n"
            "[L4] for x in xs: no items left, the loop ends.\n[L5] return s: it returns 'abc'.\n"
            "[/MONOLOGUE]\n" + ANSWER)


@pytest.mark.parametrize("step", [line for line in RESPONSE.splitlines() if line.startswith("[L")])
def test_a_corrupted_step_differs_in_its_last_value_alone(step):
    wrong = corrupt_step(step, Random(1))
    if "no items left" in step:
        assert wrong == step  # it states no value
        return
    head, told = step.split(": ", 1)
    assert wrong != step and wrong.startswith(head + ": ") and len(wrong.split()) == len(step.split())
    assert wrong.split()[:-1] == step.split()[:-1] or "False" in step


@given(st.integers(0, 1000), st.sampled_from([0.1, 0.5, 1.0]))
def test_the_answer_and_the_lines_stay_and_the_count_is_that_of_the_changed_steps(seed, rate):
    noisy, num_wrong = corrupt_response(RESPONSE, rate, Random(seed))
    assert noisy.endswith(ANSWER)
    before, after = (parse_steps("monologue", text) for text in (RESPONSE, noisy))
    assert [step.split("]")[0] for step in before] == [step.split("]")[0] for step in after]
    assert num_wrong == sum(a != b for a, b in zip(before, after, strict=True)) <= 4
    assert rate < 1 or num_wrong == 4


def make_rows():
    return [{"task_id": f"t{program}", "example_id": f"t{program}#{run}:{objective}:monologue", "objective": objective,
             "format": "monologue", "response": RESPONSE}
            for program in range(4) for run in range(3) for objective in ("forward", "backward")]


def configure(**changes) -> TrainingConfig:
    return Config(preset="x").replace("training", **changes).training


def test_the_first_programs_and_their_first_executions_are_taken_in_both_directions():
    kept = take_first(make_rows(), configure(max_programs=2, max_inputs=1))
    assert [row["example_id"] for row in kept] == [f"t{p}#0:{o}:monologue" for p in (0, 1)
                                                   for o in ("forward", "backward")]
    assert take_first(make_rows(), configure()) == make_rows()


def test_noise_is_the_same_on_each_call_and_leaves_code_and_repairs_alone():
    rows = [*make_rows(), {"example_id": "t9:repair:monologue", "objective": "repair", "format": "monologue",
                           "response": RESPONSE}]
    counts = Counter()
    noisy = add_noise(rows, configure(noise_rate=0.5), counts)
    assert noisy == add_noise(rows, configure(noise_rate=0.5), Counter()) and noisy[-1] == rows[-1]
    assert 0 < counts["made wrong: steps"] < 4 * 24
    assert add_noise(rows, configure(), counts) is rows


def test_only_monologues_can_be_corrupted():
    with pytest.raises(UserError, match="noise_rate = 0.1 is not possible: only monologues"):
        configure(noise_rate=0.1, reasoning_format="concise")
