"""Greets people, and remembers how often."""

from engraft import Failure

# Names longer than this are no names, and would fill the store.
NAME_CHARACTERS_MAX = 100


def greet(given, host):
    """Greets a person and counts it."""
    name = given.get("name")
    name = name.strip() if isinstance(name, str) else ""
    if not 1 <= len(name) <= NAME_CHARACTERS_MAX:
        raise Failure.invalid_input("a name has 1 to 100 characters")
    times = host.kv.increment(f"greeted/{name}", 1)
    return {"text": f"Hello, {name}!", "times": times}
