"""What makes results, in addition to single models: workflows published in Runway's web app, and model routers.

runs      published versions, and what is known of a run of one
routing   routers, what one chose for a task, and its list of requests
"""
