"""Figures: each function takes a tidy frame and an Axes, draws, and returns the Axes. No reading, no statistics."""

import matplotlib.ticker
import pandas as pd
from matplotlib.axes import Axes

from semcoder.report.style import BLUE, GREEN, LINE_STYLES, ORANGE, VERMILION, colour_of

SPLIT_COLOURS = {"train": BLUE, "validation": ORANGE, "test": GREEN}


def draw_formats(frame: pd.DataFrame, axes: Axes) -> Axes:
    """Draws answer accuracy per variant as bars with 95 % intervals.

    Args:
        frame: `variant`, `value`, `ci_low`, `ci_high` (fractions), `num_items`; drawn top to bottom.
    """
    frame = frame.dropna(subset=["value"]).iloc[::-1].reset_index(drop=True)
    colours = [colour_of(name, i) for i, name in enumerate(frame["variant"])]
    whiskers = find_whiskers(frame)
    axes.barh(frame["variant"], frame["value"], xerr=whiskers, color=colours, height=0.62,
              error_kw={"ecolor": "#222222", "elinewidth": 1.4, "capsize": 4})
    for place, row in frame.iterrows():
        axes.annotate(f"{100 * row['value']:.1f} %", (max(row["ci_high"], row["value"]), place), (6, 0), va="center",
                      textcoords="offset points", fontweight="bold")
    axes.set_xlabel("answer accuracy, output prediction (bars: mean; lines: 95 % interval)")
    axes.set_xlim(0, min(1.12, 1.25 * float(frame["ci_high"].max() or 1) + 0.02) if len(frame) else 1)
    as_percent(axes.xaxis)
    axes.grid(axis="y", visible=False)
    return axes


def find_whiskers(frame: pd.DataFrame) -> list[pd.Series]:
    """Returns how far the interval of each `value` reaches below and above it, never less than nothing."""
    return [(frame["value"] - frame["ci_low"]).clip(lower=0), (frame["ci_high"] - frame["value"]).clip(lower=0)]


def draw_losses(frame: pd.DataFrame, axes: Axes) -> Axes:
    """Draws training and validation loss of one run.

    Args:
        frame: `step`, `split` (train or validation), `value` (nats per response token).
    """
    for split, style in (("train", {"color": BLUE, "lw": 1.4}),
                         ("validation", {"color": VERMILION, "lw": 1.8, "marker": "o", "ms": 4})):
        rows = frame[frame["split"] == split].sort_values("step")
        if len(rows):
            axes.plot(rows["step"], rows["value"], label=split, **style)
    return finish_losses(axes)


def draw_format_losses(frame: pd.DataFrame, axes: Axes) -> Axes:
    """Draws the training loss of each ablation arm; seeds of one variant share its colour.

    Args:
        frame: `variant`, `seed`, `step`, `value`.
    """
    for place, (variant, arm) in enumerate(frame.groupby("variant", sort=False)):
        for number, (_, rows) in enumerate(arm.groupby("seed")):
            rows = rows.sort_values("step")
            axes.plot(rows["step"], rows["value"], color=colour_of(variant, place), lw=1.5,
                      ls=LINE_STYLES.get(variant, "-"), label=variant if number == 0 else None)
    return finish_losses(axes)


def finish_losses(axes: Axes) -> Axes:
    """Labels a loss plot."""
    axes.set_xlabel("optimizer step")
    axes.set_ylabel("loss, nats per token")
    axes.set_ylim(bottom=0)
    axes.margins(x=0.02)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="upper right")
    return axes


def draw_trace_length(frame: pd.DataFrame, axes: Axes) -> Axes:
    """Draws accuracy of the main model by the number of steps in the reference reasoning.

    Args:
        frame: `steps` (label of the bin), `metric`, `value`, `ci_low`, `ci_high`, `num_items`; bins in order.
    """
    looks = {"answer_accuracy": ("answer", BLUE, "o", -0.06), "step_accuracy": ("steps", ORANGE, "s", 0.06)}
    bins = list(dict.fromkeys(frame["steps"]))
    for metric, (label, colour, marker, shift) in looks.items():
        rows = frame[frame["metric"] == metric]
        if len(rows):
            places = [bins.index(s) + shift for s in rows["steps"]]
            axes.errorbar(places, rows["value"], yerr=find_whiskers(rows), color=colour, marker=marker,
                          lw=1.6, capsize=4, label=label)
    counts = frame.drop_duplicates("steps").set_index("steps")["num_items"]
    axes.set_xticks(range(len(bins)), [f"{name}\nn = {counts[name]}" for name in bins])
    axes.set_xlabel("steps in the reference reasoning")
    axes.set_ylabel("accuracy (95 % interval)")
    axes.set_ylim(0, 1.02)
    as_percent(axes.yaxis)
    if len(frame):
        legend_above(axes)
    return axes


