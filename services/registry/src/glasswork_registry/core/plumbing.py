"""Git on one bare repository: a few fixed commands, with nothing of the caller's environment."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import git
from glasswork_sdk.errors import Conflict, Unavailable
from glasswork_servicekit.durable import remove, sync_folder

from glasswork_registry.core.commits import EMAIL, NAME, CommitRecord, parse_log

MAIN: Final = "refs/heads/main"
_NO_COMMIT: Final = "0" * 40
_TIMEOUT: Final = 120.0
_SCRATCH: Final = "tmp-save-"
_ENVIRONMENT: Final = {
    "PATH": "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin",
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "/bin/false",
    "GIT_ALLOW_PROTOCOL": "https:ssh",
    "GIT_NO_REPLACE_OBJECTS": "1",
}
_OPTIONS: Final = (
    "core.fsync=committed,reference",
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.symlinks=false",
    "gc.auto=0",
    "protocol.ext.allow=never",
    "protocol.file.allow=never",
    "submodule.recurse=false",
    "transfer.fsckObjects=true",
)


class GitFailed(RuntimeError):
    """A git command that should work did not: a bug of ours, or a broken disk."""


@dataclass(frozen=True)
class NewCommit:
    """A commit to make: its files, its place in the history, who and when (seconds since 1970)."""

    files: Mapping[str, bytes]
    parents: Sequence[str]
    message: bytes
    author: str
    seconds: int


class Plumbing:
    """Reads and writes the objects and the main branch of one bare repository.

    Args:
        repository: the bare repository.
        held: descriptors that every git child inherits (the root lock).
    """

    def __init__(self, repository: Path, held: Sequence[int] = ()) -> None:
        self._repository = repository
        self._held = tuple(held)

    def create(self) -> None:
        """Make the repository, empty."""
        self._repository.mkdir(parents=True)
        self._run("init", "--quiet", "--bare", "--template=", "--initial-branch=main")
        with (self._repository / "config").open("a") as config:
            config.write("[core]\n\tfsync = committed,reference\n[gc]\n\tauto = 0\n[receive]\n\tfsckObjects = true\n")

    def head(self) -> str:
        """Return the last commit of the main branch, or an empty text before the first."""
        with contextlib.suppress(FileNotFoundError):
            return (self._repository / MAIN).read_text().strip()
        with contextlib.suppress(FileNotFoundError):
            for line in (self._repository / "packed-refs").read_text().splitlines():
                commit, _, name = line.partition(" ")
                if name == MAIN:
                    return commit
        return ""

    def write_commit(self, commit: NewCommit) -> str:
        """Write a commit and all it names to the disk; no branch knows of it yet. Returns its id."""
        blobs = self._write_blobs(commit.files)
        listing = b"".join(f"100644 blob {blobs[name]}\t{name}\0".encode() for name in sorted(blobs))
        tree = self._run("mktree", "-z", stdin=listing).decode()
        parents = [part for parent in commit.parents for part in ("-p", parent)]
        date = f"{commit.seconds} +0000"
        people = {
            "GIT_AUTHOR_NAME": commit.author,
            "GIT_AUTHOR_EMAIL": EMAIL,
            "GIT_AUTHOR_DATE": date,
            "GIT_COMMITTER_NAME": NAME,
            "GIT_COMMITTER_EMAIL": EMAIL,
            "GIT_COMMITTER_DATE": date,
        }
        made = self._run("commit-tree", tree, *parents, "-F", "-", stdin=commit.message, environment=people).decode()
        # Git syncs objects, but not the folders that name them.
        objects = self._repository / "objects"
        for folder in {name[:2] for name in (*blobs.values(), tree, made)}:
            sync_folder(objects / folder)
        sync_folder(objects)
        return made

    def advance(self, new: str, old: str) -> None:
        """Let the main branch point to `new` if it still points to `old`: the commit point of a save.

        Raises:
            Conflict: the branch moved meanwhile; `metadata` has the `head`.
            Unavailable: another process holds the branch's lock.
        """
        try:
            self._run("update-ref", "--no-deref", MAIN, new, old or _NO_COMMIT)
        except GitFailed as error:
            head = self.head()
            if head != old:
                raise moved(old, head) from None
            raise Unavailable(f"The main branch could not be moved: {error}. Try again.") from None
        sync_folder(self._repository / "refs" / "heads")

    def history(self, head: str, since: str = "") -> list[CommitRecord]:
        """Return the commits up to `head`, parents before children, without those up to `since`."""
        span = [f"{since}..{head}"] if since else [head]
        log = self._run("log", "--format=%H%x00%P%x00%an%x00%ct%x00%B", "-z", "--topo-order", "--reverse", *span, "--")
        return parse_log(log)

    def read(self, commits: Sequence[str], names: Sequence[str]) -> list[dict[str, bytes]]:
        """Return, for each commit, the named files that it has."""
        wanted = "".join(f"{commit}:{name}\n" for commit in commits for name in names)
        answers = _batch_answers(self._run("cat-file", "--batch", stdin=wanted.encode(), strip=False))
        found = []
        for _ in commits:
            blobs = {name: next(answers) for name in names}
            found.append({name: blob for name, blob in blobs.items() if blob is not None})
        return found

    def check(self) -> list[str]:
        """Return what `git fsck` says against the repository; nothing where it is whole."""
        try:
            self._run("fsck", "--full", "--strict", "--no-dangling", "--no-progress")
        except GitFailed as error:
            return str(error).splitlines()
        return []

    def remove_stale_locks(self) -> list[Path]:
        """Remove what a killed git left behind. Only safe while the root lock is held."""
        stale = [*self._repository.glob("*.lock"), *(self._repository / "refs").rglob("*.lock")]
        stale += self._repository.glob("objects/*/tmp_obj_*")
        stale += self._repository.glob(f"{_SCRATCH}*")
        remove(stale)
        return stale

    def _write_blobs(self, files: Mapping[str, bytes]) -> dict[str, str]:
        """Write files as blobs in one process; git reads them from a scratch folder under fixed names."""
        names = sorted(files)
        with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=self._repository) as folder:
            for number, name in enumerate(names):
                Path(folder, str(number)).write_bytes(files[name])
            numbers = map(str, range(len(names)))
            ids = self._run("hash-object", "-w", "--no-filters", "--", *numbers, folder=Path(folder)).decode().split()
        return dict(zip(names, ids, strict=True))

    def _run(
        self,
        *arguments: str,
        stdin: bytes = b"",
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        strip: bool = True,
    ) -> bytes:
        """Run git and return what it printed.

        Raises:
            GitFailed: git answered with an error.
        """
        variables = {**_ENVIRONMENT, "GIT_DIR": str(self._repository), **(environment or {})}
        # GitPython copies the whole environment of this process to its children; env -i lets nothing of it through.
        command = [_env_program(), "-i", *(f"{name}={value}" for name, value in variables.items()), "git"]
        command += [part for option in _OPTIONS for part in ("-c", option)]
        child = git.Git(str(folder or self._repository)).execute(
            [*command, *arguments], istream=subprocess.PIPE, as_process=True, pass_fds=self._held
        )
        try:
            output, errors = child.communicate(stdin, timeout=_TIMEOUT)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            raise GitFailed(f"git {arguments[0]} did not end within {_TIMEOUT:g} s.") from None
        if child.returncode != 0:
            said = errors.decode(errors="replace").strip().replace(str(self._repository), "repo.git")
            raise GitFailed(f"git {arguments[0]} ended with {child.returncode}: {said}")
        return bytes(output.rstrip(b"\n")) if strip else bytes(output)


def moved(expected: str, head: str) -> Conflict:
    """Return the error of a save whose base is not the last version any more."""
    return Conflict(
        f"The save expected {expected[:12] or 'no version'} as the last version, but that is now "
        f"{head[:12] or 'none'}: somebody else saved first. Read the versions again and save on top of the last.",
        metadata={"head": head},
    )


def _batch_answers(output: bytes) -> Iterator[bytes | None]:
    position = 0
    while position < len(output):
        end = output.index(b"\n", position)
        header = output[position:end].split(b" ")
        position = end + 1
        if header[-1] in (b"missing", b"ambiguous"):
            yield None
            continue
        size = int(header[-1])
        yield output[position : position + size] if header[-2] == b"blob" else None
        position += size + 1


def _env_program() -> str:
    return shutil.which("env") or "/usr/bin/env"
