"""Every tunable value: one frozen dataclass per stage, and the presets that fill them.

Values live here once. A notebook exposes some fields as parameters (None = the preset's value); a stage
receives a whole `Config`; a worker process reads the `config.json` written from it. `presets.py` names
the sets of values.
"""

import dataclasses
import types
import typing
from dataclasses import dataclass, field

from semcoder.errors import UserError

# How reasoning is rendered (semcoder.monologues.formats); the first five are compared by default, as the paper does.
FORMATS = ("direct", "scratchpad", "next", "concise", "monologue", "delta", "self_contained", "dynamic")
DEFAULT_FORMATS = FORMATS[:5]
VERBOSITIES = ("terse", "normal", "full")
OBJECTIVES = ("nl_to_code", "forward", "backward", "repair")
TEACHERS = ("grounded", "llm")
ENGINES = ("local", "dask", "ray")
BACKENDS = ("transformers", "vllm", "endpoint")  # of answers: see evaluation.backends
LEVELS = ("rlimits", "seccomp", "landlock", "namespaces")  # of the sandbox, from weak to strong: see execution.levels
# Fields of Config that belong to no stage.
COMMON = ("preset", "seed", "engine", "engine_address", "min_sandbox_level")
STAGES = ("corpus", "traces", "monologues", "training", "evaluation", "debugging", "ablations", "report")


def require(condition: bool, name: str, value: object, remedy: str) -> None:
    """Raises UserError naming the field, its value and the remedy unless `condition` holds."""
    if not condition:
        raise UserError(f"{name} = {value!r} is not possible: {remedy}")


@dataclass(frozen=True, kw_only=True)
class EndpointFields:
    """A language model and how it is asked: fields of each stage that may ask one."""

    llm_base_url: str = "http://127.0.0.1:8000/v1"
    """OpenAI-compatible endpoint that is asked. Paper: OpenAI's (5)."""
    llm_model: str = ""
    """Model asked. Paper: GPT-3.5-turbo for problems, GPT-4o-mini for solutions and monologues (5)."""
    llm_api_key_env: str = ""
    """Environment variable that holds the endpoint's key; the key itself is never stored. Empty = no key."""
    llm_temperature: float = 0.7
    """Sampling temperature. Paper: not stated."""
    llm_max_tokens: int = 2048
    """Tokens of one answer at most. Paper: not stated."""
    llm_timeout_s: float = 120.0
    """Wall seconds for one request before it is sent again."""
    llm_num_threads: int = 8
    """Requests under way at once."""
    llm_requests_per_minute: float = 0.0
    """Requests started per minute at most; 0 = no limit."""
    llm_price_in: float = 0.0
    """Price of a million prompt tokens, for the cost in the counts. Paper: not stated."""
    llm_price_out: float = 0.0
    """Price of a million answer tokens, in the same unit."""

    def check_endpoint(self, is_asked: bool, otherwise: str) -> None:
        """Raises UserError where a model is to be asked and none is named, or the endpoint is not possible."""
        require(not is_asked or self.llm_model != "", "llm_model", self.llm_model,
                f"name the model to ask, or {otherwise}")
        require("@" not in self.llm_base_url, "llm_base_url", "(hidden)",
                "it would be stored with its password: use llm_api_key_env")
        require(self.llm_num_threads > 0, "llm_num_threads", self.llm_num_threads, "at least 1")


