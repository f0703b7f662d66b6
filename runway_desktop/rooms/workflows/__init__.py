"""The Workflows page: what was published in Runway's web app, its form in the composer, and its runs, node by node."""
