"""The Spending window: what was spent by day, model, project and batch, compared with Runway's report."""
