"""What a machine does on a transformer: times of operators, collectives and schedules, and memory."""
