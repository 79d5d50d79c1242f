"""The same HTTP API as Segmind's, embedded: it renders a CPU preview instead of the paid video."""
