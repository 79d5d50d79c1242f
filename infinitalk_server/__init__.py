"""The same HTTP API as Segmind's, embedded: it renders a CPU preview instead of the paid video.

Each module is imported by itself (`from infinitalk_server.routes import create_app`), so that whoever needs
one waits for no other's libraries.
"""
