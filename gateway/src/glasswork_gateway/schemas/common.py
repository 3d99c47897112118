"""What several types of the API share, and signing in."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Item = TypeVar("Item")
Graph = Annotated[dict[str, Any], Field(description="A model document: model.json, format 1.")]
State = Literal["PENDING", "RUNNING", "PAUSED", "SUCCEEDED", "FAILED", "CANCELLED"]


class Request(BaseModel):
    """The body of a request; unknown names and values of another type, as "0.7" for a number, are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Page(BaseModel, Generic[Item]):
    """A part of a list."""

    items: list[Item]
    next_page_token: str = Field(description="Give it as page_token to go on; empty at the end.")


class Health(BaseModel):
    """How Glasswork is."""

    status: Literal["ok", "starting", "degraded"]
    version: str
    services: dict[str, Literal["serving", "starting", "down"]]


class SessionRequest(Request):
    """What is shown for a session: one of the two."""

    token: str | None = None
    code: str | None = Field(None, description="The code after # in the printed address; good once.")
