"""What the worker is told of mail: a server and a sender in production, files in a demonstration, never in clear."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from beffroi.config.mail import mail
from beffroi.config.mailing import mailing_of
from beffroi.config.secret_files import write_private
from beffroi.config.settings import SettingMissing, load
from beffroi.guard.notifying.settings import Folder, Security, Smtp
from tests.config.test_settings import production
from tests.guard.notifying.mailbox import Mailbox, mail_server, text_of

SAID = {"BEFFROI_SMTP_URL": "smtp://mail.example.fr", "BEFFROI_MAIL_FROM": "beffroi@example.fr"}


def server(folder: Path, **changes: str) -> Smtp:
    found = mailing_of(load({**production(folder), **SAID, **changes})).to
    assert isinstance(found, Smtp)
    return found


def test_production_without_a_mail_server_or_a_sender_refuses_to_start(tmp_path: Path) -> None:
    for name in SAID:
        with pytest.raises(SettingMissing, match=name):
            mailing_of(load({**production(tmp_path), **SAID, name: ""}))
    assert mailing_of(load({**production(tmp_path), **SAID})).console_url == "https://dossiers.example.fr"


@pytest.mark.parametrize(
    ("url", "port", "security"),
    [
        ("smtp://mail.example.fr", 587, Security.STARTTLS),
        ("smtp://127.0.0.1:2525", 2525, Security.STARTTLS),
        ("smtps://mail.example.fr", 465, Security.TLS),
        ("smtp+plain://127.0.0.1", 25, Security.NONE),
    ],
)
def test_address_of_the_server_says_how_the_way_is_protected(
    tmp_path: Path, url: str, port: int, security: Security
) -> None:
    found = server(tmp_path, BEFFROI_SMTP_URL=url)
    assert (found.port, found.security) == (port, security)


@pytest.mark.parametrize(
    "url",
    [
        "smtp+plain://mail.example.fr:25",
        "smtp://worker:password@mail.example.fr",
        "smtp://mail.example.fr/inbox",
        "smtp://mail.example.fr:port",
        "smtp://",
        "http://mail.example.fr",
        "mail.example.fr",
    ],
)
def test_address_that_is_in_clear_elsewhere_or_holds_a_password_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingMissing, match="BEFFROI_SMTP_URL") as refused:
        server(tmp_path, BEFFROI_SMTP_URL=url)
    assert "worker:password" not in str(refused.value)


def test_password_comes_from_a_file_that_its_owner_alone_may_read(tmp_path: Path) -> None:
    file = tmp_path / "smtp-password"
    write_private(file, "a secret\n")
    login = {"BEFFROI_SMTP_USER": "worker", "BEFFROI_SMTP_PASSWORD_FILE": str(file)}
    found = server(tmp_path, **login)
    assert (found.user, found.password) == ("worker", "a secret")
    assert "a secret" not in repr(found)
    for name in login:
        with pytest.raises(SettingMissing, match="go together"):
            server(tmp_path, **{**login, name: ""})
    with pytest.raises(SettingMissing, match="is not read"):
        server(tmp_path, **login, BEFFROI_SMTP_PASSWORD="a secret")
    with pytest.raises(SettingMissing, match=r"smtp\+plain"):
        server(tmp_path, **login, BEFFROI_SMTP_URL="smtp+plain://127.0.0.1")
    file.chmod(0o640)
    with pytest.raises(SettingMissing, match="open to other accounts"):
        server(tmp_path, **login)


@pytest.mark.parametrize(
    "sender", ["beffroi", "Beffroi <beffroi@example.fr>", "a@example.fr, b@example.fr", "a@b\r\nX: y"]
)
def test_sender_that_is_not_one_plain_address_is_refused(tmp_path: Path, sender: str) -> None:
    with pytest.raises(SettingMissing, match="BEFFROI_MAIL_FROM"):
        server(tmp_path, BEFFROI_MAIL_FROM=sender)


def test_demonstration_writes_files_and_sends_to_no_other_machine(tmp_path: Path) -> None:
    said = {"BEFFROI_MODE": "demonstration", "BEFFROI_STATE": str(tmp_path)}
    assert mailing_of(load(said)).to == Folder(tmp_path / "mail")
    with pytest.raises(SettingMissing, match="this machine only"):
        mailing_of(load({**said, **SAID}))
    assert isinstance(mailing_of(load({**said, **SAID, "BEFFROI_SMTP_URL": "smtp://localhost"})).to, Smtp)


def test_operator_tries_the_sending_and_reads_why_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    box = Mailbox()
    with mail_server(tmp_path, box=box):
        said = {
            "BEFFROI_MODE": "demonstration", "BEFFROI_STATE": str(tmp_path),
            "BEFFROI_SMTP_URL": f"smtp://localhost:{box.port}", "BEFFROI_MAIL_FROM": "beffroi@example.fr",
            "BEFFROI_SMTP_CA_FILE": str(box.authority),
        }  # fmt: skip
        for name, value in said.items():
            monkeypatch.setenv(name, value)
        done = CliRunner().invoke(mail, ["test", "--to", "ops@example.fr"])
        assert done.exit_code == 0, done.output
        [sent] = box.to("ops@example.fr")
        assert "Ceci est un essai d’envoi." in text_of(sent)
        box.refusing["ops@example.fr"] = "550 ops@example.fr is unknown"
        refused = CliRunner().invoke(mail, ["test", "--to", "ops@example.fr"])
        assert str(refused.exception) == "mail server: smtp-550"
        monkeypatch.delenv("BEFFROI_SMTP_CA_FILE")
        unknown = CliRunner().invoke(mail, ["test", "--to", "ops@example.fr"])
        assert str(unknown.exception) == "mail server: certificate"
    down = CliRunner().invoke(mail, ["test", "--to", "ops@example.fr"])
    assert str(down.exception) == "mail server: connection"