@dataclass(frozen=True, kw_only=True)
class CorpusConfig(EndpointFields):
    num_programs: int = 2000
    """Accepted synthetic programs, all splits together. Paper: 32,489 NL-to-code pairs (App. F)."""
    described_share: float = 0.4
    """Share of synthetic programs with a description (NL-to-code material), in [0, 1]."""
    level: int = 1
    """Difficulty of synthetic programs: 1 short and shallow, 2 nested loops and dicts, 3 all there is."""
    num_open_source: int = 60
    """At most so many functions from installed, permissively licensed packages."""
    min_branch_coverage: float = 0.8
    """Share of its branches that a function's inputs must cover, in [0, 1]; generated programs cover all of theirs."""
    inputs_per_program: int = 3
    """Executions kept per program, more where each one more adds coverage. Paper: not stated; ids show up to 10."""
    test_programs: int = 200
    """Synthetic programs held out for the test split (paper: external benchmarks only)."""
    validation_programs: int = 50
    """Synthetic programs held out for the validation split."""
    near_duplicate_jaccard: float = 0.95
    """Programs whose canonical token 5-grams overlap at least so much are near-duplicates, in (0, 1]."""
    realisations_per_behaviour: int = 4
    """At most so many programs of different outline do the same on shared probe inputs; 1 keeps one of each."""
    benchmarks_dir: str = ""
    """Folder with HumanEval, MBPP, CRUXEval, LiveCodeBench files to keep out of the corpus; empty = none given."""
    num_llm: int = 0
    """Seeds from which a language model writes a program each, where it can; 0 asks none. Paper: not stated."""
    llm_debug_rounds: int = 3
    """Times a model may mend a program that fails before it is given up. Paper: not stated (3.1)."""
    pyx: str = ""
    """Released PyX or PyX-R rows to add: a .jsonl file or a hub name (paper: `semcoder/PyX`); empty = none."""
    pyx_rows: int = 0
    """Rows of it read at most; 0 = all. Paper: 93,456 and 18,473 (App. F)."""

    def __post_init__(self):
        require(self.num_programs > 0, "num_programs", self.num_programs, "give a positive count")
        require(0 <= self.described_share <= 1, "described_share", self.described_share, "give a fraction")
        require(self.level in (1, 2, 3), "level", self.level, "levels are 1, 2, 3")
        require(self.inputs_per_program > 0, "inputs_per_program", self.inputs_per_program, "at least 1")
        require(0 <= self.min_branch_coverage <= 1, "min_branch_coverage", self.min_branch_coverage, "give a fraction")
        require(self.realisations_per_behaviour > 0, "realisations_per_behaviour", self.realisations_per_behaviour,
                "at least 1")
        self.check_endpoint(self.num_llm > 0, "set num_llm = 0")
        held = self.test_programs + self.validation_programs
        require(held < self.num_programs, "test_programs + validation_programs", held,
                f"hold out fewer than num_programs = {self.num_programs}")


@dataclass(frozen=True, kw_only=True)
class TracesConfig:
    max_events: int = 400
    """Events after which a run is given up as too long (status `event_limit`)."""
    max_value_chars: int = 400
    """Characters of one value's literal after which a run is given up (status `value_limit`)."""
    timeout_s: float = 2.0
    """Processor seconds allowed for one execution, on a machine of reference speed."""


