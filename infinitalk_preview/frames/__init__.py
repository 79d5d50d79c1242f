"""Video frames: their colour planes, warping, the watermark, and the encoder that makes an MP4 of them."""
