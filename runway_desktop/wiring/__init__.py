"""The composition root: builds the engine from its services and adapters, starts it and stops it in order. No Qt.

The only package that imports adapters (api, store, keychain, simulator) to connect them to the engine. Rules do not
belong here: they are in services and usecases.

To add
- something that closing has to wait for, or has to give up: a `Stage` in `build`;
- an environment variable: `environment`, which removes the key and a bundle's libraries from it once, at start.
"""
