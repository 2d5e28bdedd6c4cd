"""`make audit`: known vulnerabilities of the pinned packages, by pip-audit.

pip-audit ends with code 0 and "no known vulnerabilities" also where its database knew no package at all, as behind a
mirror. So its report is read: exit 0 where every package was looked up and none has a vulnerability, 1 where one has
some, 3 where the database could not be reached or does not know every package.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PINS = ROOT / "constraints.txt"
COMMAND = ("--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json", "--requirement", str(PINS))
WELL, FOUND, UNKNOWN = 0, 1, 3


def main() -> None:
    """Look up every pin, print what was found, and end with the exit code of the report."""
    ended = subprocess.run([sys.executable, "-m", "pip_audit", *COMMAND], capture_output=True, text=True, check=False)
    try:
        report = json.loads(ended.stdout)
    except json.JSONDecodeError:
        reason = (ended.stderr.strip().splitlines() or ["no report"])[-1]
        print(f"audit: nothing was looked up, since the database cannot be reached: {reason[:200]}", file=sys.stderr)
        sys.exit(UNKNOWN)
    code, lines = judged(report)
    print("\n".join(lines), file=sys.stderr if code else sys.stdout)
    sys.exit(code)


def judged(report: Mapping[str, Any]) -> tuple[int, list[str]]:
    """The exit code of a report of pip-audit, and its lines."""
    packages = report["dependencies"]
    passed_over = [one["name"] for one in packages if "skip_reason" in one]
    lines = [
        f"audit: {one['name']} {one['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'none'}"
        for one in packages
        for fault in one.get("vulns", ())
    ]
    if not packages or len(passed_over) == len(packages):
        return UNKNOWN, ["audit: nothing was looked up, since the database cannot be reached or knows no package"]
    if passed_over:
        lines.append(f"audit: not looked up: {', '.join(passed_over)}")
    looked_up = len(packages) - len(passed_over)
    found = sum(bool(one.get("vulns")) for one in packages)
    lines.append(f"audit: {looked_up} of {len(packages)} pinned packages looked up, {found} with known vulnerabilities")
    return (FOUND if found else UNKNOWN if passed_over else WELL), lines


if __name__ == "__main__":
    main()
