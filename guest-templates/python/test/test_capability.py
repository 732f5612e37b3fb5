"""The operations without a host: what they ask of it is answered here. Run with `python -m unittest`."""

import types
import unittest

from capability import greet
from engraft import Failure


class Kv:
    def __init__(self):
        self.values = {}

    def increment(self, key, delta):
        self.values[key] = self.values.get(key, 0) + delta
        return self.values[key]


class Greet(unittest.TestCase):
    def setUp(self):
        self.host = types.SimpleNamespace(kv=Kv())

    def test_it_counts_each_name(self):
        self.assertEqual(greet({"name": "Ada"}, self.host), {"text": "Hello, Ada!", "times": 1})
        self.assertEqual(greet({"name": " Ada "}, self.host)["times"], 2)
        self.assertEqual(greet({"name": "Bob"}, self.host)["times"], 1)

    def test_no_name_is_the_callers_mistake(self):
        for given in ({}, {"name": " "}, {"name": 3}):
            with self.assertRaises(Failure) as caught:
                greet(given, self.host)
            self.assertEqual(caught.exception.kind, "invalid-input")


if __name__ == "__main__":
    unittest.main()
