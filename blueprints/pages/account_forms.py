"""The forms of accounts: one's own, and those that an administrator looks after. They decide nothing."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from blueprints.pages.forms import LONGEST_USER_NAME, PageForm, choices_of, nonce_field, secret_field, text_field

ROLES = {
    "viewer": "Viewer: reads what the team shares",
    "editor": "Editor: also creates and changes it",
    "admin": "Administrator: may do everything",
}
SCOPES = {"write": "Read and write", "read": "Read only"}
LIFETIMES = {"30": "30 days", "90": "90 days", "365": "A year", "": "Never"}


class ProfileForm(PageForm):
    """What people say of themselves."""

    full_name = text_field("Full name", 255, required=False, autocomplete="name")
    email = text_field("E-mail address", 254, required=False, autocomplete="email", type="email")


class PasswordForm(PageForm):
    """A new password, and the present one as a proof."""

    present = secret_field("Present password", "current-password")
    password = secret_field("New password", "new-password")


class TokenForm(PageForm):
    """A new API token."""

    nonce = nonce_field()
    label = text_field("What is it for?", 255)
    scope = SelectField("May", choices=choices_of(SCOPES))
    days = SelectField("Ends after", choices=choices_of(LIFETIMES))


class NewUserForm(PageForm):
    """An account for somebody."""

    user_name = text_field(
        "User name", LONGEST_USER_NAME, autocomplete="off", autocapitalize="none", spellcheck="false"
    )
    full_name = text_field("Full name", 255, required=False, autocomplete="off")
    email = text_field("E-mail address", 254, required=False, autocomplete="off", type="email")
    role = SelectField("Role", choices=choices_of(ROLES))
    password = secret_field("Password", "new-password")

    def spelt(self, field: str) -> str:
        """Return the form's name of a field: the account's `name` is the user name."""
        return "user_name" if field == "name" else field


def _new_password() -> PasswordField:
    shown: dict[str, Any] = {"autocomplete": "new-password"}
    return PasswordField("New password", [Optional(), Length(max=256)], render_kw=shown)


class UserForm(PageForm):
    """What an administrator may change of somebody; a blank password stays."""

    full_name = text_field("Full name", 255, required=False, autocomplete="off")
    email = text_field("E-mail address", 254, required=False, autocomplete="off", type="email")
    role = SelectField("Role", choices=choices_of(ROLES))
    enabled = BooleanField("May sign in")
    password = _new_password()


class ApplicationForm(PageForm):
    """An account for a program."""

    name = StringField(
        "Name",
        [InputRequired("Please fill this in."), Length(max=LONGEST_USER_NAME)],
        render_kw={"spellcheck": "false"},
    )
    role = SelectField("Role", choices=choices_of(ROLES))
