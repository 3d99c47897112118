"""Write the gateway's OpenAPI description as TypeScript for the page, or with --check compare it with what is there."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from glasswork_gateway.app import create_api

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "gateway" / "ui"
SCHEMA = PAGE / "src" / "api" / "schema.ts"


def written() -> str:
    """Return the TypeScript of the description as it is now."""
    with tempfile.TemporaryDirectory() as folder:
        description, schema = Path(folder) / "openapi.json", Path(folder) / "schema.ts"
        description.write_text(json.dumps(create_api().openapi()))
        program = PAGE / "node_modules" / ".bin" / "openapi-typescript"
        subprocess.run([str(program), str(description), "--output", str(schema)], check=True, capture_output=True)
        return schema.read_text()


def main() -> int:
    """Write or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether the file is current")
    check = parser.parse_args().check
    if not shutil.which("node") or not (PAGE / "node_modules").is_dir():
        print("skipped: the page's description of the API needs Node and gateway/ui/node_modules (`make page`)")
        return 0
    text = written()
    if check:
        if SCHEMA.read_text() != text:
            print(f"{SCHEMA.relative_to(ROOT)} is not what the gateway describes; run `make schema`")
            return 1
        return 0
    SCHEMA.parent.mkdir(parents=True, exist_ok=True)
    SCHEMA.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
