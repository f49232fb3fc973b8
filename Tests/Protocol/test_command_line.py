"""The command line's contract: one JSON object on standard output, as protocol/ has it, and the right exit code."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict, Iterable, Tuple, Type

import schemas

SERVER = os.environ.get("KERNELWRIGHT_SERVER", str(schemas.REPOSITORY / ".build" / "release" / "kernelwright"))
PYTHON = os.environ.get("KERNELWRIGHT_TEST_PYTHON", str(schemas.REPOSITORY / ".venv" / "bin" / "python"))
EXAMPLES = schemas.REPOSITORY / "docs" / "examples"
VERIFIED, OTHER_ANSWER, USAGE, ENVIRONMENT = 0, 1, 2, 3

WRONG_CANDIDATE = '''

class ModelNew(Model):
    def forward(self, series):
        return series + 1.0
'''


def workspace(case: Type[unittest.TestCase], files: Iterable[Path]) -> Path:
    """A project of its own with these files in it, for all tests of a case."""
    folder = Path(tempfile.mkdtemp(prefix="kernelwright-test-")).resolve()
    case.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
    (folder / "pyproject.toml").write_text("", encoding="utf-8")
    for file in files:
        shutil.copy(file, folder)
    return folder


class CommandLineTests(unittest.TestCase):
    folder: Path

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = workspace(cls, EXAMPLES.glob("*.py"))

    def kernelwright(self, *arguments: str) -> Tuple[int, str, str]:
        done = subprocess.run([SERVER, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=600)
        return done.returncode, done.stdout, done.stderr

    def report(self, schema: str, *arguments: str) -> Tuple[int, Dict[str, Any]]:
        """Runs a command with `--json`; what it prints must be one object that the schema allows."""
        status, out, err = self.kernelwright(*arguments, "--json")
        try:
            value = json.loads(out)
        except json.JSONDecodeError:
            self.fail(f"exit {status}, standard output is not one JSON value:\n{out}\nstandard error:\n{err}")
        self.assertEqual(schemas.problems(schema, value), [])
        return status, value

    def test_ops_lists_what_the_index_finds_in_each_example(self) -> None:
        for example, names in (
            ("moving_average.py", ["Model"]),
            ("transformer_pieces.py", ["rms_norm", "gated_gelu", "TokenEntropy", "rotate"]),
        ):
            status, value = self.report("ops", "ops", example)
            self.assertEqual(status, 0)
            found = [op["name"] for op in value["ops"]]
            self.assertEqual([name for name in found if name in names], names)

    def test_devices_and_doctor_describe_this_machine(self) -> None:
        self.assertEqual(self.report("devices", "devices")[0], 0)
        self.assertIn(self.report("doctor", "doctor", "--python", PYTHON)[0], (0, ENVIRONMENT))

    def test_profile_gives_times_for_lines(self) -> None:
        status, value = self.report("profile", "profile", "transformer_pieces.py::rms_norm", "--python", PYTHON)
        self.assertEqual(status, 0)
        self.assertTrue(value["lines"])

    def test_optimize_verify_and_history_tell_the_same_story(self) -> None:
        arguments = ("moving_average.py", "--python", PYTHON)
        status, found = self.report("verification", "optimize", *arguments, "--budget", "30s")
        self.assertEqual(status, VERIFIED if found["verdict"] == "verified" else OTHER_ANSWER)
        self.assertEqual(found["speedup"] is not None, found["verdict"] == "verified")

        candidate = self.folder / "candidate.py"
        candidate.write_text(found["source"], encoding="utf-8")
        status, again = self.report("verification", "verify", "moving_average.py", str(candidate), "--python", PYTHON)
        self.assertEqual(status, VERIFIED if again["verdict"] == "verified" else OTHER_ANSWER)
        self.assertNotIn(again["verdict"], ("wrong", "cheating", "unsafe"), again)

        _, history = self.report("history", "history", "moving_average.py")
        self.assertIn("moving_average.py", json.dumps(history))

    def test_a_wrong_candidate_is_refused_with_a_counterexample(self) -> None:
        candidate = self.folder / "wrong.py"
        candidate.write_text((self.folder / "moving_average.py").read_text() + WRONG_CANDIDATE, encoding="utf-8")
        status, value = self.report("verification", "verify", "moving_average.py", str(candidate), "--python", PYTHON)
        self.assertEqual((status, value["verdict"]), (OTHER_ANSWER, "wrong"))
        self.assertIsNone(value["speedup"])
        self.assertTrue(value["counterexample"])

    def test_an_ambiguous_file_is_a_usage_error_that_lists_the_ops(self) -> None:
        status, out, err = self.kernelwright("optimize", "transformer_pieces.py", "--json")
        self.assertEqual((status, out), (USAGE, ""))
        for name in ("rms_norm", "gated_gelu", "TokenEntropy"):
            self.assertIn(name, err)

    def test_a_python_without_torch_is_named_with_what_to_install(self) -> None:
        status, out, err = self.kernelwright("profile", "moving_average.py", "--python", sys.executable, "--json")
        self.assertEqual((status, out), (ENVIRONMENT, ""))
        self.assertRegex(err, r"(?i)torch")
        self.assertRegex(err, r"install")


if __name__ == "__main__":
    unittest.main()
