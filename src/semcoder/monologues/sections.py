"""A monologue's sections, put together in the paper's tags and taken apart again."""

from semcoder.monologues.claims import Sentence

Section = tuple[str, list[Sentence]]


def join_sections(sections: list[Section]) -> str:
    """Returns a whole monologue in the paper's tags."""
    parts = ["[MONOLOGUE]\n"]
    for heading, sentences in sections:
        parts.append(f"### {heading}\n" + "".join(f"{sentence.text}\n" for sentence in sentences))
    return "".join(parts) + "[/MONOLOGUE]\n"


def split_sections(text: str) -> list[tuple[str, list[str]]]:
    """Returns (heading, lines) of a monologue's sections, without its tags and what follows them."""
    sections: list[tuple[str, list[str]]] = []
    for line in text.split("[/MONOLOGUE]")[0].removeprefix("[MONOLOGUE]\n").splitlines():
        if line.startswith("### "):
            sections.append((line[4:], []))
        elif sections:
            sections[-1][1].append(line)
        else:
            sections.append(("", [line]))
    return sections
