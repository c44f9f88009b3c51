"""Acts as the public PowerShell framework does: JSON token request, search by serial number, one file put.

`python -m tests.alloy.framework BASE SERIAL FILE` with `{"client_id", "client_secret"}` on stdin; BASE has no version and no
trailing slash. It reads of each reply what the framework reads, and gives up where the framework would try for ever.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any

import requests


def main(base: str, serial: str, path: Path, application: dict[str, str]) -> None:
    """Put the file on the computer of that serial number."""
    grant = {"grant_type": "client_credentials", **application}
    token = call("POST", f"{base}/token", {}, grant)
    assert token["access_token"]
    assert token["token_type"]
    assert token["expires_in"]
    headers = {"Authorization": f"{token['token_type']} {token['access_token']}"}
    oid = computer(base, headers, serial)["OID"]
    content = base64.b64encode(path.read_bytes()).decode()
    body = {"FileName": path.name, "Description": "Inventory report", "Data": content}
    assert call("PUT", f"{base}/Object/{oid}/Attachments", headers, body)["success"] is True


def computer(base: str, headers: dict[str, str], serial: str) -> dict[str, str]:
    """Return the columns of the one computer found, by name."""
    query = {
        "filters": [{"name": "Serial_Number", "operation": "=", "value": serial}],
        "sort": [{"property": "Created_Date", "direction": "desc"}],
        "fields": ["OID", "Serial_Number"],
    }
    found = call("POST", f"{base}/Computers", headers, query)
    assert found["success"] is True
    names = [field["Name"] for field in found["responseObject"]["Fields"]]
    (row,) = found["responseObject"]["Data"]
    return dict(zip(names, row, strict=True))


def call(method: str, address: str, headers: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """Send JSON; anything but 2xx with a body is a failure, as it is to Invoke-RestMethod."""
    response = requests.request(method, address, headers=headers, json=body, timeout=30, allow_redirects=False)
    response.raise_for_status()
    assert response.status_code == 200
    answer: dict[str, Any] = response.json()
    return answer


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), json.loads(sys.stdin.read()))
