"""The desk's settings, each from the variable `FIRSTCOVER_DESK_<NAME>`."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from service.accounts import Policy

MIB = 1024 * 1024


class DeskSettings(BaseSettings):
    """Where the desk listens, and how strict it is."""

    model_config = SettingsConfigDict(env_prefix="FIRSTCOVER_DESK_", frozen=True)

    host: str = "127.0.0.1"
    #: 0 takes any free port.
    port: int = 8080
    #: Whether the demonstration's officers sign in by one click: never beside real offices.
    one_click: bool = False
    #: Whether browsers send cookies by HTTPS only: on wherever the desk is reached through a proxy with TLS.
    secure_cookies: bool = False
    failures: int = Field(default=5, ge=1)
    locked_minutes: int = Field(default=15, ge=1)
    idle_minutes: int = Field(default=30, ge=1)
    absolute_hours: int = Field(default=12, ge=1)
    #: The most a request may bring: a form with several documents among it.
    most_bytes: int = 64 * MIB
    #: How often one address may search in public or use the API, try a password, and send a first submission (its
    #: previews among it), a minute; 0 sets no limit.
    searches_a_minute: int = Field(default=240, ge=0)
    sign_ins_a_minute: int = Field(default=20, ge=0)
    applies_a_minute: int = Field(default=20, ge=0)

    @property
    def policy(self) -> Policy:
        """When an account locks and a session ends."""
        return Policy(
            failures=self.failures,
            locked_for=timedelta(minutes=self.locked_minutes),
            idle=timedelta(minutes=self.idle_minutes),
            absolute=timedelta(hours=self.absolute_hours),
        )
