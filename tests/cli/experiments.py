# SPDX-License-Identifier: MIT
"""What the tests of commands that make experiments begin with: a run, and a copy of it in which one was made."""
from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from support import DONE, CliTest, Result, call, run_arguments

ONE = ("--threads", 1)


def done(*arguments) -> Result:
    """What the program says where all goes well."""
    result = call(*arguments)
    assert result.code == DONE, result.err
    return result


def exported(run, what, *options) -> list[dict]:
    return [json.loads(line) for line in done("export", run, "--what", what, *options).out.split("\n")[:-1]]


class ExperimentTest(CliTest):
    """`plain` is for a run without experiments, `run_folder` for a copy with one; they go with the class."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        holder = tempfile.TemporaryDirectory(prefix="thinktrace-cli-")
        cls.addClassCleanup(holder.cleanup)
        cls.holder = Path(holder.name)
        cls.plain, cls.run_folder = cls.holder / "plain" / "run", cls.holder / "done" / "run"

    @classmethod
    def sample(cls, plan) -> None:
        done(*run_arguments(cls.plain, *plan))

    @classmethod
    def experiment(cls, verb, *options) -> None:
        """In a copy of `plain`: what was told of it, as it came (`result`) and as JSON (`told`)."""
        shutil.copytree(cls.plain, cls.run_folder)
        cls.result = done(verb, cls.run_folder, *options, "--json")
        cls.told = json.loads(cls.result.out)

    def copy(self, run: Path) -> Path:
        return Path(shutil.copytree(run, self.folder / "copy" / "run"))
