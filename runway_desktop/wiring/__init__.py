"""The composition root: builds the engine from its services and adapters, and starts and stops it in order.

The only place that names adapters (api, store, keychain, simulator). Used by app, tour and other faces; knows no Qt.
Rules do not belong here: they stand in services and usecases.
"""
