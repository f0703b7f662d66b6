"""Workflows: graphs that people build and publish in Runway's web app.

runs    published versions, and what is known of a run of one
"""
