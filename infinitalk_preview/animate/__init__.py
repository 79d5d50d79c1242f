"""What moves in the video: mouth, eyes and head, or the whole picture where no face is found."""
