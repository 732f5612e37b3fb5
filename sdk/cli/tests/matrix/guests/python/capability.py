import random
import time

from engraft import Failure


def mirror(given, host):
    return given


def numbers(given, host):
    return {"integer": given["integer"], "number": given["number"]}


def refuse(given, host):
    raise Failure.unavailable("try again later")


def throw(given, host):
    return [][3]


def trap(given, host):
    raise RuntimeError("this language has no trap of its own")


def _deeper(n):
    return _deeper(n + 1) + 1


def recurse(given, host):
    return _deeper(0)


def count(given, host):
    return host.kv.increment("calls", 1)


def fetch(given, host):
    url = given["url"]
    bodies = []
    for got in host.http.send_all([{"url": url}, {"method": "POST", "url": url, "body": "body"}]):
        if isinstance(got, Failure):
            raise got
        bodies.append(got.body.decode())
    return bodies


def ask(given, host):
    return host.call(given["capability"], "mirror", "hello")


def report(given, host):
    host.progress(0.5, "half")


def spin(given, host):
    while True:
        pass


def hoard(given, host):
    everything = []
    while True:
        everything.append(b"x" * (1 << 20))


def look(given, host):
    print("a printed line")
    return [host.now().isoformat(), time.time(), host.random.number(), random.random()]


_held = {"text": "", "from": ""}


def keep(given, host):
    _held["text"] = given["text"]


def kept(given, host):
    return [_held["text"], _held["from"]]


def save(host):
    return _held["text"]


def restore(version, saved, host):
    if not isinstance(saved, str):
        raise Failure.invalid_input("that was not saved by me")
    _held.update({"text": saved, "from": version})
