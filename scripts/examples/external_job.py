#!/usr/bin/env python3
"""A job that runs outside of Job Manager: checksums of all files in a folder.

It needs Python 3.9 or newer and nothing else. Take the classes `Client` and `Run` for a job of your own;
`checksum_files` shows how to use them.

    export JOB_MANAGER_URL=http://127.0.0.1:3000
    export JOB_MANAGER_TOKEN=jm_...    # made in the panel under "API tokens", with the permission "execute"
    python3 scripts/examples/external_job.py ~/Documents

The run shows in the panel with its steps and messages, and can be cancelled there. It ends as

    SUCCESS    when the work is done                                   (exit status 0)
    FAILED     when the work raises an error                           (exit status 1)
    CANCELLED  when it was cancelled and the program stopped           (exit status 3)
    FAILED     by itself, when this program ends and sends nothing for `inactivityTimeoutMs`
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import os
import random
import signal
import sys
import threading
import time
import traceback
import urllib.error
import urllib.request
import uuid
from pathlib import Path

HEARTBEAT_S = float(os.environ.get("HEARTBEAT_S", "30"))
TRIES = 6


class Refused(Exception):
    """The server understood the call and refuses it; `code` is the reason, such as LEASE_LOST."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{detail} ({status} {code})")
        self.status = status
        self.code = code


class Stopped(Exception):
    """The run was cancelled: wind up."""


