"""What of a training job's time is training: interruptions, checkpoints, spares and stragglers."""
