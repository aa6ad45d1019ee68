"""Programs with tokens at the API of a house."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.test import TestResponse

from tests.webui.house import House
from webui.api.scopes import GIVEN


class Program:
    """With a token of these scopes; all of them where none is named."""

    def __init__(self, house: House, *scopes: str, agent: str = "", days: int = 0) -> None:
        told = scopes or tuple(str(one) for one in GIVEN)
        self.secret, self.token = house.doors.tokens.make("test", told, "boss", agent=agent, days=days)
        self._client = house.app.test_client()
        self._keys = 0

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        told = {"Authorization": f"Bearer {self.secret}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        if method == "POST" and "Idempotency_Key" not in headers:
            self._keys += 1
            told["Idempotency-Key"] = f"test-{self._keys:08}"
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        if data is not None:
            told.setdefault("Content-Type", "application/json")
        return self._client.open(f"/api/v1{path}", method=method, headers=told, data=data)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any, **headers: str) -> TestResponse:
        return self.ask("POST", path, body, **headers)
