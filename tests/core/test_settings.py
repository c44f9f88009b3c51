"""What the settings take, refuse and keep to themselves."""

from __future__ import annotations

import stat
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from core.settings import GiB, MiB, Settings, SettingsError, load

Loader = Callable[..., Settings]


@pytest.fixture
def settle(tmp_path: Path) -> Loader:
    """Load settings for an instance in the temporary folder, with more variables by keyword."""

    def settle(**more: str) -> Settings:
        return load({"ADDENDA_INSTANCE": str(tmp_path / "instance"), **more})

    return settle


def write_config(tmp_path: Path, text: str) -> None:
    (tmp_path / "instance").mkdir(mode=0o700)
    (tmp_path / "instance" / "config.toml").write_text(text, encoding="utf-8")


def test_defaults_are_those_of_the_contract(settle: Loader, tmp_path: Path) -> None:
    settings = settle()
    assert settings.database_url == f"sqlite:///{tmp_path}/instance/db.sqlite3"
    assert settings.queue_url == f"sqlite:///{tmp_path}/instance/queue.sqlite3"
    assert (settings.max_upload, settings.max_json, settings.disk_reserve) == (5 * GiB, 64 * MiB, 16 * MiB)
    assert (settings.retention_days, settings.versions, settings.trusted_proxies) == (30, 5, 0)
    assert (settings.upload_bucket, settings.timezone, settings.base_url) == ("addenda-uploads", "UTC", None)
    assert (settings.trusted_hosts, settings.cors_origins, settings.admin_password) == ((), (), None)


def test_instance_lies_in_the_checkout_unless_it_is_named(tmp_path: Path) -> None:
    assert load({}, checkout=tmp_path).instance == tmp_path / "instance"


def test_first_run_makes_a_private_folder_and_secrets(settle: Loader) -> None:
    settings = settle()
    secrets = settings.instance / "secrets.json"
    assert stat.S_IMODE(settings.instance.stat().st_mode) == 0o700
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    assert len(settings.secret_key) == 32
    assert sorted(path.name for path in settings.instance.iterdir()) == ["secrets.json"]


def test_second_run_finds_the_same_secrets(settle: Loader) -> None:
    first, second = settle(), settle()
    assert (first.secret_key, first.upload_secret_key) == (second.secret_key, second.upload_secret_key)


def test_two_instances_share_no_secret(tmp_path: Path) -> None:
    one = load({"ADDENDA_INSTANCE": str(tmp_path / "one")})
    two = load({"ADDENDA_INSTANCE": str(tmp_path / "two")})
    assert one.secret_key != two.secret_key
    assert one.upload_access_key != two.upload_access_key


def test_secrets_never_show_in_a_repr(settle: Loader) -> None:
    settings = settle(
        ADDENDA_ADMIN_PASSWORD="sesame-1",
        ADDENDA_DATABASE_URL="postgresql://u:sesame-2@db/x",
        ADDENDA_QUEUE_URL="redis://:sesame-3@queue",
    )
    assert "sesame" not in repr(settings)
    assert settings.upload_secret_key not in repr(settings)
    assert repr(settings.secret_key) not in repr(settings)


def test_environment_wins_over_the_file(settle: Loader, tmp_path: Path) -> None:
    write_config(
        tmp_path, 'versions = 7\nmax_upload = "1 GiB"\ncors_origins = ["https://a.example", "http://b:8080"]\n'
    )
    settings = settle(ADDENDA_VERSIONS="9")
    assert settings.versions == 9
    assert settings.max_upload == GiB
    assert settings.cors_origins == ("https://a.example", "http://b:8080")


def test_an_empty_variable_counts_as_not_set(settle: Loader, tmp_path: Path) -> None:
    write_config(tmp_path, "versions = 7\n")
    assert settle(ADDENDA_VERSIONS="").versions == 7


@pytest.mark.parametrize(
    ("text", "size"),
    [("0.5 KiB", 512), ("7B", 7), ("7 B", 7), ("3 KiB", 3072), ("2MiB", 2 * MiB), ("1 TiB", 1024 * GiB)],
)
def test_sizes_are_a_number_with_a_unit(settle: Loader, text: str, size: int) -> None:
    assert settle(ADDENDA_MAX_UPLOAD=text).max_upload == size


def test_plain_postgresql_is_read_as_psycopg(settle: Loader) -> None:
    assert settle(ADDENDA_DATABASE_URL="postgresql://u@h/d").database_url == "postgresql+psycopg://u@h/d"


def test_lists_are_separated_by_commas(settle: Loader) -> None:
    assert settle(ADDENDA_TRUSTED_HOSTS="a.example, .B.example").trusted_hosts == ("a.example", ".b.example")


