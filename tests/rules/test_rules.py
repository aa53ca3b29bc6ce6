# SPDX-License-Identifier: MIT
"""What the code must not do: the dependency rule of ARCHITECTURE.md, printing from the library, files that grow too long."""
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "thinktrace"
LONGEST = 400

# Which rooms of the library a room may include, besides itself, text/ and spool/. error.h and version.h are everybody's.
MAY_INCLUDE = {
    "text": set(),
    "spool": set(),
    "question": set(),
    "kernels": set(),
    "engine": {"kernels"},
    "prompt": {"question", "engine"},
    "trace": {"engine"},
    "probe": {"question", "engine", "trace"},
    "store": {"question", "engine", "trace", "probe"},
    "analysis": set(),
    "experiment": {"analysis"},
    "import": {"question", "engine", "trace", "probe"},
    "publish": {"question", "engine", "trace", "probe", "analysis"},
    "serve": set(),
    "run": {"question", "engine", "prompt", "trace", "probe", "store", "analysis", "experiment", "import", "publish", "serve"},
}
# Headers of libraries that only one room sees.
ONLY_IN = {"llama.h": "engine", "ggml": "engine", "gguf.h": "engine", "sqlite3.h": "store", "jinja/": "prompt", "httplib.h": "serve", "zlib.h": ("publish", "import")}


def tracked(*patterns):
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", *patterns], cwd=ROOT, capture_output=True, text=True)
    if out.returncode == 0:
        return [ROOT / line for line in out.stdout.splitlines()]
    return [p for pattern in patterns for p in ROOT.rglob(pattern) if "build" not in p.parts and "node_modules" not in p.parts]


def sources(folder):
    return sorted(p for p in folder.rglob("*") if p.suffix in (".h", ".cpp"))


def includes(path):
    return re.findall(r'^#include ["<]([^">]+)[">]', path.read_text(), re.M)


class DependencyRule(unittest.TestCase):
    def test_rooms_include_only_what_they_may(self):
        for path in sources(LIBRARY):
            room = path.relative_to(LIBRARY).parts[0]
            if path.parent == LIBRARY:
                continue
            for header in includes(path):
                parts = header.split("/")
                if parts[0] != "thinktrace" or len(parts) == 2:
                    continue
                self.assertIn(parts[1], MAY_INCLUDE[room] | {room, "text", "spool"}, f"{path.relative_to(ROOT)} includes {header}")

    def test_outside_libraries_stay_in_their_room(self):
        for path in sources(LIBRARY) + sources(ROOT / "cli"):
            room = path.relative_to(ROOT).parts[1]
            for header in includes(path):
                for name, only in ONLY_IN.items():
                    if header.startswith(name):
                        self.assertIn(room, (only,) if isinstance(only, str) else only, f"{path.relative_to(ROOT)} includes {header}")

    def test_json_stays_out_of_public_headers(self):
        for path in LIBRARY.rglob("*.h"):
            self.assertNotRegex(path.read_text(), r"#include <(nlohmann|sqlite3|llama|zlib|openssl|httplib)", path.name)

    def test_every_room_is_known(self):
        rooms = {p.name for p in LIBRARY.iterdir() if p.is_dir()}
        self.assertLessEqual(rooms, set(MAY_INCLUDE))


class Manners(unittest.TestCase):
    def test_library_neither_prints_nor_exits(self):
        forbidden = re.compile(r"\b(printf|puts|fputs|exit|abort|_Exit)\s*\(|std::(cout|cerr|clog)\b|\brand\s*\(|time\s*\(\s*(0|NULL|nullptr)\s*\)")
        for path in sources(LIBRARY):
            code = re.sub(r"//.*", "", path.read_text())
            found = forbidden.search(code)
            self.assertIsNone(found, f"{path.relative_to(ROOT)}: {found and found.group(0)}")

    def test_files_are_short(self):
        long = [f"{p.relative_to(ROOT)}: {n} lines" for p in tracked("*.cpp", "*.h", "*.ts", "*.mjs", "*.py", "*.css")
                if p.exists() and (n := len(p.read_text().splitlines())) > LONGEST]
        self.assertEqual(long, [], "split them, or give the reason in ARCHITECTURE.md")

    def test_functions_of_a_room_have_names_of_their_own(self):
        """Compiled as one file (THINKTRACE_UNITY), a call could find another file's function of that name."""
        where = {}
        for path in sorted(LIBRARY.glob("*/*.cpp")) + sorted((ROOT / "cli").glob("*.cpp")):
            for part in re.findall(r"^namespace {\n(.*?)^}  // namespace$", path.read_text(), re.M | re.S):
                for name in re.findall(r"^(?!using |struct |class |enum |//)\w[^=;{(]*?\b(\w+)\(", part, re.M):
                    where.setdefault((path.parent.name, name), set()).add(path.name)
        self.assertGreater(len(where), 100)
        self.assertEqual({key: files for key, files in where.items() if len(files) > 1}, {})

    def test_names_that_are_used_without_their_namespace_are_needed(self):
        """clang-tidy's misc-unused-using-decls, which sees only files that are compiled alone."""
        for path in sources(LIBRARY) + sources(ROOT / "cli") + sources(ROOT / "tests"):
            code = re.sub(r"//.*", "", path.read_text())
            for name in re.findall(r"^ *using (?!namespace)[\w:]*::(\w+);", code, re.M):
                uses = re.findall(rf"(?<!::)\b{name}\b", code)
                self.assertGreater(len(uses), 0, f"{path.relative_to(ROOT)}: using {name}")

    def test_sources_name_their_licence(self):
        for path in tracked("*.cpp", "*.h", "*.ts", "*.py", "*.cmake", "*.sh"):
            if path.exists():
                self.assertIn("SPDX-License-Identifier: MIT", path.read_text()[:200], str(path.relative_to(ROOT)))

    def test_no_download_hosts_in_the_tree(self):
        hosts = re.compile("|".join(["registry[.]npm", "pypi[.]org", "pythonhosted", "deb[.]debian", "cdn[.]jsdelivr"]))
        for path in tracked("*.json", "*.md", "*.cmake", "*.sh", "*.ts", "*.mjs", "*.txt", "*.lock", ".npmrc", "Makefile"):
            if path.exists():
                self.assertIsNone(hosts.search(path.read_text(errors="replace")), str(path.relative_to(ROOT)))


if __name__ == "__main__":
    unittest.main()
