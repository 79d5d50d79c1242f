"""The same HTTP API as Segmind's, embedded: it renders a CPU preview instead of the paid video.

Each module is imported by itself (`from infinitalk_local.server import create_app`): a render is a process of
its own, and would wait longer for the server's libraries than for those that it needs.
"""
