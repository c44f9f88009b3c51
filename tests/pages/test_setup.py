"""The first administrator: a code that is shown at the start, works once and is kept as a hash."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from core import accounts, first_run
from core.errors import Refusal
from core.house import House
from models import Fact, User
from tests.pages.conftest import Visitor


@pytest.fixture
def empty(house: House) -> House:
    """An instance without an account."""
    with house.database.writing() as session:
        session.execute(delete(User))
    return house


def test_the_code_makes_the_first_administrator_and_signs_them_in(empty: House, client: FlaskClient) -> None:
    code = first_run.offer(empty.database)
    response = Visitor(client).send("/setup", code=code, user_name="ada", full_name="Ada", password="a fine sentence")
    assert (response.status_code, response.location) == (303, "/jobs")
    assert accounts.find(empty.database, "ada").role == "admin"
    assert "<h1>Jobs</h1>" in Visitor(client).see("/jobs")


def test_a_code_is_read_without_case_and_hyphens(empty: House, client: FlaskClient) -> None:
    code = str(first_run.offer(empty.database)).lower().replace("-", " ")
    assert Visitor(client).send("/setup", code=code, user_name="ada", password="a fine sentence").status_code == 303


def test_a_wrong_code_makes_nobody_and_keeps_what_was_typed(empty: House, client: FlaskClient) -> None:
    first_run.offer(empty.database)
    response = Visitor(client).send("/setup", code="AAAA-BBBB-CCCC", user_name="ada", password="a fine sentence")
    assert response.status_code == 422
    assert 'value="ada"' in response.text
    assert "a fine sentence" not in response.text
    assert accounts.is_empty(empty.database)


def test_a_weak_password_is_refused_beside_its_field(empty: House, client: FlaskClient) -> None:
    code = first_run.offer(empty.database)
    response = Visitor(client).send("/setup", code=code, user_name="ada", password="12345678")
    assert re.search(r'id="password-error">[^<]*easy to guess', response.text)


def test_each_start_shows_a_new_code_and_the_one_before_is_dead(empty: House) -> None:
    first, second = first_run.offer(empty.database), first_run.offer(empty.database)
    assert first != second
    with pytest.raises(Refusal):
        first_run.found(empty.database, str(first), "ada", "a fine sentence")


def test_the_code_is_kept_as_a_hash_and_gone_once_used(empty: House) -> None:
    code = str(first_run.offer(empty.database))
    with empty.database.reading() as session:
        assert code not in str(session.scalars(select(Fact.value)).all())
    first_run.found(empty.database, code, "ada", "a fine sentence")
    with empty.database.reading() as session:
        assert session.get(Fact, "setup_code") is None


def test_nobody_is_offered_a_code_once_there_is_an_account(house: House) -> None:
    assert first_run.offer(house.database) is None


def test_the_set_up_page_is_gone_once_there_is_an_account(client: FlaskClient) -> None:
    assert client.get("/setup").location == "/login"


@pytest.mark.usefixtures("empty")
def test_every_page_of_an_empty_instance_leads_to_the_set_up(client: FlaskClient) -> None:
    assert (client.get("/jobs").location, client.get("/login").location) == ("/setup", "/setup")