@dataclass(frozen=True, kw_only=True)
class MonologuesConfig(EndpointFields):
    formats: tuple[str, ...] = DEFAULT_FORMATS
    """Which renderings of a trace are written, each as its own rows."""
    max_steps: int = 60
    """Executions with more executed lines are left out and counted (they would not fit the context)."""
    max_backward: int = 0
    """Executions per program told backward at most, since a monologue takes many trial runs; 0 = all."""
    bugs_per_program: int = 1
    """Debugging examples made per described program, by mutation. Paper: sampled from an LLM (App. F)."""
    verbosity: str = "terse"
    """How much a monologue says: terse, normal or full. Paper: as full as GPT-4o-mini makes it (App. G)."""
    teacher: str = "grounded"
    """Who writes the `monologue` format's training rows: `grounded` (compiled from the trace) or `llm`. Paper: llm."""
    teacher_samples: int = 4
    """Answers drawn per execution and direction, as long as too few are kept. Paper: not stated."""
    teacher_kept: int = 1
    """Monologues kept per execution and direction at most. Paper: not stated."""
    bug_model: str = ""
    """Model folder or hub name whose wrong answers to the descriptions become bugs as well; empty = none."""
    bug_samples: int = 4
    """Answers drawn from it per described program. Paper: not stated."""
    bug_temperature: float = 0.8
    """Temperature of these draws. Paper: not stated."""
    bug_max_tokens: int = 384
    """Tokens of one such answer at most."""

    def __post_init__(self):
        require(self.verbosity in VERBOSITIES, "verbosity", self.verbosity, f"it is {', '.join(VERBOSITIES)}")
        for name in self.formats:
            require(name in FORMATS, "formats", name, f"formats are {', '.join(FORMATS)}")
        require(self.teacher in TEACHERS, "teacher", self.teacher, f"teachers are {', '.join(TEACHERS)}")
        require(self.teacher == "grounded" or "monologue" in self.formats, "teacher", self.teacher,
                "it writes the format monologue: add that to formats")
        self.check_endpoint(self.teacher == "llm", "set teacher = 'grounded'")
        require(1 <= self.teacher_kept <= self.teacher_samples, "teacher_kept", self.teacher_kept,
                f"from 1 to teacher_samples = {self.teacher_samples}")
        require(self.bug_samples > 0, "bug_samples", self.bug_samples, "at least 1; bug_model = '' asks no model")
        require(self.bug_temperature > 0, "bug_temperature", self.bug_temperature, "give a positive number")


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    base_model: str = ""
    """Hub name or folder to fine-tune; empty trains from scratch. Paper: deepseek-coder-6.7b-base (5)."""
    hidden_size: int = 128
    """Width of the from-scratch Llama model."""
    num_layers: int = 4
    """Decoder layers of the from-scratch model."""
    num_heads: int = 4
    """Attention heads of the from-scratch model."""
    mlp_ratio: int = 4
    """Inner width of the from-scratch model's gated MLP over hidden_size."""
    qk_norm: bool = False
    """Normalise queries and keys: the Qwen3 class, which is Llama with this one change; without it, the Llama class."""
    attention_bias: bool = False
    """Add biases to the attention of the from-scratch model; Llama's configuration has them, its models do not."""
    embedding_scale: float = 1.0
    """How many times larger, and faster to learn, than in its class the from-scratch model's embeddings are. The final
    norm is smaller by as much, so that logits begin as they would."""
    context_length: int = 512
    """Tokens per packed row. Paper: 2,048 (5)."""
    vocab_size: int = 512
    """Upper bound on the from-scratch vocabulary: bytes, characters, then frequent words."""
    reasoning_format: str = "monologue"
    """How reasoning is rendered in forward and backward examples: one of FORMATS."""
    objectives: tuple[str, ...] = OBJECTIVES
    """Which examples are mixed. Paper: nl_to_code, forward, backward; repair in a second run (3.3)."""
    truth_weight: float = 1.0
    """How much the words True and False count in the loss, where any other token counts 1. They are rare, and half of
    them can be guessed, so that comparisons are learnt last; but which way a program goes hangs on them."""
    code_repeats: int = 1
    """Times that a pass takes each nl_to_code example: they are short, and few. Paper: 1."""
    max_programs: int = 0
    """Training programs used at most, the first ones; 0 = all. Paper: 32,489 (App. F)."""
    max_inputs: int = 0
    """Executions used per training program at most; 0 = all. Paper: not stated."""
    noise_rate: float = 0.0
    """Share of the monologues' steps whose value is made wrong, the answer kept right, in [0, 1]. Paper: wrong steps
    behind right answers were seen, at a rate not stated (4.2.3)."""
    num_tokens: int = 0
    """Training tokens over all ranks (prompt and response); 0 = use num_epochs."""
    num_epochs: float = 0.0
    """Passes over the examples; 0 = use num_tokens. Paper: 2 (5)."""
    global_batch_size: int = 8
    """Rows per optimizer step over all ranks. Paper: 512 (5)."""
    micro_batch_size: int = 4
    """Rows per rank and forward pass; the rest is gradient accumulation."""
    optimizer: str = "adamw"
    """`adamw`, or `muon` for the block matrices with AdamW for the rest (ZeRO stage 0 only)."""
    lr: float = 2e-3
    """Peak learning rate of AdamW. Paper: 5e-5 (5)."""
    muon_lr: float = 0.02
    """Peak learning rate of Muon's matrices."""
    min_lr_ratio: float = 0.1
    """Final over peak learning rate. Paper: 5e-6 / 5e-5 = 0.1 (5)."""
    schedule: str = "cosine"
    """`cosine` (paper) or `linear`: constant, then linear decay to the end."""
    decay_share: float = 0.5
    """Share of the steps after the warm-up over which `linear` decays, in (0, 1]."""
    warmup_steps: int = 20
    """Linear warm-up, optimizer steps. Paper: not stated."""
    weight_decay: float = 0.0
    """AdamW's decoupled weight decay. Paper: not stated."""
    precision: str = "float32"
    """`float32`, or `bfloat16` (autocast over float32 weights at ZeRO 0, DeepSpeed's bf16 engine at ZeRO 1-3), or
    `auto`: the second on a GPU, and on a processor that multiplies faster in it."""
    compile_model: bool = False
    """Compile the model with torch: faster steps, half a minute once per shape of model."""
    device: str = "cpu"
    """`cpu` or `cuda`."""
    num_ranks: int = 2
    """Data-parallel processes on this node. Paper: 8 GPUs (5)."""
    zero_stage: int = 0
    """DeepSpeed ZeRO stage 0-3. Paper's scripts: 3."""
    offload: bool = False
    """Keep ZeRO-3 optimizer state and parameters in host memory. Paper's scripts: yes."""
    gradient_checkpointing: bool = False
    """Recompute activations in the backward pass. Paper's scripts: yes."""
    training_seed: int = 0
    """Seed of weights and row order; the corpus keeps the config's `seed`, so arms share their programs."""
    checkpoint_every: int = 200
    """Optimizer steps between resumable checkpoints."""
    num_snapshots: int = 0
    """Models kept on the way, evenly spaced in steps, from which learning curves are made; the last is not one."""

    def __post_init__(self):
        require(self.reasoning_format in FORMATS, "reasoning_format", self.reasoning_format,
                f"formats are {', '.join(FORMATS)}")
        for name in self.objectives:
            require(name in OBJECTIVES, "objectives", name, f"objectives are {', '.join(OBJECTIVES)}")
        require((self.num_tokens > 0) != (self.num_epochs > 0), "num_tokens, num_epochs",
                (self.num_tokens, self.num_epochs), "set exactly one of them above 0")
        require(self.hidden_size % self.num_heads == 0, "hidden_size", self.hidden_size,
                f"it must be a multiple of num_heads = {self.num_heads}")
        require(self.embedding_scale == 1 or self.embedding_scale > 0 and not self.base_model, "embedding_scale",
                self.embedding_scale, "give a number above 0; leave it at 1 for a base model, whose weights are learnt")
        require(self.global_batch_size % (self.micro_batch_size * self.num_ranks) == 0,
                "global_batch_size", self.global_batch_size,
                f"it must be a multiple of micro_batch_size x num_ranks = "
                f"{self.micro_batch_size} x {self.num_ranks}")
        require(self.truth_weight > 0, "truth_weight", self.truth_weight, "give a number above 0; 1 weighs all alike")
        require(self.code_repeats > 0, "code_repeats", self.code_repeats, "at least 1; objectives may leave out code")
        require(self.optimizer in ("adamw", "muon"), "optimizer", self.optimizer, "use adamw or muon")
        require(self.optimizer == "adamw" or self.zero_stage == 0, "optimizer", self.optimizer,
                f"Muon needs whole matrices: set zero_stage = 0 (it is {self.zero_stage}) or use adamw")
        require(0 < self.decay_share <= 1, "decay_share", self.decay_share, "give a fraction above 0")
        require(self.noise_rate == 0 or self.reasoning_format == "monologue", "noise_rate", self.noise_rate,
                "only monologues are corrupted: set reasoning_format = 'monologue'")
        require(self.schedule in ("cosine", "linear"), "schedule", self.schedule, "use cosine or linear")
        require(self.precision in ("float32", "bfloat16", "auto"), "precision", self.precision,
                "use float32, bfloat16 or auto")
        require(self.device in ("cpu", "cuda"), "device", self.device, "use cpu or cuda")
        require(self.zero_stage in (0, 1, 2, 3), "zero_stage", self.zero_stage, "stages are 0 to 3")