class Client:
    """Sends calls, and sends them again when the network or the server has a bad moment."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url.rstrip("/")
        self._token = token

    def post(self, path: str, body: dict) -> dict:
        # One key for all tries of this call: whichever of them arrives first counts, the others do nothing.
        key = str(uuid.uuid4())
        for attempt in range(1, TRIES + 1):
            try:
                return self._send(path, body, key)
            except Refused as refusal:
                # 429: too many runs just now; 5xx: the server or its database is away. The rest stays refused.
                if attempt == TRIES or (refusal.status != 429 and refusal.status < 500):
                    raise
            except (OSError, http.client.HTTPException):
                # No connection, one that broke, no answer in time: did the call arrive? The key makes it
                # harmless to repeat.
                if attempt == TRIES:
                    raise
            time.sleep(min(10, 0.2 * 2**attempt) * random.uniform(0.5, 1))
        raise AssertionError("unreachable")

    def _send(self, path: str, body: dict, key: str) -> dict:
        request = urllib.request.Request(
            f"{self._url}/api/admin/jobs/{path}",
            # File names need not be text: bytes that are none become a question mark.
            data=json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"),
            method="POST",
            headers={
                "Authorization": f"Bearer {self._token}",
                "Content-Type": "application/json",
                "Idempotency-Key": key,
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise refusal_of(error) from None


def refusal_of(error: urllib.error.HTTPError) -> Refused:
    try:
        problem = json.load(error)
        return Refused(error.code, problem["code"], problem["detail"])
    except (ValueError, KeyError, TypeError):
        # Not from the server itself but from something before it, such as a proxy.
        return Refused(error.code, "UNKNOWN", str(error.reason))


class Run:
    """A run that this program executes. Use it as `with Run(...) as run:`; how the block ends is how the run ends."""

    def __init__(self, client: Client, job_name: str, **options: object) -> None:
        self._client = client
        started = client.post("start", {"jobName": job_name, **options})
        self.id: str = started["jobRunId"]
        self._lease = {"leaseToken": started["leaseToken"]}
        self._should_stop = threading.Event()
        self._is_over = threading.Event()
        # Reports are proof of life as well; this is for the times when there is nothing to report.
        self._heart = threading.Thread(target=self._beat, daemon=True)
        self.metadata: dict = {}

    def step(self, step_id: str, progress: float, message: str | None = None) -> None:
        """Reports how far a step is, 0 to 1. Raises Stopped when the run was cancelled."""
        report = {"id": step_id, "progress": progress}
        if message is not None:
            report["message"] = message[:500]
        self._report("progress", {"steps": [report]})

    def log(self, message: str, level: str = "info", **data: object) -> None:
        """Writes a message: info, warn or error. Raises Stopped when the run was cancelled."""
        self._report("message", {"level": level, "message": message[:500], **({"data": data} if data else {})})

    def check(self) -> None:
        """Raises Stopped when the run was cancelled. Costs nothing: call it as often as you like."""
        self.rest(0)

    def rest(self, seconds: float) -> None:
        """Waits, and raises Stopped as soon as a heartbeat learns that the run was cancelled."""
        if self._should_stop.wait(seconds):
            raise Stopped()

    def _report(self, call: str, body: dict) -> None:
        answer = self._client.post(f"{self.id}/{call}", {**self._lease, **body})
        if answer["shouldStop"]:
            self._should_stop.set()
        self.check()

    def _beat(self) -> None:
        while not self._is_over.wait(HEARTBEAT_S):
            try:
                self._report("heartbeat", {})
            except (Stopped, Refused):
                # Cancelled, or taken away: the work learns of it at its next report or check.
                self._should_stop.set()
                return
            except (OSError, http.client.HTTPException):
                continue

    def __enter__(self) -> Run:
        self._heart.start()
        return self

    def __exit__(self, _kind: type | None, error: BaseException | None, _traceback: object) -> None:
        self._is_over.set()
        if isinstance(error, Refused) and error.code == "LEASE_LOST":
            return  # Another caller ended the run; there is nothing left to report.
        metadata = {"metadata": self.metadata}
        if error is None:
            self._client.post(f"{self.id}/complete", {**self._lease, **metadata})
        elif isinstance(error, Stopped):
            self._client.post(f"{self.id}/fail", {**self._lease, **metadata, "cancelled": True})
        else:
            self._client.post(f"{self.id}/fail", {**self._lease, **metadata, **described(error)})


def described(error: BaseException) -> dict:
    """What the panel shows of an error."""
    stack = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return {"error": f"{type(error).__name__}: {error}"[:1000], "errorStack": stack[-20_000:]}


def checksum_files(run: Run, folder: Path, pause: float) -> None:
    """The work itself: three steps, the middle one nine times as long as the others together."""
    run.step("find", 0)
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is not a folder")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    run.step("find", 1, f"{len(files)} files")
    run.log(f"Found {len(files)} files", folder=str(folder))

    total = hashlib.sha256()
    for number, file in enumerate(files, start=1):
        content = file.read_bytes()
        if not content:
            run.log(f"{file.name} is empty", level="warn", file=str(file))
        total.update(hashlib.sha256(content).digest())
        run.step("read", number / len(files), f"{number} of {len(files)}: {file.name}")
        run.rest(pause)

    run.metadata["files"] = len(files)
    run.metadata["sha256"] = total.hexdigest()
    run.step("read", 1)
    run.step("sum up", 1)
    run.log("Done", sha256=total.hexdigest())


STEPS = [
    {"id": "find", "label": "Find the files", "weight": 0.5},
    {"id": "read", "label": "Read them", "weight": 9},
    {"id": "sum up", "label": "Sum up", "weight": 0.5},
]


def main() -> int:
    parser = argparse.ArgumentParser(description="Checksums of all files in a folder, as a job of Job Manager.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pause", type=float, default=0, help="seconds to rest after each file, to watch it in the panel")
    parser.add_argument("--inactivity-s", type=float, default=300, help="fail the run after so many seconds of silence")
    args = parser.parse_args()
    client = Client(os.environ["JOB_MANAGER_URL"], os.environ["JOB_MANAGER_TOKEN"])
    # `kill` and a shutdown of the machine end the run as failed at once, instead of by inactivity later.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))

    run = Run(
        client,
        "checksum-files",
        parameters={"folder": str(args.folder)},
        steps=STEPS,
        inactivityTimeoutMs=int(args.inactivity_s * 1000),
    )
    print(f"run #{run.id} began", flush=True)
    try:
        with run:
            checksum_files(run, args.folder, args.pause)
    except Stopped:
        print(f"run #{run.id} was cancelled")
        return 3
    except Exception as error:
        print(f"run #{run.id} failed: {error}", file=sys.stderr)
        return 1
    print(f"run #{run.id} is done: {run.metadata['files']} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
