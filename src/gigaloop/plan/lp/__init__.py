"""The plan's linear programme: its blocks of columns and rows, and how it is put together and solved."""