@dataclass(frozen=True, kw_only=True)
class EvaluationConfig(EndpointFields):
    backend: str = "transformers"
    """Who answers: `transformers` or `vllm` (the trained model), or `endpoint` (`llm_model`; nothing is trained)."""
    num_items: int = 200
    """Items per task at most, taken from the test split."""
    max_new_tokens: int = 384
    """Tokens generated at most per item; of an endpoint, llm_max_tokens. Paper's scripts: 4,096 with the prompt."""
    batch_size: int = 64
    """Sequences generated at once."""
    temperature: float = 0.0
    """Of sampling, by every backend (llm_temperature is unused here); 0 takes the likeliest token. Paper's scripts: 0.2
    for CRUXEval, 0 elsewhere."""
    num_samples: int = 1
    """Answers drawn per item; from 2 on, pass@k is estimated. Paper: 1."""
    curve_items: int = 0
    """Items answered by each snapshot of the model, for learning curves."""
    num_bootstrap: int = 2000
    """Resamples behind each 95 % interval."""
    benchmarks_dir: str = ""
    """Folder with files of CRUXEval, LiveCodeBench's execution task, HumanEval, or HumanEval+ and MBPP+ as EvalPlus has
    them; empty = evaluate on our own test split only."""

    def __post_init__(self):
        require(self.backend in BACKENDS, "backend", self.backend, f"backends are {', '.join(BACKENDS)}")
        self.check_endpoint(self.backend == "endpoint", "set backend = 'transformers'")
        require(self.num_samples > 0, "num_samples", self.num_samples, "at least 1")
        require(self.num_samples == 1 or self.temperature > 0, "temperature", self.temperature,
                "several samples of the likeliest answer are the same: give a temperature above 0, or num_samples = 1")


