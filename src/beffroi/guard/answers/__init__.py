"""What doors answer, as types: the OpenAPI document is written from them, and the tests hold every answer to them."""
