"""Outside lines: calls that come in, calls that go out, and emergency calls, which go before all."""