def test_base_url_loses_its_slash_and_default_port(settle: Loader) -> None:
    assert settle(ADDENDA_BASE_URL="https://Files.example:443/").base_url == "https://files.example"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ADDENDA_COLOUR", "blue"),
        ("ADDENDA_MAX_UPLOAD", "5"),
        ("ADDENDA_MAX_UPLOAD", "5 GB"),
        ("ADDENDA_MAX_UPLOAD", "-5 GiB"),
        ("ADDENDA_MAX_UPLOAD", "\u0665 GiB"),
        ("ADDENDA_MAX_UPLOAD", "0 B"),
        ("ADDENDA_MAX_JSON", "much"),
        ("ADDENDA_DISK_RESERVE", "16"),
        ("ADDENDA_VERSIONS", "-1"),
        ("ADDENDA_VERSIONS", "five"),
        ("ADDENDA_RETENTION_DAYS", "1.5"),
        ("ADDENDA_TRUSTED_PROXIES", "11"),
        ("ADDENDA_TRUSTED_HOSTS", "https://a.example"),
        ("ADDENDA_TRUSTED_HOSTS", "a.example:8000"),
        ("ADDENDA_BASE_URL", "files.example"),
        ("ADDENDA_BASE_URL", "https://files.example/sub"),
        ("ADDENDA_BASE_URL", "https://user@files.example"),
        ("ADDENDA_BASE_URL", "https://files.example:port"),
        ("ADDENDA_CORS_ORIGINS", "*"),
        ("ADDENDA_DATABASE_URL", "mysql://u@h/d"),
        ("ADDENDA_DATABASE_URL", "sqlite://"),
        ("ADDENDA_DATABASE_URL", "sqlite:///relative.db"),
        ("ADDENDA_DATABASE_URL", "sqlite:////a/b?mode=memory"),
        ("ADDENDA_QUEUE_URL", "amqp://queue"),
        ("ADDENDA_QUEUE_URL", "sqlite:///relative.db"),
        ("ADDENDA_TIMEZONE", "Atlantis/Capital"),
        ("ADDENDA_TIMEZONE", "../../etc/passwd"),
        ("ADDENDA_TIMEZONE", "Europe"),
        ("ADDENDA_UPLOAD_BUCKET", "api"),
        ("ADDENDA_UPLOAD_BUCKET", "healthz"),
        ("ADDENDA_UPLOAD_BUCKET", "A/B"),
        ("ADDENDA_UPLOAD_BUCKET", "ab"),
    ],
)
def test_a_bad_value_is_refused_in_one_line_that_names_it(settle: Loader, name: str, value: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        settle(**{name: value})
    assert str(refusal.value).startswith(f"{name}: ")
    assert "\n" not in str(refusal.value)


def test_half_a_key_pair_is_refused_by_the_name_of_the_missing_half(settle: Loader) -> None:
    with pytest.raises(SettingsError, match=r"^ADDENDA_UPLOAD_SECRET_KEY: "):
        settle(ADDENDA_UPLOAD_ACCESS_KEY="AK")


@pytest.mark.parametrize(
    "text",
    ["colour = 1", 'instance = "/elsewhere"', "versions = true", "versions = 1.5", "max_upload = 5", 'timezone = "X"'],
)
def test_a_bad_line_in_the_file_is_refused_by_its_name(settle: Loader, tmp_path: Path, text: str) -> None:
    write_config(tmp_path, text)
    with pytest.raises(SettingsError, match=rf"^{text.split(maxsplit=1)[0]} in .*config\.toml: "):
        settle()


def test_a_file_that_is_no_toml_is_refused(settle: Loader, tmp_path: Path) -> None:
    write_config(tmp_path, "versions: 5")
    with pytest.raises(SettingsError, match=r"config\.toml cannot be read"):
        settle()


def test_secrets_that_others_can_read_are_refused(settle: Loader) -> None:
    (settle().instance / "secrets.json").chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        settle()


def test_damaged_secrets_are_refused_and_left_alone(settle: Loader) -> None:
    path = settle().instance / "secrets.json"
    path.write_text("{}")
    with pytest.raises(SettingsError, match="damaged"):
        settle()
    assert path.read_text() == "{}"


def test_secrets_are_not_read_through_a_link(settle: Loader, tmp_path: Path) -> None:
    path = settle().instance / "secrets.json"
    path.rename(tmp_path / "moved.json")
    path.symlink_to(tmp_path / "moved.json")
    with pytest.raises(SettingsError, match="cannot be read"):
        settle()


def test_an_instance_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    with pytest.raises(SettingsError, match="chmod 700"):
        load({"ADDENDA_INSTANCE": str(tmp_path / "open")})


def test_an_instance_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"^ADDENDA_INSTANCE: "):
        load({"ADDENDA_INSTANCE": str(tmp_path / "file")})


def test_variables_of_others_are_left_alone(tmp_path: Path) -> None:
    environ: Mapping[str, str] = {"ADDENDA_INSTANCE": str(tmp_path / "i"), "PATH": "/bin", "MY_ADDENDA_COLOUR": "blue"}
    assert load(environ).instance == tmp_path / "i"
