"""The OpenAPI documents that Addenda serves, taken at their word by a machine that makes requests of them."""
