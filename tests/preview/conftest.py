"""Limits OpenCV to one thread in a test process: there are as many test workers as cores already."""

import cv2

cv2.setNumThreads(1)
