"""What Addenda knows, deaf to HTTP: the verbs, the rights, the store; it refuses to know any request or API."""
