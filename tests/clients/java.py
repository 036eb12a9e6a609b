"""Java and Maven, and a client project that is compiled once, with the libraries that its pom.xml pins."""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.clients.programs import run_program
from tests.clients.stage import Stage
from tests.tools import require_tool

JAVA = 17
PROJECT = Path(__file__).parent / "sap_cloud_sdk_java"
_BUILD_SECONDS = 100
_GOALS = ("compile", "dependency:build-classpath", "-Dmdep.outputFile=target/classpath.txt")
_PASSWORD = "changeit"


@dataclass(frozen=True)
class JavaApplication:
    """A compiled application, ready to be run."""

    java: str
    classpath: str

    async def run(self, stage: Stage, environment: dict[str, str]) -> Any:
        """Run it on a stage: it trusts our CA, and host names lead where `landbridge hosts` says."""
        store = _trust_store(stage)
        settings = {
            "jdk.net.hosts.file": stage.hosts,
            "javax.net.ssl.trustStore": store,
            "javax.net.ssl.trustStorePassword": _PASSWORD,
        }
        words = [f"-D{name}={value}" for name, value in settings.items()]
        fast = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")
        return await run_program(
            self.java, *fast, *words, "-cp", self.classpath, "landbridge.client.Application", env=environment
        )


def java_application() -> JavaApplication:
    """Compile the project if it is not. Skips, or fails where tools are required."""
    java = shutil.which("java")
    found = subprocess.run([java, "-version"], capture_output=True, text=True, check=True).stderr if java else ""
    release = re.search(r'version "(\d+)', found)
    require_tool(f"Java {JAVA} or newer", bool(release and int(release[1]) >= JAVA))
    require_tool("javac", shutil.which("javac") is not None)
    require_tool("Maven", shutil.which("mvn") is not None)
    assert java
    return JavaApplication(java, _compiled())


def _compiled() -> str:
    """The classpath. Compiles what is new; asks for libraries from elsewhere only when one is missing here."""
    target = PROJECT / "target"
    stamp, listed = target / "landbridge-stamp", target / "classpath.txt"
    with (PROJECT / "pom.xml").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes may want it at once
        sources = sorted((PROJECT / "src").rglob("*.java"))
        wanted = hashlib.sha256(b"".join(path.read_bytes() for path in [PROJECT / "pom.xml", *sources])).hexdigest()
        reason = ""
        if not (stamp.exists() and stamp.read_text() == wanted and _is_complete(listed.read_text())):
            reason = _build("-o") and _build()
            if not reason:
                stamp.write_text(wanted)
    require_tool(f"Maven's libraries of {PROJECT.name} ({reason or 'there'})", not reason)
    return f"{target / 'classes'}:{listed.read_text()}"


def _is_complete(classpath: str) -> bool:
    """The libraries live outside the project and may have been cleared."""
    return all(Path(path).exists() for path in classpath.split(":"))


def _build(*words: str) -> str:
    """Empty when it worked, else why it did not."""
    command = ["mvn", "-q", "-B", *words, *_GOALS]
    try:
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=_BUILD_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"mvn took more than {_BUILD_SECONDS} s"
    return "" if done.returncode == 0 else f"mvn ended with {done.returncode}: {done.stdout.strip()[:300]}"


def _trust_store(stage: Stage) -> Path:
    """A trust store with our CA."""
    store = stage.folder / "truststore.p12"
    if not store.exists():
        words = ("-importcert", "-noprompt", "-alias", "landbridge", "-file", str(stage.system.ca))
        where = ("-keystore", str(store), "-storetype", "PKCS12", "-storepass", _PASSWORD)
        subprocess.run(["keytool", *words, *where], check=True, capture_output=True)
    return store
