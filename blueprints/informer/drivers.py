"""What this API offers to choose from: kinds of jobs, actions and attachments, and templates. Constants, no code.

The attachment drivers and the attachment template are the published ones, word for word (sheet §8.7, §8.8).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

Offer = Mapping[str, object]

JOB_TYPES: Final[Mapping[str, Offer]] = {
    "email": {"id": "email", "name": "Email", "description": "Send messages with attachments"},
    "dataset-refresh": {"id": "dataset-refresh", "name": "Dataset Refresh", "description": "Refresh datasets"},
    "library-sync": {"id": "library-sync", "name": "Library Sync", "description": "Synchronise a library"},
    "index-files": {"id": "index-files", "name": "Index Files", "description": "Index files"},
    "api-call": {"id": "api-call", "name": "API Call", "description": "Call another system"},
    "snapshot-cleanup": {"id": "snapshot-cleanup", "name": "Snapshot Cleanup", "description": "Remove old snapshots"},
}
WORKER: Final[Offer] = {"id": "worker", "name": "Worker", "description": "Work for a node"}  # made by other APIs

ACTION_DRIVERS: Final[Mapping[str, Offer]] = {
    "email": {"id": "email", "name": "Email", "description": "Send the attachments by e-mail"},
    "save-files": {"id": "save-files", "name": "Save Files", "description": "Keep the attachments"},
    "api-call": {"id": "api-call", "name": "API Call", "description": "Call another system"},
}
FILES: Final[Offer] = {"id": "files", "name": "Files", "description": "Files of the job itself"}  # built in, not chosen
ACTION_TEMPLATES: Final[Sequence[Offer]] = (
    {"id": "send-email", "name": "Send Email", "type": "email", "data": {"to": [], "subject": ""}},
    {"id": "save-files", "name": "Save Files", "type": "save-files", "data": {}},
)

ATTACHMENT_DRIVERS: Final[Mapping[str, Offer]] = {
    "report": {"id": "report", "name": "Report", "description": "Attach a report export"},
    "file": {"id": "file", "name": "File", "description": "Attach a file upload"},
    "dataset": {"id": "dataset", "name": "Dataset", "description": "Attach dataset export"},
}
ATTACHMENT_TEMPLATES: Final[Sequence[Offer]] = (
    {"id": "pdf-report", "name": "PDF Report", "type": "report", "data": {"format": "pdf"}},
)

FORMATS: Final = ("pdf", "excel", "xlsx", "csv", "json", "html")  # of reports and data sets (sheet §10)
