"""A client for any OpenAI-compatible endpoint, with a log of its answers that is also its cache.

Each finished answer is appended to `answers.jsonl` before it is used, so that after a crash, or in another run, the
same question to the same model costs nothing, wherever that is served; neither key nor network is needed then.
Retries with exponential backoff and jitter are the `openai` library's. Not covered: streaming, tools, several choices
per request.
"""

import ipaddress
import os
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from semcoder.answers import Answer, AnswerLog
from semcoder.config import EndpointFields, require
from semcoder.errors import UserError
from semcoder.hashing import hash_json

Messages = list[dict[str, str]]  # [{"role": "user", "content": "…"}, …]
RESUME = "finished answers are kept, and the same command goes on from them"
PROBE_TIMEOUT_S = 5.0
MAX_ERROR_CHARS = 300


@dataclass(frozen=True, kw_only=True)
class EndpointSettings:
    """One model behind one endpoint, and how it is asked."""

    base_url: str  # up to and including /v1
    model: str
    api_key_env: str = ""  # name of the environment variable that holds the key; may be empty on the loopback
    temperature: float = 0.7
    max_tokens: int = 2048  # of one answer
    timeout_s: float = 120.0  # of one request
    max_retries: int = 6  # on 408, 409, 429, 5xx, time-outs and broken connections
    requests_per_minute: float = 0.0  # 0 = no limit; retries are paced by their backoff instead
    num_threads: int = 8  # requests under way at once
    price_in: float = 0.0  # per million prompt tokens
    price_out: float = 0.0  # per million completion tokens


def read_settings(fields: EndpointFields) -> EndpointSettings:
    """Returns the endpoint that a stage's config names."""
    return EndpointSettings(
        base_url=fields.llm_base_url, model=fields.llm_model, api_key_env=fields.llm_api_key_env,
        temperature=fields.llm_temperature, max_tokens=fields.llm_max_tokens, timeout_s=fields.llm_timeout_s,
        requests_per_minute=fields.llm_requests_per_minute, num_threads=fields.llm_num_threads,
        price_in=fields.llm_price_in, price_out=fields.llm_price_out)


def find_fault(answer: Answer) -> str:
    """Returns what the endpoint says kept an answer from being whole, "" where nothing did."""
    return {"refused": "request refused by the endpoint", "length": "answer cut at llm_max_tokens",
            "content_filter": "answer filtered by the endpoint"}.get(answer.finish, "")


