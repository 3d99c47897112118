"""Asks the service of this container how it is: `python -m glasswork_servicekit.probe`; exit code 0 where it serves."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import urllib.request
from collections.abc import Mapping

GATEWAY = "gateway"
TIMEOUT = 4.0


def main(environ: Mapping[str, str] = os.environ) -> int:
    """Print how the service is, and return the exit code."""
    service = environ["GLASSWORK_SERVICE"]
    state = gateway_state(environ) if service == GATEWAY else service_state(environ, service)
    print(state)
    return 0 if state in ("ok", "serving") else 1


def gateway_state(environ: Mapping[str, str]) -> str:
    """Return the `status` of the gateway: `ok` where every service serves."""
    url = f"http://127.0.0.1:{environ.get('GLASSWORK_GATEWAY_PORT') or 8000}/api/v1/health"
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:
            return str(json.load(answer)["status"])
    except OSError as error:
        return f"unreachable: {error}"


def service_state(environ: Mapping[str, str], service: str) -> str:
    """Return what a gRPC service says of itself."""
    # It takes a while to import, and the gateway's probe does not need it.
    from glasswork_servicekit.health import check

    address = environ[f"GLASSWORK_{service.upper()}_ADDRESS"].replace("0.0.0.0:", "127.0.0.1:", 1)
    return asyncio.run(check(address, timeout=TIMEOUT))


if __name__ == "__main__":
    sys.exit(main())
