"""Run every benchmark of this folder, one process each: ``python benchmarks/run.py [NAME ...]``."""

import subprocess
import sys
from pathlib import Path


def main(names: list[str]) -> int:
    """Run the benchmarks whose file name holds one of the names (all without a name); 1 where one failed."""
    scripts = sorted(Path(__file__).parent.glob("bench_*.py"))
    chosen = [s for s in scripts if not names or any(name in s.stem for name in names)]
    if not chosen:
        print("no benchmark by that name; there are: " + (", ".join(s.stem for s in scripts) or "none"))
        return 1
    failed = []
    for script in chosen:
        print(f"== {script.stem}", flush=True)
        if subprocess.run([sys.executable, str(script)], check=False).returncode:
            failed.append(script.stem)
    if failed:
        print("failed: " + ", ".join(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
