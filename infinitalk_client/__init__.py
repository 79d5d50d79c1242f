"""A client for Segmind's hosted InfiniteTalk model: picture and voice in, talking video out."""
