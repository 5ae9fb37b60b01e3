"""Run folders: the same question finds its folder; nothing finished is harmed or half-written."""

import errno
import json

import pytest

from semcoder.config import STAGES
from semcoder.errors import UserError
from semcoder.hashing import hash_code, hash_source
from semcoder.presets import SMOKE
from semcoder.runs import Run, read_manifest


def finish(run, rows=({"a": 1},)):
    with run:
        run.write_rows("rows", list(rows))
        run.counts["kept"] += len(rows)
    return run


def test_the_same_question_finds_the_finished_run(run_root):
    finish(Run("corpus", SMOKE))
    again = Run("corpus", SMOKE)
    assert again.is_complete and again.read_rows("rows") == [{"a": 1}]


def test_another_value_or_input_is_another_run(run_root):
    corpus = finish(Run("corpus", SMOKE))
    other = Run("corpus", SMOKE.replace("corpus", num_programs=300))
    assert other.path != corpus.path and not other.is_complete
    assert Run("traces", SMOKE, [corpus]).path != Run("traces", SMOKE, [other]).path


def test_a_change_in_another_stage_keeps_the_run(run_root):
    assert Run("corpus", SMOKE).path == Run("corpus", SMOKE.replace("training", lr=0.1)).path


def test_the_manifest_records_what_a_result_depends_on(run_root):
    manifest = finish(Run("corpus", SMOKE)).manifest
    assert manifest["status"] == "complete" and manifest["counts"] == {"kept": 1}
    assert {"git", "packages", "python", "hardware", "config_sha256", "duration_s"} <= manifest.keys()
    outputs = {output["path"]: output for output in manifest["outputs"]}
    assert outputs["rows.parquet"]["bytes"] > 0 and len(outputs["rows.parquet"]["sha256"]) == 64


def test_a_failed_stage_leaves_its_error_and_is_run_again(run_root):
    run = Run("corpus", SMOKE)
    with pytest.raises(RuntimeError), run:
        raise RuntimeError("no luck")
    assert run.manifest["status"] == "failed" and "no luck" in run.manifest["error"]
    assert finish(Run("corpus", SMOKE)).is_complete


def test_an_interrupted_stage_starts_over_but_keeps_its_checkpoints(run_root):
    run = Run("training", SMOKE)
    with pytest.raises(KeyboardInterrupt), run:
        run.write_json("half.json", 1)
        run.write_json("checkpoints/step.json", 1)
        raise KeyboardInterrupt
    assert run.manifest["status"] == "running"
    with Run("training", SMOKE) as again:
        assert not again.find("half.json").exists() and again.find("checkpoints/step.json").exists()


def test_a_truncated_output_of_a_finished_run_is_reported_not_used(run_root):
    run = finish(Run("corpus", SMOKE))
    run.find("rows.parquet").write_bytes(b"PAR1")
    with pytest.raises(UserError, match=r"rows.parquet has 4 bytes.*remove.*run the same command again"):
        _ = Run("corpus", SMOKE).is_complete


def test_an_unreadable_manifest_is_reported_with_the_remedy(run_root):
    run = finish(Run("corpus", SMOKE))
    run.find("manifest.json").write_text("{")
    with pytest.raises(UserError, match="not readable.*remove"):
        read_manifest(run.path)


def test_a_full_disk_ends_in_one_message_and_a_failed_manifest(run_root):
    run = Run("corpus", SMOKE)
    with pytest.raises(UserError, match="disk full while writing"), run:
        run.write_json("rows.json", [1, 2])
        raise OSError(errno.ENOSPC, "No space left on device")
    assert run.manifest["status"] == "failed"
    assert [path.name for path in run.path.iterdir()] == ["manifest.json"]


def test_a_run_that_another_process_writes_is_not_touched(run_root):
    run = Run("corpus", SMOKE)
    run.path.mkdir(parents=True)
    run.find("manifest.json").write_text(json.dumps({"status": "running", "pid": 1}))
    with pytest.raises(UserError, match="being written by process 1"), run:
        pass


def test_a_stage_that_kept_nothing_says_so(run_root):
    with pytest.raises(UserError, match="kept nothing"), Run("corpus", SMOKE) as run:
        run.write_rows("rows", [])


def test_code_that_does_something_else_asks_another_question_and_a_comment_does_not():
    code = '"""Doc."""\n\ndef f(x):\n    """Doc."""\n    return x + 1  # one\n'
    assert hash_source(code) == hash_source(code.replace("# one", "# two").replace("Doc", "Other"))
    assert hash_source(code) != hash_source(code.replace("+ 1", "+ 2"))
    assert len({hash_code(stage) for stage in STAGES}) == len(STAGES)
