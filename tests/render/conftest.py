"""What is drawn in the process of a test takes one thread: there are as many workers as cores already."""

import cv2

cv2.setNumThreads(1)
