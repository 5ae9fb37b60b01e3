"""Parallel work gives the same rows wherever it runs, takes little ahead, and says what is wrong with a cluster."""

import os
import signal
import sys
import time

import pytest

from semcoder import paths
from semcoder.config import from_json, to_json
from semcoder.corpus.build import build_corpus
from semcoder.engine import WINDOW, check_workers, hash_stages, map_chunks, open_engine
from semcoder.errors import UserError
from semcoder.presets import SMOKE, load_preset
from semcoder.records import SPLITS
from semcoder.runs import Run

TINY = SMOKE.replace("corpus", num_programs=150, test_programs=10, validation_programs=5, num_open_source=0)


def double(number):
    return 2 * number


def test_results_come_in_the_order_of_the_chunks():
    assert list(map_chunks(double, iter(range(50)))) == [2 * number for number in range(50)]
    assert list(map_chunks(double, [])) == [] and list(map_chunks(double, [4])) == [8]


def test_few_chunks_are_taken_ahead_of_the_consumer():
    from joblib import effective_n_jobs

    taken = []
    results = map_chunks(double, (taken.append(number) or number for number in range(10**9)))
    assert [next(results) for _ in range(3)] == [0, 2, 4]
    assert len(taken) <= 2 * WINDOW * effective_n_jobs(-1)
    results.close()


def test_a_backend_that_gives_its_results_together_keeps_their_order_too():
    from joblib import parallel_config

    with parallel_config("multiprocessing"):  # Ray's backend derives from it
        assert list(map_chunks(double, range(50))) == [2 * number for number in range(50)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """The address of a Dask scheduler on the loopback with two worker processes."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1",
                      local_directory=str(tmp_path_factory.mktemp("dask"))) as made:
        yield made.scheduler_address


def test_a_two_worker_dask_cluster_builds_the_same_bytes(cluster, tmp_path, monkeypatch):
    files = {}
    for engine, address in (("local", ""), ("dask", cluster)):
        monkeypatch.setattr(paths, "RUNS", tmp_path / engine)
        run = build_corpus(TINY.replace("corpus", engine=engine, engine_address=address))
        assert run.manifest["engine"] == engine
        files[engine] = [run.run_id, run.manifest["counts"], *((run.find(f"{name}/{split}.parquet")).read_bytes()
                                                               for name in ("programs", "executions")
                                                               for split in SPLITS)]
    assert files["dask"] == files["local"]


def name_process(_):
    return os.getpid()


def test_work_on_a_dask_cluster_is_done_by_its_workers(cluster):
    from distributed import Client

    with Client(cluster, set_as_default=False) as client:
        workers = set(client.run(os.getpid).values())
    with open_engine(TINY.replace("corpus", engine="dask", engine_address=cluster)):
        assert set(map_chunks(name_process, range(40))) <= workers
    assert not set(map_chunks(name_process, range(40))) & workers


@pytest.mark.parametrize(("answers", "message"), [
    ({"tcp://a:1": hash_stages(), "tcp://b:2": ["other"]}, "workers tcp://b:2 hold another version"),
    ({}, "has no workers"), (ImportError("semcoder"), "cannot import this package")])
def test_workers_that_would_give_other_rows_are_refused(answers, message):
    class Cluster:
        def run(self, function):
            assert function is hash_stages
            if isinstance(answers, ImportError):
                raise answers
            return answers

    with pytest.raises(UserError, match=message):
        check_workers(Cluster(), "tcp://a:0")
    Cluster.run = lambda *_: {"tcp://a:1": hash_stages()}
    check_workers(Cluster(), "tcp://a:0")


def test_an_address_without_scheduler_is_named_in_bounded_time(monkeypatch):
    monkeypatch.setattr("semcoder.engine.CONNECT_S", 1)
    config = TINY.replace("corpus", engine="dask", engine_address="tcp://127.0.0.1:9")
    started = time.monotonic()
    with pytest.raises(UserError, match="tcp://127.0.0.1:9.*no Dask scheduler"), open_engine(config):
        pass
    assert time.monotonic() - started < 10


def test_an_engine_that_is_not_installed_is_named_with_its_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)  # as if it were not installed
    with pytest.raises(UserError, match="pip install ray"), open_engine(
            TINY.replace("corpus", engine="ray", engine_address="auto")):
        pass


def test_an_unknown_engine_or_one_without_address_is_refused():
    with pytest.raises(UserError, match="local, dask, ray"):
        TINY.replace("corpus", engine="spark")
    with pytest.raises(UserError, match="engine_address.*running dask cluster"):
        TINY.replace("corpus", engine="dask")


def test_the_engine_is_no_part_of_the_question(run_root):
    other = TINY.replace("corpus", engine="dask", engine_address="tcp://somewhere:8786")
    assert Run("corpus", other).path == Run("corpus", TINY).path and from_json(to_json(other)) == other


def test_a_preset_file_may_name_the_engine(tmp_path):
    file = tmp_path / "cluster.json"
    file.write_text('{"base": "smoke", "engine": "dask", "engine_address": "tcp://host:8786", "seed": 4}')
    config = load_preset(str(file))
    assert (config.engine, config.engine_address, config.seed) == ("dask", "tcp://host:8786", 4)


def die_once(task):
    """Kills its own process the first time that it sees the number 7; returns the number."""
    number, marker = task
    if number == 7 and not os.path.exists(marker):
        open(marker, "w").close()
        os.kill(os.getpid(), signal.SIGSEGV)
    return number


def die_always(number):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_dies_loses_no_chunk_and_repeats_none(tmp_path):
    tasks = [(number, str(tmp_path / "died")) for number in range(40)]
    assert list(map_chunks(die_once, tasks)) == list(range(40)) and (tmp_path / "died").exists()


def test_workers_that_always_die_end_the_map():
    with pytest.raises(UserError, match="worker processes died"):
        list(map_chunks(die_always, range(4)))
