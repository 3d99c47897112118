"""The main job on real containers, each of them killed once on the way, and what they are kept from."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from glasswork_cli.client import Client
from glasswork_cli.failures import Failure

from tests.chromium import CHROMIUM

from .deployment import KILLED, ROOT, SERVICES, Deployment, deployed, ended, engine_is_there

pytestmark = [
    pytest.mark.compose,
    pytest.mark.skipif(not engine_is_there(), reason="no Docker engine with Compose 2 here"),
]
WINE = ROOT / "services/registry/src/glasswork_registry/examples/wine/wine.csv"
MOST_BYTES = 250 * 10**6
EPOCHS = 3000


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The deployment of all tests here, with a plugin by somebody else."""
    folder = tmp_path_factory.mktemp("data")
    folder.chmod(0o755)
    folder.parent.chmod(0o755)
    shutil.copy(WINE, folder / "cellar.csv")
    (folder / "cellar.csv").chmod(0o644)
    with deployed(folder, GLASSWORK_PLUGINS="tests/packaging/foreign_plugin/requirements.txt") as running:
        seconds = running.up("--build")
        print(f"\nbuilt, started and healthy after {seconds:.0f} s")
        yield running


def repeated(act: Callable[[], dict[str, Any]], seconds: float = 300.0) -> dict[str, Any]:
    """Do what may have to be repeated while a service is started anew; it has to say so."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return act()
        except (Failure, httpx.TransportError) as error:
            if time.monotonic() > deadline or not (isinstance(error, httpx.TransportError) or "again" in str(error)):
                raise
            time.sleep(0.5)


def suggested(client: Client, dataset: str, epochs: int) -> dict[str, Any]:
    question = {"dataset": dataset, "targets": ["cultivar"]}
    graph: dict[str, Any] = repeated(lambda: client.post("/suggest", question))["graph"]
    training = next(item for item in graph["components"].values() if "epochs" in item.get("suggested", {}))
    training["settings"] = {**training["settings"], "epochs": epochs, "early_stopping": False}
    return graph


def test_the_main_job_survives_a_kill_of_every_container(deployment: Deployment) -> None:
    with deployment.client() as client:
        deployment.crash("registry")
        dataset = repeated(lambda: client.upload(WINE))
        assert dataset["rows"] == 178
        deployment.crash("codegen")
        graph = suggested(client, dataset["id"], 40)
        deployment.crash("executor")
        shown = repeated(lambda: client.post("/preview", {"graph": graph}))["components"]
        assert {item["state"] for item in shown.values()} == {"ok"}
        model = repeated(lambda: client.post("/models", {"name": "Wine", "graph": graph}))
        run = client.post("/runs", {"model": model["id"]})
        deployment.crash("trainer")
        done = ended(client, f"/runs/{run['id']}")
        assert (done["state"], done["error"]) == ("SUCCEEDED", None)
        test = client.post(f"/runs/{run['id']}/tests")
        export = client.post(f"/runs/{run['id']}/exports", {"format": "tflite"})
        deployment.crash("gateway")
        deployment.crash("trainer")
        tested = ended(client, f"/runs/{run['id']}/tests/{test['id']}")
        assert tested["results"]["accuracy"] > tested["results"]["baseline"]["commonest"]["accuracy"]
        exported = ended(client, f"/runs/{run['id']}/exports/{export['id']}")
        assert (exported["state"], exported["max_difference"] < 1e-5) == ("SUCCEEDED", True)
        deployment.crash("database")
        version = client.post(f"/models/{model['id']}/versions", {"message": "trained", "run": run["id"]})
        found = list(client.items(f"/models/{model['id']}/versions"))
        assert [item["id"] for item in found] == [version["id"]]


def test_a_killed_trainer_goes_on_from_its_last_checkpoint(deployment: Deployment) -> None:
    with deployment.client() as client:
        model = client.post("/models", {"name": "Long", "graph": suggested(client, "wine", EPOCHS)})
        run = client.post("/runs", {"model": model["id"]})
        path = f"/runs/{run['id']}"
        for event in client.events(run["id"]):
            if event["kind"] == "epoch" and event["epoch"] >= 5:
                break
        deployment.compose("kill", "trainer")
        deployment.up()
        events = client.events(run["id"])
        told = next(event["message"] for event in events if "Resumed from the checkpoint" in event.get("message", ""))
        assert int(told.split("epoch ")[1].split(",")[0]) > 1
        repeated(lambda: client.post(f"{path}/stop"))
        assert ended(client, path)["end_reason"] == "stopped"


def state(client: Client) -> dict[str, Any]:
    """Return everything that a deployment keeps."""
    lists = ("/models", "/datasets", "/runs", "/models/wine/versions")
    return {path: list(client.items(path)) for path in lists}


def test_everything_is_there_after_down_and_up(deployment: Deployment) -> None:
    with deployment.client() as client:
        before, token = state(client), deployment.token
    deployment.compose("stop")
    codes = {service: deployment.exit_code(service) for service in (*SERVICES, "database")}
    assert KILLED not in codes.values(), codes
    deployment.compose("down")
    print(f"\nup again after {deployment.up():.0f} s")
    with deployment.client() as client:
        assert state(client) == before
    assert deployment.token == token


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on PATH")
def test_the_page_opens_with_the_token(deployment: Deployment, browser: Any) -> None:
    page = browser.new_page(base_url=f"http://127.0.0.1:{deployment.port}")
    page.goto("/")
    page.get_by_label("Token").fill(deployment.token)
    page.get_by_role("button", name="Sign in").click()
    page.goto("/models/wine")
    page.locator("article[data-state='ok']").first.wait_for()
    page.close()


def test_a_data_root_is_read_without_an_upload(deployment: Deployment) -> None:
    with deployment.client() as client:
        assert client.post("/datasets", {"path": "/data/cellar.csv"})["rows"] == 178
        with pytest.raises(Failure):
            client.post("/datasets", {"path": "/etc/passwd"})


def test_a_plugin_of_the_deployment_is_in_every_service_that_needs_it(deployment: Deployment) -> None:
    with deployment.client() as client:
        assert "tiny" in [item["name"] for item in client.get("/plugins")["items"]]
        assert any(item["type"].startswith("tiny.") for item in client.items("/components"))
    for service in ("codegen", "executor", "trainer"):
        assert "site-packages" in deployment.python(service, "import glasswork_tiny; print(glasswork_tiny.__file__)")


def test_nothing_is_answered_without_the_token(deployment: Deployment) -> None:
    url = f"http://127.0.0.1:{deployment.port}/api/v1"
    assert httpx.get(f"{url}/models", trust_env=False).status_code == 401
    assert httpx.get(f"{url}/health", trust_env=False).json()["status"] == "ok"
    stranger = {"Host": "example.com", "Authorization": f"Bearer {deployment.token}"}
    assert httpx.get(f"{url}/models", headers=stranger, trust_env=False).status_code == 403


CALL = """
import asyncio, grpc
from glasswork.{0}.v1 import {0}_pb2 as pb, {0}_pb2_grpc as rpc
async def main():
    async with grpc.aio.insecure_channel("{0}:50051") as channel:
        try:
            await rpc.{1}ServiceStub(channel).{2}(pb.{2}Request(), timeout=5)
            print("answered")
        except grpc.aio.AioRpcError as error:
            print(error.code().name)
asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("service", "name", "method"),
    [
        ("codegen", "Codegen", "ListComponentTypes"),
        ("executor", "Executor", "InspectDataset"),
        ("trainer", "Trainer", "ListRuns"),
        ("registry", "Registry", "ListModels"),
    ],
)
def test_services_refuse_callers_without_the_secret(
    deployment: Deployment, service: str, name: str, method: str
) -> None:
    assert deployment.python("gateway", CALL.format(service, name, method)) == "UNAUTHENTICATED"


CONNECT = """
import socket
from concurrent.futures import ThreadPoolExecutor

def reached(place):
    try:
        socket.create_connection(place, timeout=3).close()
        return True
    except OSError:
        return False

places = {0}
# Side by side: a name that nobody knows takes a resolver many seconds.
with ThreadPoolExecutor(len(places)) as pool:
    found = pool.map(reached, places)
    print(*(host for (host, _), there in zip(places, found) if there))
"""


def test_only_the_registry_reaches_the_database_and_the_executor_only_its_callers(deployment: Deployment) -> None:
    places = [("database", 5432), ("registry", 50051), ("trainer", 50051), ("codegen", 50051), ("192.0.2.1", 443)]
    address = json.loads(deployment.docker("inspect", deployment.container("database")))[0]
    networks = address["NetworkSettings"]["Networks"].values()
    places += [(item["IPAddress"], 5432) for item in networks]
    assert deployment.python("executor", CONNECT.format(places)) == ""
    for service in ("gateway", "codegen", "trainer"):
        assert "database" not in deployment.python(service, CONNECT.format(places)).split()
    assert "database" in deployment.python("registry", CONNECT.format(places)).split()


