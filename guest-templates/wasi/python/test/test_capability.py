"""The operations without a host: files are those of this machine. Run with `python -m unittest`."""

import pathlib
import tempfile
import unittest

import capability
from engraft import Failure


class Note(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        capability.NOTES = pathlib.Path(self.folder.name) / "notes.txt"

    def test_it_counts_the_lines(self):
        self.assertEqual(capability.note({"text": "Buy milk"}, None), {"lines": 1})
        self.assertEqual(capability.note({"text": "Drink it"}, None), {"lines": 2})

    def test_no_line_is_the_callers_mistake(self):
        for given in ({}, {"text": ""}, {"text": "a\nb"}, {"text": 3}):
            with self.assertRaises(Failure) as caught:
                capability.note(given, None)
            self.assertEqual(caught.exception.kind, "invalid-input")

    def test_without_the_directory_it_says_so(self):
        capability.NOTES = pathlib.Path(self.folder.name) / "no" / "notes.txt"
        with self.assertRaises(Failure) as caught:
            capability.note({"text": "Buy milk"}, None)
        self.assertEqual(caught.exception.kind, "denied")


if __name__ == "__main__":
    unittest.main()
