"""Where parallel work runs: this machine's cores, or an existing Dask or Ray cluster, through joblib's backends.

`open_engine(config)` chooses for everything inside its block; `map_chunks` is the one parallel map of the project.
The engine is no part of a run's question: rows come back in the order of the chunks, so they are the same on any.
A cluster's workers need this package, the same version of it, and one thread each (programs redirect the output
of their process while they run).
"""

import contextlib
import importlib
import socket
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice

from joblib import Parallel, delayed, effective_n_jobs
from joblib.externals.loky.process_executor import TerminatedWorkerError
from joblib.parallel import get_active_backend
from tqdm.auto import tqdm

from semcoder.config import STAGES, Config, require
from semcoder.errors import UserError
from semcoder.hashing import hash_code

CONNECT_S = 10  # wall seconds to reach a scheduler before we say that it is not there
WINDOW = 8  # chunks per worker under way or waiting to be taken: bounds memory where the consumer is the slower side
MAX_CRASHES = 3  # deaths of a worker that one map survives; the same chunk gives the same rows in a fresh one
PACKAGES = {"dask": "distributed", "ray": "ray"}


@contextlib.contextmanager
def open_engine(config: Config) -> Iterator[None]:
    """Makes `map_chunks` use `config.engine` inside the block.

    Raises:
        UserError: the engine's package is not installed, no cluster answers at `config.engine_address`, or its
            workers hold other code than this process.
    """
    if config.engine == "local":
        yield
        return
    package = PACKAGES[config.engine]
    try:
        importlib.import_module(package)
    except ImportError as error:
        raise UserError(f"engine = {config.engine!r} needs a package that is not installed: "
                        f"pip install {package}") from error
    with (open_dask if config.engine == "dask" else open_ray)(config.engine_address):
        yield


@contextlib.contextmanager
def open_dask(address: str) -> Iterator[None]:
    """Makes joblib use the Dask cluster whose scheduler listens at `address`."""
    from distributed import Client
    from joblib import parallel_config

    try:
        client = Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UserError(f"engine_address = {address!r} is not possible: no Dask scheduler answered within "
                        f"{CONNECT_S} s; start one with `dask scheduler` and give its address") from error
    with client:
        check_workers(client, address)
        with parallel_config("dask", client=client):
            yield


def check_workers(client, address: str) -> None:
    """Raises UserError unless the cluster has workers and all of them run this very code."""
    try:
        found = client.run(hash_stages)
    except ImportError as error:
        raise UserError(f"a Dask worker at {address} cannot import this package ({error}): "
                        "install it in the workers' environment") from error
    require(bool(found), "engine_address", address, f"the scheduler has no workers: start `dask worker {address}`")
    others = sorted(worker for worker, code in found.items() if code != hash_stages())
    require(not others, "engine_address", address,
            f"workers {', '.join(others)} hold another version of this package: install the same one and restart them")


def hash_stages() -> list[str]:
    """Returns the hashes of all stages' code in this process's package."""
    return [hash_code(stage) for stage in STAGES]


@contextlib.contextmanager
def open_ray(address: str) -> Iterator[None]:
    """Makes joblib use the Ray cluster at `address`."""
    import ray
    from joblib import parallel_config
    from ray.util.joblib import register_ray

    try:
        if ":" in address:  # Ray itself tries for minutes
            host, _, port = address.rpartition("/")[2].rpartition(":")
            socket.create_connection((host, int(port)), CONNECT_S).close()
        ray.init(address=address, log_to_driver=False)
    except (OSError, RuntimeError, ValueError) as error:
        raise UserError(f"engine_address = {address!r} is not possible: no Ray cluster answered; start one with "
                        "`ray start --head` and give its address") from error
    try:
        register_ray()
        with parallel_config("ray"):
            yield
    finally:
        ray.shutdown()


def map_chunks(function: Callable, chunks: Iterable, total: int | None = None, description: str = "",
               unit: str = "chunks") -> Iterator:
    """Yields `function(chunk)` for each chunk, in order, whatever the engine and the number of workers.

    Chunks are taken lazily and few results wait, so neither side piles up; fewer than two chunks run right here.

    Args:
        function: importable by name in a worker; what it takes and gives is pickled.
        chunks: any iterable of its arguments.
        total: number of chunks where known, for the progress bar.
        description: of the progress bar; "" shows none.
        unit: what the bar counts.
    """
    chunks = iter(chunks)
    head = list(islice(chunks, 2))
    chunks = chain(head, chunks)
    with tqdm(total=total, desc=description, unit=unit, mininterval=2, disable=not description) as bar:
        if len(head) < 2:
            for chunk in chunks:
                yield function(chunk)
                bar.update()
            return
        is_lazy = get_active_backend()[0].supports_return_generator  # Ray's gives a window's results together
        window, num_crashes = [], 0
        while window or (window := list(islice(chunks, WINDOW * effective_n_jobs(-1)))):
            try:
                with Parallel(n_jobs=-1, return_as="generator" if is_lazy else "list", batch_size=1,
                              max_nbytes=None) as pool:
                    while window := window or list(islice(chunks, WINDOW * effective_n_jobs(-1))):
                        for result in pool([delayed(function)(chunk) for chunk in window]):
                            window.pop(0)
                            yield result
                            bar.update()
            except TerminatedWorkerError as error:  # seen: the interpreter itself, once in 100,000 programs
                num_crashes += 1
                if num_crashes > MAX_CRASHES:
                    raise UserError(f"worker processes died {num_crashes} times, the last time so: {error}") from error
                tqdm.write(f"a worker process died ({num_crashes} of at most {MAX_CRASHES}): its chunks are run again")
