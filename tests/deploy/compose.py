"""Whether the parts of compose files fit together, which their schema cannot say: `compose.py CADDYFILE COMPOSE…`. Prints what does not, and fails then."""

import re
import sys
from pathlib import Path

import yaml


def faults(path, health_port):
    file = yaml.safe_load(path.read_text(encoding="utf-8"))
    services = file["services"]
    secrets = file.get("secrets", {})
    proxy = services["proxy"]
    for name, service in services.items():
        environment = service.get("environment", {})
        if "ports" in service and name != "proxy":
            yield f"{name} is exposed, and not only the proxy"
        for variable, value in environment.items():
            if variable.endswith("_FILE"):
                secret = value.removeprefix("/run/secrets/")
                if secret not in service.get("secrets", []) or secret not in secrets:
                    yield f"{name} is not given the secret {value}"
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                if not (path.parent / source).is_file():
                    yield f"{name} mounts {source}, which is not there"
            elif source not in file["volumes"]:
                yield f"{name} mounts {source}, which is no volume"
        for other in service.get("depends_on", []):
            if not set(service.get("networks", ["default"])) & set(services[other].get("networks", ["default"])):
                yield f"{name} cannot reach {other}"
    for upstream in proxy["environment"]["SYNCUP_UPSTREAMS"].split():
        name, port = upstream.split(":")
        service = services.get(name)
        if service is None or port != "8080":
            yield f"the proxy hands requests to {upstream}, which is not there"
        elif service["environment"].get("SYNCUP_OPS_LISTEN") != f"0.0.0.0:{health_port}":
            yield f"the proxy cannot ask {name} for its health"
        if name not in proxy["depends_on"]:
            yield f"the proxy does not wait for {name}"


caddyfile, *files = map(Path, sys.argv[1:])
port = re.search(r"health_port (\d+)", caddyfile.read_text(encoding="utf-8"))[1]
found = [f"{path}: {fault}" for path in files for fault in faults(path, port)]
print("\n".join(found), end="")
sys.exit(bool(found))
