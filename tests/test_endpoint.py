"""The client asks once, remembers for good, waits where it must, and names what the reader can mend."""

import json
import tempfile
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_servers import MODELS, find_free_port, serve_script
from semcoder.answers import Answer, AnswerLog
from semcoder.endpoint import Endpoint, EndpointSettings, is_loopback
from semcoder.errors import UserError


def ask(text):
    return [{"role": "user", "content": text}]


def connect(url, folder, **changes):
    return Endpoint(EndpointSettings(base_url=url, **{"model": "model-a", "timeout_s": 5.0, **changes}), folder)


def echo(body):
    return f"{body['messages'][-1]['content']} at {body['temperature']}"


def test_a_question_is_asked_once_and_each_sample_on_its_own(tmp_path):
    with serve_script(echo) as server:
        with connect(server.url, tmp_path) as endpoint:
            first = endpoint.ask(ask("one two"))
            assert first == Answer("one two at 0.7", "stop", 2, 4) and endpoint.ask(ask("one two")) == first
            endpoint.ask(ask("one two"), sample=1)
            assert len(server.bodies) == endpoint.num_requests == 2
        with connect(server.url, tmp_path, temperature=0.1) as endpoint:
            assert endpoint.ask(ask("one two")).text == "one two at 0.1"
    with connect(server.url, tmp_path) as endpoint:  # nobody listens any more
        assert endpoint.ask(ask("one two")) == first and endpoint.num_requests == 0


def test_answers_come_in_the_order_of_the_questions_whatever_order_the_server_answers_in(tmp_path):
    running, most = [], []

    def slow_first(body):
        running.append(1)
        most.append(len(running))
        time.sleep(0.3 if body["messages"][0]["content"] == "0" else 0.02)
        running.pop()
        return echo(body)

    with serve_script(slow_first) as server, connect(server.url, tmp_path, num_threads=3) as endpoint:
        texts = [answer.text.split()[0] for answer in endpoint.ask_all(ask(str(i)) for i in range(9))]
    assert texts == [str(i) for i in range(9)] and max(most) == 3
    lines = (tmp_path / "answers.jsonl").read_text().splitlines()
    logged = [json.loads(line)["messages"][0]["content"] for line in lines]
    assert sorted(logged) == texts and logged != texts


