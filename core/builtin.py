"""What every instance has from the start: the types Job, Action and Report, and the plain job template.

Putting it there twice changes nothing. It knows no API, only the rows that several of them meet in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.database import Database
from core.jobs import PLAIN_TEMPLATE
from core.record_types import AddRecordType, add_in, look_for_type
from core.templates import OPEN
from models import JobTemplate

# The channel's form of DECISIONS 5; `form` is the field's kind in that form.
REPORT_FIELDS: tuple[dict[str, Any], ...] = (
    {"name": "f_category", "label": "Category", "type": "any", "form": "Category"},
    {"name": "f_title", "label": "Title", "type": "text", "form": "ShortTextBox"},
    {"name": "f_description", "label": "Description", "type": "text", "form": "LongTextBox"},
    {"name": "f_images", "label": "Images", "type": "any", "form": "Image"},
    {"name": "f_files", "label": "Files", "type": "any", "form": "FileUpload"},
)

_TYPES = (
    AddRecordType(name="Job", plural="Jobs", prefix="J", builtin=True),
    AddRecordType(name="Action", plural="Actions", prefix="JA", builtin=True),
    AddRecordType(name="Report", plural="Reports", prefix="R", fields=REPORT_FIELDS, builtin=True),
)
_WORKER_TEMPLATE = "Free job"


def install(database: Database) -> None:
    """Put what is missing of it in place."""
    with database.writing() as session:
        for command in _TYPES:
            if look_for_type(session, command.name) is None:
                add_in(session, command)
        _add_template(session, PLAIN_TEMPLATE, workable=False, description="Jobs that no node works on.")
        _add_template(
            session, _WORKER_TEMPLATE, workable=True, description="A job that any node may take.", facts={OPEN: True}
        )


def _add_template(
    session: Session, name: str, *, workable: bool, description: str, facts: Mapping[str, Any] | None = None
) -> None:
    if session.scalar(select(JobTemplate.id).where(JobTemplate.name == name)) is None:
        session.add(
            JobTemplate(
                name=name,
                version=1,
                description=description,
                workable=workable,
                facts=dict(facts or {}),
                builtin=True,
                created_at=clock.now(),
            )
        )
