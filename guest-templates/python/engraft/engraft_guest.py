"""The way between the host and the operations: what is raised becomes a typed failure, what is printed
a log line, and time and chance are the host's where they are asked for."""

import datetime
import importlib
import json
import linecache
import random
import sys
import time
import traceback
import types as python_types

from componentize_py_types import Err
from wit_world.imports import types

import capability
import engraft_description
from engraft import Failure

EPOCH = 946684800.0


def _imported(name):
    try:
        return importlib.import_module(f"wit_world.imports.{name}")
    except ImportError:
        return None


_log, _clock, _random, _kv, _http, _call, _progress, _secrets, _config = map(
    _imported, ("log", "clock", "random", "kv", "http", "call", "progress", "secrets", "config")
)


def _refused(error):
    """An error of the host as the failure that tells a caller the truth."""
    kind, message = type(error).__name__, getattr(error, "value", "")
    if kind == "HostError_Denied":
        return Failure.denied(message)
    if kind == "HostError_Exhausted":
        return Failure("unavailable", message)
    if kind == "HostError_Unavailable":
        return Failure.unavailable(message)
    return Failure("failed", message, effect_happened=kind == "HostError_Failed")


def _ask(function, *given):
    try:
        return function(*given)
    except Err as error:
        raise _refused(error.value) from None


def _log_line(level, message, **fields):
    if _log:
        try:
            pairs = [(key, str(value)) for key, value in fields.items()]
            _log.write(getattr(_log.Level, level.upper()), message, pairs)
        except Err:
            pass  # Nobody listens.


class _Kv:
    def get(self, key):
        return _ask(_kv.get, key)

    def set(self, key, value):
        _ask(_kv.set, key, value.encode() if isinstance(value, str) else value)

    def delete(self, key):
        return _ask(_kv.delete, key)

    def keys(self, prefix="", after=None, limit=1000):
        return _ask(_kv.keys, prefix, after, limit)

    def increment(self, key, delta=1):
        return _ask(_kv.increment, key, delta)


class _Http:
    @staticmethod
    def _request(wanted):
        body = wanted.get("body")
        return _http.Request(
            wanted.get("method", "GET"),
            wanted["url"],
            list(wanted.get("headers", {}).items()),
            body.encode() if isinstance(body, str) else body,
            [],
            wanted.get("timeout_ms"),
        )

    @staticmethod
    def _response(got):
        return python_types.SimpleNamespace(status=got.status, headers=got.headers, body=got.body)

    def send(self, wanted):
        return self._response(_ask(_http.send, self._request(wanted)))

    def send_all(self, wanted):
        """Side by side; each is a response, or a Failure."""
        results = _ask(_http.send_all, [self._request(one) for one in wanted])
        return [_refused(one.value) if isinstance(one, Err) else self._response(one.value) for one in results]


def _invoke_other(capability_name, operation, given):
    try:
        return json.loads(_call.invoke(_call.Request(capability_name, operation, json.dumps(given))))
    except Err as error:
        kind = type(error.value).__name__.removeprefix("Failure_")
        facts = error.value.value
        kinds = {"InvalidInput": "invalid-input", "Denied": "denied", "Unavailable": "unavailable"}
        raise Failure(kinds.get(kind, "failed"), facts.message, facts.retryable, facts.effect_happened) from None


def _report(fraction, message=""):
    try:
        _progress.report(fraction, message)
    except Err:
        pass  # Nobody watches.


def _now():
    moment = _ask(_clock.now)
    return moment.seconds + moment.nanoseconds / 1e9


HOST = python_types.SimpleNamespace(log=_log_line)
if _clock:
    HOST.now = lambda: datetime.datetime.fromtimestamp(_now(), datetime.timezone.utc)
if _random:
    HOST.random = python_types.SimpleNamespace(
        bytes=lambda count: _ask(_random.bytes, count), number=lambda: _ask(_random.number)
    )
if _kv:
    HOST.kv = _Kv()
if _http:
    HOST.http = _Http()
if _call:
    HOST.call = _invoke_other
