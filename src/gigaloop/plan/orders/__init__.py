"""Purchase orders from a plan's use of bought parts: whole lots at least cost, and what they cost beyond the plan."""
