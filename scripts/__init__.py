"""What set-up runs, each module by `python -m scripts.…`; nothing here is imported by Addenda itself."""
