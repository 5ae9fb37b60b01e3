"""What is made of a trace's events (records.Event): the states between them, and the view without inner frames."""

DELETED = "<deleted>"  # in `changed`: the name is bound no more
INNER_FRAMES = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>", "<lambda>")  # part of the line that holds them


def rebuild_states(events: list[dict]) -> list[dict[str, str]]:
    """Returns, for each event, the locals (name -> literal) of its frame at that moment, before what it changed.

    The inverse of the delta encoding: what a reader needs to say which values a line worked on. A call has nothing
    before it; its arguments are what it changed.
    """
    frames: dict[int, dict[str, str]] = {}
    states = []
    for event in events:
        frame = frames.setdefault(event["frame"], {})
        states.append(dict(frame))
        for name, text in event["changed"].items():
            if text == DELETED:
                frame.pop(name, None)
            else:
                frame[name] = text
        if event["kind"] in ("return", "unwind"):
            del frames[event["frame"]]
    return states


def fold_inner_frames(events: list[dict]) -> list[dict]:
    """Returns the events without those of comprehensions and lambdas, which then count as part of their line."""
    is_inner: list[bool] = []  # for each depth of the stack
    kept = []
    for event in events:
        depth = event["depth"]
        if event["kind"] in ("call", "resume"):
            is_inner[depth:] = [event["function"] in INNER_FRAMES]
        if not is_inner[depth]:
            kept.append({**event, "depth": depth - sum(is_inner[:depth])})
    return kept
