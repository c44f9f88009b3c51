"""What SaferMe's clients are promised."""
