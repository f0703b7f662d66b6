"""The Spending window: what was spent, by day, model, project and batch, and what Runway reports beside it."""
