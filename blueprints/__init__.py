"""The mouths of Addenda: each speaks one language to the core and refuses to know the others."""
