"""Somebody else's front end in a terminal: signs in, trains a suggested model, and watches.

Needs `pip install httpx websockets` and a running `glasswork up`. Example:

    GLASSWORK_TOKEN=$(glasswork token) python train_and_watch.py http://127.0.0.1:8000 wine
"""

from __future__ import annotations

import json
import os
import sys

import httpx
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect


def ask(client: httpx.Client, method: str, path: str, body: object = None) -> dict[str, object]:
    """Send a request; an error of the API says what, where, and what to do."""
    answer = client.request(method, f"/api/v1{path}", json=body)
    if answer.is_error:
        sys.exit(f"{answer.status_code}: {answer.json()['detail']}")
    return dict(answer.json())


def watch(url: str, token: str, run: object) -> None:
    """Print the epochs of a run until it has ended; after a cut, go on behind the last event seen."""
    headers, last = {"Authorization": f"Bearer {token}"}, 0
    address = f"{url.replace('http', 'ws', 1)}/api/v1/runs/{run}/events"
    while True:
        try:
            with connect(f"{address}?after={last}", additional_headers=headers, proxy=None) as socket:
                for message in socket:
                    event = json.loads(message)
                    last = event.get("sequence", last)
                    if event["kind"] == "epoch":
                        print(event["epoch"], event["metrics"]["loss"], event["metrics"].get("val_loss"))
            return
        except ConnectionClosedError:
            continue


def main() -> None:
    """Train the suggested model of an example."""
    url, example = sys.argv[1:3]
    token = os.environ["GLASSWORK_TOKEN"]
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=url, headers=headers, timeout=120, trust_env=False) as client:
        dataset = ask(client, "POST", "/datasets", {"example": example})
        graph = ask(client, "POST", "/suggest", {"dataset": dataset["id"]})["graph"]
        run = ask(client, "POST", "/runs", {"graph": graph})
        watch(url, token, run["id"])
        ended = ask(client, "GET", f"/runs/{run['id']}")
    print(json.dumps({"run": ended["id"], "state": ended["state"], "test": ended["test"]}))


if __name__ == "__main__":
    main()
