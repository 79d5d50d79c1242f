"""The CPU preview: one picture and one voice clip in, an MP4 out."""
