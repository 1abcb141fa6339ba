"""接口: the same acts for other programs, as JSON: `/api`, described by `/api/openapi.json`."""