class Endpoint:
    """A model to ask; `with Endpoint(settings, folder) as endpoint`. Threads may share it."""

    def __init__(self, settings: EndpointSettings, folder: Path):
        """Opens the log in `folder`; nothing is sent before the first question that the log cannot answer."""
        self.settings = settings
        self.num_requests = 0  # answered by the endpoint now, not by the log
        self._log = AnswerLog(Path(folder) / "answers.jsonl")
        self._used: set[str] = set()
        self._tokens: Counter = Counter()
        self._lock = threading.Lock()
        self._client, self._key, self._next_turn = None, "", 0.0
        self._fault: UserError | None = None  # why nobody can be asked; found once, told to every thread

    def __enter__(self) -> "Endpoint":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection and the log."""
        if self._client:
            self._client.close()
        self._log.close()

    @property
    def usage(self) -> dict[str, int]:
        """Answers used, their tokens, and the cost in millionths of the prices' unit; logged answers count too."""
        cost = (self._tokens["prompt"] * self.settings.price_in
                + self._tokens["completion"] * self.settings.price_out)
        return {"answers": len(self._used), "prompt tokens": self._tokens["prompt"],
                "completion tokens": self._tokens["completion"], "cost, millionths": round(cost)}

    def ask_all(self, questions: Iterable[Messages], description: str = "", sample: int = 0) -> Iterator[Answer]:
        """Yields the answers in the order of the questions, several requests at a time; see `ask`."""
        from tqdm.auto import tqdm

        executor = ThreadPoolExecutor(self.settings.num_threads)
        sent: dict[str, Future] = {}  # equal questions share one request
        futures = []
        try:
            for messages in questions:
                key = hash_json(messages)
                sent[key] = sent.get(key) or executor.submit(self.ask, messages, sample)
                futures.append(sent[key])
            for future in tqdm(futures, desc=description, unit="answers", mininterval=2):
                yield future.result()
        finally:  # after an error nothing new is sent; what is under way is still paid for, and logged
            executor.shutdown(wait=True, cancel_futures=True)

    def ask(self, messages: Messages, sample: int = 0) -> Answer:
        """Returns the model's answer, from the log where it is there.

        Args:
            messages: the conversation so far.
            sample: which of several answers to the same question; each is asked for and logged on its own.

        Raises:
            UserError: the endpoint cannot be reached, does not know the model, wants another key, or gave up.
        """
        question = {"model": self.settings.model, "messages": messages, "temperature": self.settings.temperature,
                    "max_tokens": self.settings.max_tokens, "sample": sample}
        key = hash_json(question)
        answer = self._log.find(key) or self._log.add(key, question, self._request(messages))
        with self._lock:
            if key not in self._used:
                self._used.add(key)
                self._tokens.update(prompt=answer.prompt_tokens, completion=answer.completion_tokens)
        return answer

    def _request(self, messages: Messages) -> Answer:
        """Returns the endpoint's answer to one request; a request that it refuses is an answer as well."""
        import openai

        client = self._connect()
        self._wait_for_turn()
        try:
            reply = client.chat.completions.create(model=self.settings.model, messages=messages,
                                                   temperature=self.settings.temperature,
                                                   max_tokens=self.settings.max_tokens)
        except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
            known = self._list_models()
            if self.settings.model not in known:
                raise self._unknown_model(error, known) from error
            return Answer(self._explain(error), "refused", 0, 0)
        except openai.NotFoundError as error:
            raise self._unknown_model(error, self._list_models()) from error
        except openai.OpenAIError as error:
            raise self._name_fault(error) from error
        if not getattr(reply, "choices", None):
            raise UserError(f"{self.settings.base_url} answers, but not in the OpenAI protocol: correct base_url "
                            "(it usually ends in /v1)")
        self.num_requests += 1
        choice, usage = reply.choices[0], reply.usage
        text = (choice.message.content or "").encode(errors="replace").decode()  # half characters cannot be written
        return Answer(text, choice.finish_reason or "", usage.prompt_tokens if usage else 0,
                      usage.completion_tokens if usage else 0)

    def _connect(self):
        """Returns the client; the first time, makes sure that somebody answers, so that nobody waits for retries."""
        import openai

        with self._lock:
            if self._fault:
                raise self._fault
            if self._client:
                return self._client
            self._key = read_key(self.settings)
            # A proxy set for the outside world cannot reach this machine's own loopback.
            transport = openai.DefaultHttpxClient(trust_env=not is_loopback(self.settings.base_url))
            client = openai.OpenAI(base_url=self.settings.base_url, api_key=self._key or "none", http_client=transport,
                                   timeout=self.settings.timeout_s, max_retries=self.settings.max_retries)
            try:
                client.with_options(max_retries=1, timeout=PROBE_TIMEOUT_S).models.list()
            except (openai.APIStatusError, openai.APITimeoutError):
                pass  # somebody is there; not every server lists its models
            except openai.OpenAIError as error:
                self._fault = self._name_fault(error)
                client.close()
                raise self._fault from error
            self._client = client
            return client

    def _wait_for_turn(self) -> None:
        """Sleeps until the next request may start."""
        if self.settings.requests_per_minute:
            with self._lock:
                turn = max(time.monotonic(), self._next_turn)
                self._next_turn = turn + 60 / self.settings.requests_per_minute
            time.sleep(max(0.0, turn - time.monotonic()))

    def _list_models(self) -> list[str]:
        """Returns the names that the endpoint lists, [] where it lists none."""
        import openai

        try:
            return sorted(model.id for model in self._client.with_options(max_retries=1).models.list())
        except openai.OpenAIError:
            return []

    def _unknown_model(self, error: Exception, known: list[str]) -> UserError:
        names = ", ".join(known[:20]) or "none"
        return UserError(f"model = {self.settings.model!r} cannot be asked at {self.settings.base_url} "
                         f"({self._explain(error)}): models listed there: {names}; correct model or base_url")

    def _name_fault(self, error: Exception) -> UserError:
        """Returns what went wrong for good, and the remedy."""
        import openai

        url, what = self.settings.base_url, self._explain(error)
        if isinstance(error, openai.APITimeoutError):
            return UserError(f"{url} took more than timeout_s = {self.settings.timeout_s} s, "
                             f"{self.settings.max_retries + 1} times: give it more time; {RESUME}")
        if isinstance(error, openai.APIConnectionError):
            return UserError(f"{url} does not answer ({what}): start the server or correct base_url; {RESUME}")
        if isinstance(error, (openai.AuthenticationError, openai.PermissionDeniedError)):
            return UserError(f"{url} does not accept the key in api_key_env = {self.settings.api_key_env!r} ({what}): "
                             "set that environment variable to a valid one")
        if isinstance(error, openai.RateLimitError):
            return UserError(f"{url} is asked too often or the account is spent ({what}): lower requests_per_minute "
                             f"(now {self.settings.requests_per_minute:g}; 0 = no limit); {RESUME}")
        return UserError(f"{url} failed {self.settings.max_retries + 1} times ({what}): try later; {RESUME}")

    def _explain(self, error: Exception) -> str:
        """Returns the error's own words in one short line, without the key."""
        response = getattr(error, "response", None)
        text = f"{response.status_code}: {response.text}" if response is not None else str(error.__cause__ or error)
        text = " ".join(text.split())
        return (text.replace(self._key, "[key]") if self._key else text)[:MAX_ERROR_CHARS]


def read_key(settings: EndpointSettings) -> str:
    """Returns the API key from the environment, "" where a loopback endpoint needs none.

    Raises:
        UserError: an endpoint elsewhere, and no key.
    """
    key = os.environ.get(settings.api_key_env, "") if settings.api_key_env else ""
    require(bool(key) or is_loopback(settings.base_url), "api_key_env", settings.api_key_env,
            f"{settings.base_url} is not on this machine: name an environment variable that holds its key, and set it "
            "(to any text if it checks none)")
    return key


def is_loopback(url: str) -> bool:
    """Returns whether an address names this machine itself."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
