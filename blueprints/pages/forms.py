"""The forms of the pages: fields, and how a refusal of the core lands beside the field it is about. They decide nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from wtforms import BooleanField, Form, HiddenField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta
from wtforms.validators import InputRequired, Length, Optional

from blueprints.pages.measures import said
from core import submissions
from core.attachment_checks import LONGEST_DESCRIPTION, LONGEST_TARGET
from core.births import LONGEST_TITLE
from core.errors import Code, Refusal

# What a person can mend in the form, or try again; everything else is a page of its own.
MENDABLE = frozenset(
    {Code.INVALID, Code.CONFLICT, Code.UNSUPPORTED, Code.TOO_LARGE, Code.INCOMPLETE, Code.NO_SPACE, Code.LOCKED}
)
LONGEST_USER_NAME = 150  # characters
# The drivers that people may choose, as people call them.
JOB_TYPES = {
    "worker": "Work by hand or by a node",
    "email": "Send e-mail",
    "dataset-refresh": "Refresh a data set",
    "library-sync": "Synchronise a library",
    "index-files": "Index files",
    "api-call": "Call an API",
    "snapshot-cleanup": "Clean up snapshots",
}
ACTION_TYPES = {"save-files": "Save files", "email": "Send e-mail", "api-call": "Call an API"}
LEVELS = {"read": "see", "edit": "see and edit", "manage": "manage"}
_STATUS = {Code.CONFLICT: 409, Code.TOO_LARGE: 413, Code.NO_SPACE: 507, Code.THROTTLED: 429, Code.UNIDENTIFIED: 401}


def choices_of(words: Mapping[str, str]) -> list[Any]:
    """Return the choices of a select: the value that is sent, and what people read."""
    return [SelectChoice(value, shown) for value, shown in words.items()]


class PageForm(Form):
    """A form that keeps what was typed and knows the status of its refusal."""

    class Meta(DefaultMeta):
        """How the form reads what was sent."""

        def wrap_formdata(self, form: BaseForm, formdata: Any) -> Any:
            """Return what was sent, or None where nothing was: a box then shows what is kept, and not that it is empty."""
            return super().wrap_formdata(form, formdata) or None

    status = 422
    complaint: str | None = None  # a refusal that is about no field of the form

    @contextmanager
    def noting(self, *more: Code) -> Iterator[None]:
        """Note a refusal of the core beside its field; `more` codes than the mendable ones are noted too."""
        try:
            yield
        except Refusal as refusal:
            if refusal.code not in MENDABLE | set(more):
                raise
            self.note(refusal)

    def note(self, refusal: Refusal) -> None:
        """Put a refusal beside the field that it is about, or above the form."""
        self.status = _STATUS.get(refusal.code, 422)
        field: Any = self._fields.get(self.spelt(refusal.field or ""))
        if field is None or isinstance(field, HiddenField):
            self.complaint = said(refusal)
        else:
            field.errors = [*field.errors, said(refusal)]

    def spelt(self, field: str) -> str:
        """Return the name of the form's field for one of the domain's."""
        return field

    def set_apart(self, mark: str) -> None:
        """Give the fields ids of their own, for a form that stands on a page beside others."""
        for field in self:
            field.id = field.label.field_id = f"{field.id}-{mark}"


def text_field(label: str, longest: int, *, required: bool = True, **shown: Any) -> StringField:
    """Make a line of text, of at most `longest` characters; `shown` are attributes of its element."""
    needed = InputRequired("Please fill this in.") if required else Optional()
    limits = Length(max=longest, message=f"At most {longest} characters.")
    return StringField(label, [needed, limits], render_kw={"maxlength": longest, **shown})


def long_text_field(label: str, **shown: Any) -> TextAreaField:
    """Make a field for prose, as long as a description may be."""
    limits = Length(max=LONGEST_DESCRIPTION, message=f"At most {LONGEST_DESCRIPTION} characters.")
    return TextAreaField(label, [limits], render_kw={"rows": 4, **shown})


def secret_field(label: str, autocomplete: str) -> PasswordField:
    """Make a field for a password."""
    return PasswordField(label, [InputRequired("Please fill this in.")], render_kw={"autocomplete": autocomplete})


def nonce_field() -> HiddenField:
    """Make the hidden field by which a form sent twice is known."""
    return HiddenField(default=submissions.new_nonce)


class SignInForm(PageForm):
    """Name and password."""

    user_name = text_field(
        "User name", LONGEST_USER_NAME, autocomplete="username", autocapitalize="none", spellcheck="false"
    )
    password = secret_field("Password", "current-password")
    next = HiddenField()


class SetUpForm(PageForm):
    """The first administrator."""

    code = text_field("Set-up code", 40, autocomplete="off", autocapitalize="characters", spellcheck="false")
    user_name = text_field(
        "User name", LONGEST_USER_NAME, autocomplete="username", autocapitalize="none", spellcheck="false"
    )
    full_name = text_field("Full name", 255, required=False, autocomplete="name")
    password = secret_field("Password", "new-password")

    def spelt(self, field: str) -> str:
        """Return the form's name of a field: the account's `name` is the user name."""
        return "user_name" if field == "name" else field


class JobForm(PageForm):
    """A job: what people call it, what it does, who may see it."""

    nonce = nonce_field()
    title = text_field("Name", LONGEST_TITLE)
    description = long_text_field("Description")
    driver = SelectField("Type", choices=choices_of(JOB_TYPES))
    private = BooleanField("Private: only you, administrators and those you share it with")


class ReviseJobForm(PageForm):
    """What may be changed of a job; who may see it is for those who manage it."""

    title = text_field("Name", LONGEST_TITLE)
    description = long_text_field("Description")
    private = BooleanField("Private: only you, administrators and those you share it with")


class DescriptionForm(PageForm):
    """A description alone."""

    description = long_text_field("Description")


class ReviseActionForm(PageForm):
    """What may be changed of a step."""

    title = text_field("Name", LONGEST_TITLE)
    description = long_text_field("Description", rows=3)
    enabled = BooleanField("Enabled")


class ActionForm(PageForm):
    """A step of a job."""

    nonce = nonce_field()
    title = text_field("Name", LONGEST_TITLE)
    description = long_text_field("Description", rows=3)
    driver = SelectField("Type", choices=choices_of(ACTION_TYPES))


class AttachmentForm(PageForm):
    """What may be changed of an attachment."""

    name = text_field("Name", 255)
    file_name = text_field("File name", 255, spellcheck="false")
    link_target = text_field("Address", LONGEST_TARGET, spellcheck="false")
    description = long_text_field("Description")


class AttachForm(PageForm):
    """Files for a job; the bytes are read apart, this holds what was chosen beside them."""

    nonce = nonce_field()
    action = SelectField("Attach to", choices=[], validate_choice=False)
    files = StringField("Files")


class LinkForm(PageForm):
    """A link: where it leads, what people call it, and where it is kept."""

    nonce = nonce_field()
    action = SelectField("Attach to", choices=[], validate_choice=False)
    link_target = text_field(
        "Address", LONGEST_TARGET, type="url", placeholder="https://", spellcheck="false", autocomplete="url"
    )
    name = text_field("Name", 255, required=False)
    description = long_text_field("Description", rows=3)


class NoteForm(PageForm):
    """What somebody writes to a record; the files that come along are read apart."""

    nonce = nonce_field()
    content = long_text_field("Note", rows=2)
    files = StringField("Files")


class ReplaceForm(PageForm):
    """One file that takes the place of another."""

    content = StringField("New file")

    def spelt(self, field: str) -> str:  # noqa: ARG002 - the other forms look at it
        """Return the one field: whatever is wrong is wrong with the file."""
        return "content"


class ShareForm(PageForm):
    """Who else may see or edit a record."""

    holder = SelectField("Person or group", choices=[], validate_choice=False)
    level = SelectField("May", choices=choices_of(LEVELS))


class ConfirmForm(PageForm):
    """A yes."""


class SureForm(PageForm):
    """A question that is itself the answer to a form; once it is sent back, a yes."""

    status = 200  # asking is no refusal
    sure = HiddenField()
