"""The engine as tools, through the protocol's official client for Python, in both eras of the protocol."""

from __future__ import annotations

import asyncio
import json
import os
import unittest
from pathlib import Path
from typing import Any, Awaitable, Callable, Dict, List

import schemas
from test_command_line import EXAMPLES, PYTHON, SERVER, WRONG_CANDIDATE, workspace

try:
    import mcp
    from mcp.client.stdio import StdioServerParameters, stdio_client
except ImportError:  # pragma: no cover
    mcp = None

EXAMPLE = "moving_average.py"


@unittest.skipIf(mcp is None, "skipped: the package mcp is not installed")
class OfficialClientTests(unittest.TestCase):
    folder: Path

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = workspace(cls, [EXAMPLES / EXAMPLE])

    def session(self, talk: Callable[[Any], Awaitable[None]], era: str) -> None:
        """One life of the server, and one client that has found out what it can do."""
        parameters = StdioServerParameters(
            command=SERVER, args=["mcp"], cwd=str(self.folder), env={**os.environ, "XDG_CACHE_HOME": str(self.folder)})

        async def run() -> None:
            async with stdio_client(parameters) as (read, write):
                async with mcp.ClientSession(read, write) as client:
                    await (client.discover() if era == "stateless" else client.initialize())
                    await talk(client)

        asyncio.run(asyncio.wait_for(run(), 600))

    def test_it_introduces_itself_and_its_tools_in_both_eras(self) -> None:
        for era, version in (("handshake", "2025-11-25"), ("stateless", "2026-07-28")):
            async def talk(client: Any) -> None:
                self.assertEqual(client.protocol_version, version)
                self.assertEqual(client.server_info.name, "kernelwright")
                self.assertIn("verify_candidate", client.instructions)
                tools = {tool.name: tool for tool in (await client.list_tools()).tools}
                self.assertEqual(
                    set(tools), {"list_ops", "profile_op", "optimize_op", "verify_candidate", "device_info"})
                self.assertTrue(all(tool.annotations.read_only_hint for tool in tools.values()))
                found = await client.call_tool("list_ops", {"file": EXAMPLE})
                self.assertFalse(found.is_error)
                self.assertEqual(schemas.problems("ops", found.structured_content), [])
                self.assertEqual(json.loads(found.content[0].text), found.structured_content)

            with self.subTest(era):
                self.session(talk, era)

    def test_a_wrong_candidate_is_called_wrong_with_progress_on_the_way(self) -> None:
        steps: List[str] = []

        async def progress(done: float, total: Any, message: Any) -> None:
            self.assertTrue(0 <= done <= 1)
            steps.append(message)

        async def talk(client: Any) -> None:
            candidate = (EXAMPLES / EXAMPLE).read_text(encoding="utf-8") + WRONG_CANDIDATE
            arguments: Dict[str, Any] = {"file": EXAMPLE, "candidate": candidate, "python": PYTHON}
            result = await client.call_tool("verify_candidate", arguments, progress_callback=progress)
            self.assertFalse(result.is_error, result.content)
            self.assertEqual(schemas.problems("verification", result.structured_content), [])
            self.assertEqual(result.structured_content["verdict"], "wrong")
            self.assertIsNotNone(result.structured_content["counterexample"])
            profile = await client.call_tool("profile_op", {"file": EXAMPLE, "python": PYTHON})
            self.assertEqual(schemas.problems("profile", profile.structured_content), [])

        self.session(talk, "stateless")
        self.assertGreater(len(steps), 2)

    def test_mistakes_are_told_in_a_sentence_and_an_abandoned_call_does_not_hold_up_the_next(self) -> None:
        async def talk(client: Any) -> None:
            missing = await client.call_tool("profile_op", {"file": "nowhere.py"})
            self.assertTrue(missing.is_error)
            self.assertIn("nowhere.py", missing.content[0].text)
            with self.assertRaises(Exception):
                await client.call_tool("no_such_tool", {})
            arguments = {"file": EXAMPLE, "python": PYTHON, "budget_seconds": 60}
            search = asyncio.create_task(client.call_tool("optimize_op", arguments))
            await asyncio.sleep(2)
            search.cancel()
            await asyncio.gather(search, return_exceptions=True)
            found = await asyncio.wait_for(client.call_tool("list_ops", {"file": EXAMPLE}), 10)
            self.assertFalse(found.is_error)

        self.session(talk, "handshake")


if __name__ == "__main__":
    unittest.main()