if _progress:
    HOST.progress = _report
if _secrets:
    HOST.secret_exists = lambda name: _ask(_secrets.exists, name)
if _config:
    HOST.config = lambda key: _ask(_config.get, key)


class _Lines:
    """Standard output and standard error, a log line for each line."""

    def __init__(self, level):
        self.level, self.rest = level, ""

    def write(self, text):
        self.rest += text
        while "\n" in self.rest:
            line, self.rest = self.rest.split("\n", 1)
            _log_line(self.level, line)
        return len(text)

    def flush(self):
        pass

    def isatty(self):
        return False


def _seal():
    """Puts the host in place of what would trap in a sealed interpreter."""
    sys.stdout, sys.stderr = _Lines("info"), _Lines("error")
    ticks = [0]

    def now():
        if _clock:
            try:
                return _now()
            except Failure:
                pass
        ticks[0] += 1
        return EPOCH + ticks[0] / 1e6

    time.time = now
    time.time_ns = lambda: int(now() * 1e9)
    time.monotonic = time.perf_counter = time.process_time = now
    time.monotonic_ns = time.perf_counter_ns = lambda: int(now() * 1e9)
    time.sleep = lambda seconds: None

    # Tracebacks look for source files, and there are none.
    linecache.checkcache = lambda *given, **named: None
    linecache.updatecache = lambda *given, **named: []
    linecache.lazycache = lambda *given, **named: False


def _seed():
    """Chance is the host's, where it is asked for, and otherwise the same in every instance."""
    seed = 0
    if _random:
        try:
            seed = _random.number()
        except Err:
            pass
    random.seed(seed)


if not engraft_description.HAS_WASI:
    _seal()
_started = []


def _failure(failure):
    facts = types.FailureFacts(failure.message, failure.retryable, failure.effect_happened)
    kinds = {
        "invalid-input": types.Failure_InvalidInput,
        "denied": types.Failure_Denied,
        "unavailable": types.Failure_Unavailable,
    }
    return Err(kinds.get(failure.kind, types.Failure_Failed)(facts))


def _guarded(run):
    try:
        return run()
    except Failure as failure:
        raise _failure(failure) from None
    except Exception as error:
        traceback.print_exc()
        raise _failure(Failure.failed(f"{type(error).__name__}: {error}")) from None


def _invoke(operation, given):
    if not _started:
        _seed()
        _started.append(True)
    run = engraft_description.OPERATIONS.get(operation)
    if run is None:
        raise Failure.invalid_input(f"there is no operation `{operation}`")
    try:
        value = json.loads(given)
    except ValueError as error:
        raise Failure.invalid_input(f"the input is not JSON: {error}") from None
    return json.dumps(getattr(capability, run)(value, HOST), ensure_ascii=False, allow_nan=False)


def _permission(said):
    kind, value = said
    made = getattr(types, f"Permission_{kind.capitalize()}")
    if kind == "kv":
        return made(types.KvQuota(**value))
    if kind == "http":
        return made(types.HttpRule(**value))
    if kind == "secret":
        return made(types.SecretRule(**value))
    return made() if value is None else made(value)


class WitWorld:
    def describe(self):
        said = engraft_description.DESCRIPTION
        operations = [
            types.Operation(
                one["name"],
                one["summary"],
                one["input_schema"],
                one["output_schema"],
                one["intents"],
                [types.Example(given, output) for given, output in one["examples"]],
            )
            for one in said["operations"]
        ]
        permissions = [_permission(one) for one in said["permissions"]]
        return types.Description(said["name"], said["summary"], operations, permissions)

    def invoke(self, operation, input):
        return _guarded(lambda: _invoke(operation, input))


class State:
    def save(self):
        return _guarded(lambda: json.dumps(capability.save(HOST)).encode())

    def restore(self, version, saved):
        return _guarded(lambda: capability.restore(version, json.loads(saved), HOST))


for _name in engraft_description.OPERATIONS.values():
    if not callable(getattr(capability, _name, None)):
        raise SystemExit(f"src/capability.py has no function `{_name}`; capability.yaml lists it")
