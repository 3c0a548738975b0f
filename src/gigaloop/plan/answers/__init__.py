"""What is asked of a plan beyond the optimum: promises, priorities before money, and plans near the plan at hand."""
