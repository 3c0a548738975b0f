"""Ways to lay a training job out over accelerators: all that are legal, the best, and what it hangs on."""
