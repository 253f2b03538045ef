"""Settings: one field each, read from the environment only, refused in one French sentence."""

import os
import subprocess
import sys

import pytest

from dashboard.settings import ROOT, Settings, fields_by_name, load_settings, setting_bounds

PROVIDER = {
    "OIDC_ISSUER": "https://identite.exemple.bj/realms/mtfp",
    "OIDC_CLIENT_ID": "tableau",
    "OIDC_CLIENT_SECRET": "tenu secret",
}


@pytest.fixture
def reading(monkeypatch):
    """The settings that these variables give."""

    def read(**variables: str) -> Settings:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        load_settings.cache_clear()
        return load_settings()

    yield read
    load_settings.cache_clear()


@pytest.mark.parametrize("name, field", fields_by_name().items())
def test_a_setting_says_what_it_means_and_what_it_may_be(name, field):
    assert field.metadata["meaning"] and name == name.lower()
    assert (field.type is int) == (setting_bounds(name) is not None)
    if between := setting_bounds(name):
        assert between[0] <= field.default <= between[1]


def test_a_variable_is_read_without_the_blanks_around_it_and_a_blank_one_is_none(reading):
    found = reading(WAIT_THRESHOLD_MINUTES=" 20 ", PRODUCT_NAME="  ", LOGO=" ", STALE_DAYS="")
    assert (found.wait_threshold_minutes, found.stale_days) == (20, 10)
    assert (found.product_name, found.logo) == ("Tableau de bord CCSP", "")


@pytest.mark.parametrize("name", [n for n in fields_by_name() if setting_bounds(n)])
def test_a_number_is_taken_to_its_bounds_and_refused_beyond(reading, name):
    if name == "local_accounts":
        reading(**PROVIDER)  # without one nobody could sign in
    low, high = setting_bounds(name)
    assert [getattr(reading(**{name.upper(): str(n)}), name) for n in (low, high)] == [low, high]
    for wrong in (str(low - 1), str(high + 1), "dix", "2.5", "9" * 5_000):
        with pytest.raises(ValueError) as refused:
            reading(**{name.upper(): wrong})
        assert str(refused.value) == (
            f"{name.upper()} : un nombre entier de {low} à {high} est attendu, lu « {wrong} »."
        )


def test_a_provider_of_identities_is_named_wholly_or_not_at_all(reading):
    for missing in PROVIDER:
        with pytest.raises(ValueError, match=rf"vont ensemble : il manque {missing}"):
            reading(**PROVIDER | {missing: ""})
    assert reading(**PROVIDER).identity_sources == {None, PROVIDER["OIDC_ISSUER"]}


@pytest.mark.parametrize(
    "wrong, said",
    [
        ({"OIDC_ISSUER": "identite.exemple.bj"}, "OIDC_ISSUER : une adresse comme"),
        ({"OIDC_ISSUER": "http://identite.exemple.bj"}, "OIDC_ISSUER : une adresse comme"),
        ({"OIDC_ISSUER": "https://identite.exemple.bj?x=1"}, "OIDC_ISSUER : une adresse comme"),
        ({"OIDC_SCOPES": "openid"}, "OIDC_SCOPES : openid et email"),
        ({**dict.fromkeys(PROVIDER, ""), "LOCAL_ACCOUNTS": "0"}, "LOCAL_ACCOUNTS=0 ne laisse"),
    ],
)
def test_a_provider_that_cannot_be_is_refused_in_a_sentence(reading, wrong, said):
    with pytest.raises(ValueError) as refused:
        reading(**PROVIDER | wrong)
    assert str(refused.value).startswith(said) and PROVIDER["OIDC_CLIENT_SECRET"] not in str(
        refused.value
    )


def test_the_secret_of_a_provider_may_stand_in_a_file(reading, tmp_path):
    (tmp_path / "secret").write_text("du fichier\n", encoding="utf-8")
    found = reading(
        **PROVIDER | {"OIDC_CLIENT_SECRET": ""}, OIDC_CLIENT_SECRET_FILE=str(tmp_path / "secret")
    )
    assert found.oidc_client_secret == "du fichier" and "du fichier" not in repr(found)


def test_a_logo_that_is_not_there_is_named(reading, tmp_path):
    with pytest.raises(ValueError, match=r"^LOGO : le fichier « .*rien.png » n'existe pas\.$"):
        reading(LOGO=str(tmp_path / "rien.png"))


def test_the_environment_is_all_that_is_read(reading, tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("STALE_DAYS=77\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("stale_days", "78")
    assert reading().stale_days == 10


@pytest.mark.parametrize(
    "module",
    ["db status", "dashboard indicators --from 2025-01-01 --to 2025-12-31 --by nation",
     "scripts.start"],
)  # fmt: skip
def test_every_command_says_in_one_sentence_which_setting_cannot_be(module):
    done = subprocess.run(
        [sys.executable, "-m", *module.split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "WAIT_THRESHOLD_MINUTES": "beaucoup"},
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1 and "WAIT_THRESHOLD_MINUTES" in done.stderr


def test_no_secret_has_a_default():
    """Nor is one shown where settings are."""
    secrets = {n: one for n, one in fields_by_name().items() if one.metadata.get("secret")}
    assert set(secrets) == {"database_url", "oidc_client_secret"}
    assert (
        secrets["oidc_client_secret"].default == "" and "@" not in secrets["database_url"].default
    )
    settings = Settings(database_url="postgresql://u:geheim@h/b", oidc_client_secret="geheim")
    assert "geheim" not in repr(settings)


def test_settings_need_neither_streamlit_nor_the_database():
    asked = "import sys, dashboard.settings as s; s.load_settings(); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not {"streamlit", "sqlalchemy", "pandas"} & set(done.stdout.split())


def test_the_address_of_the_database_may_stand_in_a_file(reading, tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    secret = tmp_path / "adresse"
    secret.write_text("postgresql://ccsp:secret@serveur/ccsp\n", encoding="utf-8")
    assert reading(DATABASE_URL_FILE=str(secret)).database_url.endswith("secret@serveur/ccsp")
    assert reading(DATABASE_URL="sqlite://").database_url == "sqlite://"
    monkeypatch.delenv("DATABASE_URL")
    with pytest.raises(ValueError, match="^DATABASE_URL_FILE : le fichier « .*rien » ne peut"):
        reading(DATABASE_URL_FILE=str(tmp_path / "rien"))