WRITE = """
for path in ('/x', '/opt/glasswork/x', '/etc/x'):
    try:
        open(path, 'w')
        print(path)
    except OSError:
        pass
"""


@pytest.mark.parametrize("service", SERVICES)
def test_programs_have_no_rights_and_write_only_to_their_volumes(deployment: Deployment, service: str) -> None:
    status = deployment.python(service, "print(open('/proc/1/status').read())")
    facts = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    assert set(facts["Uid"].split()) == {"10001"}
    assert (int(facts["CapEff"], 16), int(facts["CapBnd"], 16), int(facts["NoNewPrivs"])) == (0, 0, 1)
    assert deployment.python(service, WRITE) == ""


@pytest.mark.parametrize("service", [*SERVICES, "database"])
def test_memory_and_processes_of_every_container_are_limited(deployment: Deployment, service: str) -> None:
    limits = json.loads(deployment.docker("inspect", deployment.container(service)))[0]["HostConfig"]
    assert limits["Memory"] >= 2**30
    assert 256 <= limits["PidsLimit"] <= 4096
    assert limits["ReadonlyRootfs"]


def test_the_database_runs_as_its_own_user_on_a_read_only_root(deployment: Deployment) -> None:
    assert deployment.run("database", "sh", "-c", "stat -c %U /proc/1") == "postgres"
    assert "Read-only" in deployment.run("database", "sh", "-c", "touch /x 2>&1", check=False)


def test_previews_have_namespaces_of_their_own_in_the_container(deployment: Deployment) -> None:
    assert "cannot keep workers from" not in deployment.compose("logs", "executor")


def test_only_the_gateway_is_published_and_on_this_machine_alone(deployment: Deployment) -> None:
    found = [json.loads(line) for line in deployment.compose("ps", "--format", "json").splitlines()]
    published = {
        (item["Service"], port["URL"]) for item in found for port in item["Publishers"] or () if port["PublishedPort"]
    }
    assert published == {("gateway", "127.0.0.1")}


@pytest.mark.parametrize("service", ["codegen", "registry", "gateway"])
def test_images_without_tensorflow_are_small(deployment: Deployment, service: str) -> None:
    added = deployment.image_bytes(f"glasswork-test-{service}") - deployment.image_bytes("python:3.11-slim-bookworm")
    print(f"\n{service}: {added / 1e6:.0f} MB above its base image")
    assert added <= MOST_BYTES
    assert deployment.python(service, "import importlib.util as i; print(i.find_spec('tensorflow'))") == "None"


@pytest.mark.parametrize("service", SERVICES)
def test_any_user_may_run_an_image(deployment: Deployment, service: str) -> None:
    command = ["run", "--rm", "--user", "54321:0", "--network", "none", f"glasswork-test-{service}"]
    script = f"import glasswork_{service}, pathlib; pathlib.Path('/var/lib/glasswork/x').write_text('x'); print('fine')"
    assert deployment.docker(*command, "python", "-c", script) == "fine"


def test_the_override_for_graphics_processors_is_valid(deployment: Deployment) -> None:
    both = ("--file", str(Path(ROOT / "compose.gpu.yaml")))
    told = json.loads(deployment.compose(*both, "config", "--format", "json"))
    assert told["services"]["trainer"]["deploy"]["resources"]["reservations"]["devices"][0]["driver"] == "nvidia"


def test_a_backup_is_restored_into_a_new_deployment(deployment: Deployment, tmp_path: Path) -> None:
    # The commands are those of the documentation, on the volumes of this project.
    text = (ROOT / "docs" / "deployment.md").read_text()
    backup, restore = (
        block.partition("docker compose up")[0].partition("docker run")[2]
        for block in text.partition("## Backup and restore")[2].split("```")[1:4:2]
    )
    with deployment.client() as client:
        before = state(client)
    deployment.compose("stop")
    run_documented(deployment, backup, tmp_path)
    deployment.compose("down", "--volumes")
    deployment.up()
    deployment.compose("stop")
    run_documented(deployment, restore, tmp_path)
    deployment.up()
    with deployment.client() as client:
        assert state(client) == before


def run_documented(deployment: Deployment, command: str, folder: Path) -> None:
    """Run what follows `docker run` in the documentation, with this project's volumes and another folder."""
    words = command.replace("\\\n", " ").replace('"$PWD"', str(folder)).split()
    deployment.docker("run", *(word.replace("glasswork_", f"{deployment.project}_") for word in words))