def test_a_half_written_last_line_is_asked_again_and_harms_no_other(tmp_path):
    with serve_script(echo) as server:
        with connect(server.url, tmp_path) as endpoint:
            list(endpoint.ask_all([ask("a"), ask("b"), ask("c")]))
        log = tmp_path / "answers.jsonl"
        whole = log.read_bytes()
        log.write_bytes(whole[:-10])
        with connect(server.url, tmp_path) as endpoint:
            assert {answer.text[0] for answer in endpoint.ask_all([ask("a"), ask("b"), ask("c")])} == {"a", "b", "c"}
            assert endpoint.num_requests == 1
        assert log.read_bytes() == whole


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(), min_size=1, max_size=5), st.data())
def test_wherever_a_log_is_cut_off_its_whole_lines_are_found_and_it_can_go_on(texts, data):
    answers = {str(i): Answer(text, "stop", i, i) for i, text in enumerate(texts)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.jsonl"

        def write_all():
            log = AnswerLog(path)
            found = {key: log.find(key) for key in answers}
            for key, answer in answers.items():
                assert log.add(key, {"messages": [{"role": "user", "content": answer.text}]}, answer) == answer
            log.close()
            return found

        assert set(write_all().values()) == {None}
        whole = path.read_bytes()
        cut = data.draw(st.integers(0, len(whole)))
        path.write_bytes(whole[:cut])
        num_whole = whole[:cut].count(b"\n")
        assert write_all() == {key: answers[key] if i < num_whole else None for i, key in enumerate(answers)}
        assert path.read_bytes() == whole


def test_a_damaged_line_inside_the_log_is_named(tmp_path):
    log = AnswerLog(tmp_path / "log.jsonl")
    log.add("k", {}, Answer("a", "stop", 1, 1))
    log.close()
    (tmp_path / "log.jsonl").write_text("{nonsense\n" + (tmp_path / "log.jsonl").read_text())
    with pytest.raises(UserError, match="line 1 is damaged"):
        AnswerLog(tmp_path / "log.jsonl")


def test_only_one_process_writes_a_log_and_the_first_answer_holds(tmp_path):
    log = AnswerLog(tmp_path / "log.jsonl")
    first = Answer("ä\n", "stop", 1, 2)
    assert log.add("k", {}, first) == log.add("k", {}, Answer("b", "stop", 1, 1)) == log.find("k") == first
    with pytest.raises(UserError, match="in use by another process"):
        AnswerLog(tmp_path / "log.jsonl")
    log.close()
    assert AnswerLog(tmp_path / "log.jsonl").find("k") == first


def test_tokens_and_cost_count_each_answer_once_logged_ones_included(tmp_path):
    expected = {"answers": 2, "prompt tokens": 3, "completion tokens": 7, "cost, millionths": 3 * 2 + 7 * 5}
    with serve_script(echo) as server:
        for _ in range(2):
            with connect(server.url, tmp_path, price_in=2.0, price_out=5.0) as endpoint:
                list(endpoint.ask_all([ask("a b"), ask("c"), ask("a b")]))
                assert endpoint.usage == expected
        assert len(server.bodies) == 2


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_fails_twice_is_asked_a_third_time_later_each_time(tmp_path, status):
    def fail_twice(body):
        return echo(body) if len(server.bodies) > 2 else (status, {"error": "busy"})

    with serve_script(fail_twice) as server, connect(server.url, tmp_path) as endpoint:
        assert endpoint.ask(ask("a")).text.startswith("a")
    first, second = (b - a for a, b in zip(server.times, server.times[1:], strict=False))
    assert first > 0.3 and second > 1.3 * first  # 0.5 s and 1 s, each less up to a quarter


def test_a_server_that_hangs_is_given_up_after_its_time_and_tries(tmp_path):
    free = threading.Event()
    with serve_script(lambda _: str(free.wait(20))) as server:
        with connect(server.url, tmp_path, timeout_s=0.3, max_retries=1) as endpoint, \
                pytest.raises(UserError, match=r"timeout_s = 0.3 s, 2 times.*finished answers are kept"):
            endpoint.ask(ask("a"))
        free.set()
    assert len(server.bodies) == 2


def test_an_address_where_nobody_listens_is_named_at_once(tmp_path):
    url = f"http://127.0.0.1:{find_free_port()}/v1"
    begun = time.monotonic()
    with connect(url, tmp_path) as endpoint, pytest.raises(UserError, match=f"{url} does not answer.*start the server"):
        list(endpoint.ask_all([ask(str(i)) for i in range(20)]))
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("status", [400, 404])
def test_an_unknown_model_is_named_with_those_that_the_endpoint_lists(tmp_path, status):
    with serve_script(lambda _: (status, {"error": {"message": "no such model"}})) as server, \
            connect(server.url, tmp_path, model="model-z") as endpoint, \
            pytest.raises(UserError, match=f"model-z.*no such model.*{', '.join(MODELS)}"):
        endpoint.ask(ask("a"))
    assert (tmp_path / "answers.jsonl").read_text() == ""


def test_one_refused_request_is_an_answer_that_is_not_asked_for_again(tmp_path):
    with serve_script(lambda _: (400, {"error": {"message": "context too long"}})) as server:
        for _ in range(2):
            with connect(server.url, tmp_path) as endpoint:
                answer = endpoint.ask(ask("a"))
                assert answer.finish == "refused" and "context too long" in answer.text
    assert len(server.bodies) == 1


def test_half_a_character_in_an_answer_becomes_a_question_mark(tmp_path):
    with serve_script(lambda _: "a\ud800b") as server, connect(server.url, tmp_path) as endpoint:
        answer = endpoint.ask(ask("a"))
        assert answer.text == "a?b" and endpoint.ask(ask(answer.text)).text == "a?b"  # can be written, and asked about


def test_a_page_that_is_no_api_is_recognised(tmp_path):
    with serve_script(lambda _: (200, "<html>hello</html>")) as server, connect(server.url, tmp_path) as endpoint, \
            pytest.raises(UserError, match="usually ends in /v1"):
        endpoint.ask(ask("a"))


def test_an_endpoint_elsewhere_needs_a_key_and_the_key_is_never_written(tmp_path, monkeypatch):
    monkeypatch.delenv("TEST_KEY", raising=False)
    for name in ("", "TEST_KEY"):
        with connect("https://api.example.com/v1", tmp_path, api_key_env=name) as endpoint, \
                pytest.raises(UserError, match="api_key_env.*api.example.com"):
            endpoint.ask(ask("a"))
    monkeypatch.setenv("TEST_KEY", "s3cret-key")

    def refuse_b(body):
        return echo(body) if body["messages"][0]["content"] == "a" else (401, {"error": "bad key s3cret-key"})

    with serve_script(refuse_b) as server, connect(server.url, tmp_path, api_key_env="TEST_KEY") as endpoint:
        endpoint.ask(ask("a"))
        with pytest.raises(UserError, match=r"TEST_KEY.*\[key\]") as caught:
            endpoint.ask(ask("b"))
    assert all(headers["Authorization"] == "Bearer s3cret-key" for headers in server.headers)
    assert "s3cret" not in str(caught.value) + (tmp_path / "answers.jsonl").read_text()


def test_a_proxy_of_the_outside_world_is_not_used_on_the_loopback(tmp_path, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{find_free_port()}")
    with serve_script(echo) as server, connect(server.url, tmp_path) as endpoint:
        assert endpoint.ask(ask("a")).text.startswith("a")


def test_requests_keep_to_their_rate(tmp_path):
    with serve_script(echo) as server, connect(server.url, tmp_path, requests_per_minute=600.0) as endpoint:
        list(endpoint.ask_all([ask(str(i)) for i in range(6)]))
    assert server.times[-1] - server.times[0] > 0.4  # five gaps of a tenth of a second, less the way


def test_after_a_fault_nothing_new_is_asked(tmp_path):
    def fail_at_three(body):
        return (401, {"error": {"message": "bad key"}}) if body["messages"][0]["content"] == "3" else echo(body)

    with serve_script(fail_at_three) as server, connect(server.url, tmp_path, num_threads=2) as endpoint:
        with pytest.raises(UserError, match="does not accept the key"):
            list(endpoint.ask_all([ask(str(i)) for i in range(200)]))
        assert len(server.bodies) < 100


@pytest.mark.parametrize(("url", "expected"), [
    ("http://localhost:8000/v1", True), ("http://127.8.0.1/v1", True), ("http://[::1]:1/v1", True),
    ("http://10.0.0.1/v1", False), ("https://localhost.example.com/v1", False), ("https://api.openai.com/v1", False)])
def test_the_loopback_is_told_from_elsewhere(url, expected):
    assert is_loopback(url) == expected
