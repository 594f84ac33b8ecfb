"""People, sign-in and API tokens. Knows neither the pages nor the embedded server."""