@dataclass(frozen=True, kw_only=True)
class DebuggingConfig:
    num_items: int = 60
    """Buggy test-split programs to repair."""
    num_rounds: int = 2
    """Self-refinement rounds. Paper: 5 (6.3)."""


@dataclass(frozen=True, kw_only=True)
class AblationsConfig:
    variants: tuple[str, ...] = DEFAULT_FORMATS
    """Named variants (semcoder.ablations.VARIANTS) that are trained and compared."""
    seeds: tuple[int, ...] = (0,)
    """Training seeds per variant. Paper: one run."""
    num_tokens: int = 1_000_000
    """Training tokens per arm, the same for each unless its variant says otherwise."""
    num_snapshots: int = 0
    """Models kept on an arm's way, for its learning curve."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """All stages' values under one preset name; `seed` feeds every random choice."""

    preset: str
    seed: int = 0
    engine: str = "local"
    """Where parallel work runs: `local` (this machine's cores), or an existing `dask` or `ray` cluster. Same rows."""
    engine_address: str = ""
    """Address of the cluster's scheduler ("tcp://host:8786" for dask, "auto" or "host:6379" for ray)."""
    min_sandbox_level: str = "landlock"
    """Model outputs are not run in a weaker sandbox: rlimits, seccomp, landlock or namespaces. Paper: a check with
    docker and strace, switched off in its scripts. Changes no result, so it is part of no question."""
    corpus: CorpusConfig = field(default_factory=CorpusConfig)
    traces: TracesConfig = field(default_factory=TracesConfig)
    monologues: MonologuesConfig = field(default_factory=MonologuesConfig)
    training: TrainingConfig = field(default_factory=lambda: TrainingConfig(num_tokens=1_000_000))
    evaluation: EvaluationConfig = field(default_factory=EvaluationConfig)
    debugging: DebuggingConfig = field(default_factory=DebuggingConfig)
    ablations: AblationsConfig = field(default_factory=AblationsConfig)

    def __post_init__(self):
        require(self.engine in ENGINES, "engine", self.engine, f"engines are {', '.join(ENGINES)}")
        require(self.engine == "local" or bool(self.engine_address), "engine_address", self.engine_address,
                f"give the address of a running {self.engine} cluster")
        require(self.min_sandbox_level in LEVELS, "min_sandbox_level", self.min_sandbox_level,
                f"levels are {', '.join(LEVELS)}")

    def section(self, stage: str) -> dict:
        """Returns the values of `stage` as plain JSON types; `report` has none of its own."""
        return to_json(getattr(self, stage)) if hasattr(self, stage) else {}

    def replace(self, stage: str, **changes) -> "Config":
        """Returns a copy with fields of one stage changed, or of COMMON.

        Raises:
            UserError: unknown field, wrong type or impossible value.
        """
        top = {name: changes.pop(name) for name in COMMON if name in changes}
        if not changes:
            return dataclasses.replace(self, **top)
        section = getattr(self, stage)
        known = {f.name: f.type for f in dataclasses.fields(section)}
        for name, value in changes.items():
            require(name in known, name, value, f"fields of {stage} are {', '.join(known)}")
            changes[name] = coerce(name, value, known[name])
        return dataclasses.replace(self, **top, **{stage: dataclasses.replace(section, **changes)})


def coerce(name: str, value: object, kind: type) -> object:
    """Returns `value` as the field type `kind` (lists become tuples, ints become floats), or raises UserError."""
    if isinstance(kind, types.GenericAlias) and isinstance(value, (list, tuple)):
        return tuple(coerce(name, item, typing.get_args(kind)[0]) for item in value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    plain = tuple if isinstance(kind, types.GenericAlias) else kind
    is_right = isinstance(value, plain) and not (isinstance(value, bool) and plain is not bool)
    require(is_right, name, value, f"it must be {getattr(kind, '__name__', kind)}, not {type(value).__name__}")
    return value


def to_json(config: object) -> dict:
    """Returns a config dataclass as nested plain JSON types (tuples become lists)."""
    return {
        name: to_json(value) if dataclasses.is_dataclass(value) else list(value) if isinstance(value, tuple) else value
        for name, value in ((f.name, getattr(config, f.name)) for f in dataclasses.fields(config))
    }


def from_json(values: dict) -> Config:
    """Returns the Config that `to_json` wrote; unknown or ill-typed entries raise UserError."""
    config = Config(**{name: values[name] for name in COMMON if name in values})
    for stage, fields in values.items():
        if isinstance(fields, dict):
            require(stage in STAGES, "stage", stage, f"stages are {', '.join(STAGES)}")
            config = config.replace(stage, **fields)
    return config
