"""Which split a program belongs to: told by a hash of what the program is, never by its position.

One program more or less leaves the others where they are (a held-out split of exact size takes in, or lets go, one).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from semcoder.config import CorpusConfig, require
from semcoder.corpus.filters.fingerprints import hash_text
from semcoder.corpus.sources import Prepared

FOREIGN_SHARE = 0.05  # of the programs that are not generated, in the test split and in the validation split each
KINDS = ("plan", "behaviour", "description")


@dataclass(frozen=True, slots=True)
class Marks:
    """What of an accepted program decides its split."""

    source: str
    rank: int  # 64-bit hash of what the program is
    traits: tuple[int, ...]  # hash of its plan, of its behaviour, of its description; 0 where it has none


def take_marks(prepared: Prepared, seed: int) -> Marks:
    """Returns a program's marks; its rank depends on its canonical text and the seed alone."""
    candidate, seen = prepared.candidate, prepared.fingerprint
    plan, description = (hash_text(text) if text else 0 for text in (candidate.plan, candidate.description.lower()))
    return Marks(candidate.source, hash_text(f"{seed} {seen.exact}"), (plan, seen.behaviour, description))


def assign_splits(marks: list[Marks], config: CorpusConfig) -> list[str]:
    """Returns per program its split, or why it is in none ("plan of a held-out program").

    The held-out splits have exactly their number of generated programs: those of the smallest ranks, no two alike in
    plan, behaviour or description. A share of the other sources' programs joins them. Whatever else is like a
    held-out program belongs to no split.
    """
    held: list[set[int]] = [set(), set(), set()]
    found = [""] * len(marks)
    room = {"test": config.test_programs, "validation": config.validation_programs}
    for number in sorted(range(len(marks)), key=lambda i: (marks[i].rank, i)):
        split = choose_held_out(marks[number], room)
        if split and not find_shared(marks[number], held):
            found[number] = split
            room[split] -= marks[number].source == "synthetic"
            for seen, trait in zip(held, marks[number].traits, strict=True):
                seen.add(trait)
    left = sum(room.values())
    require(not left, "test_programs + validation_programs", config.test_programs + config.validation_programs,
            f"{left} too many: so few programs differ in what they do; hold out fewer or raise num_programs")
    for number, mark in enumerate(marks):
        if not found[number]:
            shared = find_shared(mark, held)
            found[number] = f"{shared} of a held-out program" if shared else "train"
    return found


def choose_held_out(mark: Marks, room: dict[str, int]) -> str:
    """Returns the held-out split that a program's rank puts it in, or "" for training."""
    if mark.source == "synthetic":
        return next((split for split, left in room.items() if left > 0), "")
    step = int(mark.rank / 2**64 / FOREIGN_SHARE)
    return ("test", "validation")[step] if step < 2 else ""


def find_shared(mark: Marks, held: Iterable[set[int]]) -> str:
    """Returns which trait a program shares with a held-out one, or ""."""
    return next((kind for kind, trait, seen in zip(KINDS, mark.traits, held, strict=True) if trait and trait in seen),
                "")


