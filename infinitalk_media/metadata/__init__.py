"""Strips the files of pictures of all that their pixels do not need, one module for each format.

Browsers ignore a broken comment, profile or resolution; Pillow refuses the whole picture for it.
"""
