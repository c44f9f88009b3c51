"""Signatures: the published vector, one of our own, and the same as botocore's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.auth import S3SigV4PostAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from blueprints.saferme.s3_signature import signature

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "golden/sigv4_post.json").read_text("utf-8"))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["source"]))
def test_a_vector_gives_its_signature(vector: dict[str, Any]) -> None:
    made = signature(vector["secret_key"], vector["date"], vector["region"], vector["policy_b64"])
    assert made == vector["signature"]


def test_botocore_signs_alike() -> None:
    request = AWSRequest(method="POST", url="http://localhost/bucket")
    policy = {"expiration": "2030-01-01T00:00:00Z", "conditions": []}
    request.context.update({"s3-presign-post-fields": {}, "s3-presign-post-policy": policy})
    S3SigV4PostAuth(Credentials("KEY", "secret"), "s3", "eu-central-1").add_auth(request)
    fields = request.context["s3-presign-post-fields"]
    made = signature("secret", fields["x-amz-date"][:8], "eu-central-1", fields["policy"])
    assert made == fields["x-amz-signature"]