def draw_curve(frame: pd.DataFrame, axes: Axes, x: str) -> Axes:
    """Draws answer accuracy along the training of each variant, with 95 % intervals.

    Args:
        frame: `variant`, `num_tokens`, `train_flops`, `value`, `ci_low`, `ci_high`.
        axes: where.
        x: `num_tokens` or `train_flops`.
    """
    for place, (variant, rows) in enumerate(frame.groupby("variant", sort=False)):
        rows, colour = rows.sort_values(x), colour_of(variant, place)
        axes.fill_between(rows[x], rows["ci_low"], rows["ci_high"], color=colour, alpha=0.15, lw=0)
        axes.plot(rows[x], rows["value"], color=colour, marker="o", ms=4, lw=1.6, ls=LINE_STYLES.get(variant, "-"),
                  label=variant)
    axes.set_xlabel({"num_tokens": "training tokens", "train_flops": "training compute, floating-point operations"}[x])
    return finish_accuracy(axes, frame)


def draw_sizes(frame: pd.DataFrame, axes: Axes) -> Axes:
    """Draws answer accuracy by number of parameters, a line per format.

    Args:
        frame: `format`, `num_parameters`, `value`, `ci_low`, `ci_high`.
    """
    for place, (name, rows) in enumerate(frame.groupby("format", sort=False)):
        axes.errorbar(rows["num_parameters"], rows["value"], yerr=find_whiskers(rows), marker="o", lw=1.6,
                      capsize=4, color=colour_of(name, place), label=name)
    axes.set_xscale("log")
    axes.set_xlabel("parameters")
    return finish_accuracy(axes, frame)


def draw_lengths(frame: pd.DataFrame, axes: Axes) -> Axes:
    """Draws answer accuracy by lines run, a line per variant.

    Args:
        frame: `bin` (in order), `variant`, `value`, `ci_low`, `ci_high`, `num_items`.
    """
    bins = list(dict.fromkeys(frame["bin"]))
    variants = list(dict.fromkeys(frame["variant"]))
    for place, variant in enumerate(variants):
        rows = frame[frame["variant"] == variant]
        shift = 0.06 * (place - (len(variants) - 1) / 2)
        axes.errorbar([bins.index(name) + shift for name in rows["bin"]], rows["value"], yerr=find_whiskers(rows),
                      marker="o", ms=4, color=colour_of(variant, place), lw=1.4, capsize=3, label=variant)
    counts = frame.groupby("bin")["num_items"].max()
    axes.set_xticks(range(len(bins)), [f"{name}\nn = {counts[name]}" for name in bins])
    axes.set_xlabel("lines run")
    return finish_accuracy(axes, frame)


def finish_accuracy(axes: Axes, frame: pd.DataFrame) -> Axes:
    """Labels a plot of accuracies, as high as its intervals reach; one without data says so."""
    axes.set_ylabel("answer accuracy (95 % interval)")
    axes.set_ylim(0, min(1.02, 1.1 * frame["ci_high"].max()) if len(frame) else 1)
    as_percent(axes.yaxis)
    if len(frame):
        legend_above(axes)
    else:
        axes.annotate("not run", (0.5, 0.5), xycoords="axes fraction", ha="center")
    return axes


def draw_first_errors(frame: pd.DataFrame, axes: Axes) -> Axes:
    """Draws, per operation, the share of its steps that are the first wrong one, with 95 % intervals.

    Args:
        frame: `operation`, `value`, `ci_low`, `ci_high`, `reached`; drawn top to bottom.
    """
    frame = frame.iloc[::-1].reset_index(drop=True)
    whiskers = find_whiskers(frame)
    names = [f"{name.strip('`')}  (n = {count})" for name, count in zip(frame["operation"], frame["reached"],
                                                                       strict=True)]
    axes.barh(names, frame["value"], xerr=whiskers, color=BLUE, height=0.62,
              error_kw={"ecolor": "#222222", "elinewidth": 1.2, "capsize": 3})
    axes.set_xlabel("share of steps that are wrong, everything before being right (95 % interval)")
    axes.set_xlim(left=0)
    as_percent(axes.xaxis)
    axes.grid(axis="y", visible=False)
    return axes


def draw_corpus(frame: pd.DataFrame, axes: Axes) -> Axes:
    """Draws programs per family, stacked by split.

    Args:
        frame: `family`, `split`, `num_programs`.
    """
    counts = frame.pivot_table(index="family", columns="split", values="num_programs", aggfunc="sum", fill_value=0)
    counts = counts.loc[counts.sum(axis=1).sort_values().index]
    left = pd.Series(0, index=counts.index)
    for split in [s for s in SPLIT_COLOURS if s in counts]:
        axes.barh(counts.index, counts[split], left=left, color=SPLIT_COLOURS[split], label=split, height=0.6)
        left = left + counts[split]
    for place, total in enumerate(left):
        axes.annotate(f"{total:,}", (total, place), (5, 0), textcoords="offset points", va="center")
    axes.set_xlabel("programs")
    axes.margins(x=0.12)
    axes.grid(axis="y", visible=False)
    legend_above(axes)
    return axes


def legend_above(axes: Axes) -> None:
    """Puts the legend in one line above the plot, where no data can lie."""
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=4, borderaxespad=0.2)


def as_percent(axis) -> None:
    """Prints an axis of fractions as percent."""
    axis.set_major_formatter(matplotlib.ticker.PercentFormatter(1.0, decimals=0, symbol=" %"))
