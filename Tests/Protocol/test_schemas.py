"""The schemas themselves: well-formed, described, and true of their own examples."""

from __future__ import annotations

import unittest

import schemas
from jsonschema import Draft202012Validator


class SchemaTests(unittest.TestCase):
    def test_every_schema_is_a_valid_one_and_says_what_it_is_for(self) -> None:
        self.assertTrue(schemas.paths())
        for path in schemas.paths():
            with self.subTest(path.name):
                schema = schemas.load(path)
                Draft202012Validator.check_schema(schema)
                self.assertTrue(schema.get("description"), "no description")

    def test_every_example_in_a_schema_is_valid_by_it(self) -> None:
        for path in schemas.paths():
            name = str(path.relative_to(schemas.PROTOCOL)).replace(".schema.json", "")
            for example in schemas.load(path).get("examples", []):
                with self.subTest(name):
                    self.assertEqual(schemas.problems(name, example), [])


if __name__ == "__main__":
    unittest.main()
