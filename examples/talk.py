"""python talk.py portrait.jpg voice.mp3 talk.mp4: two files become a video.

The key is SEGMIND_API_KEY. To try it for free: run `python -m infinitalk_server`, and set
INFINITALK_BASE_URL=http://127.0.0.1:8000 and any key.
"""

import sys

from infinitalk_client import Client, TalkRequest

picture, voice, target = sys.argv[1:]
with Client() as client:
    request = TalkRequest(image=client.upload(picture), audio=client.upload(voice))
    job = client.submit(request)  # the one call that costs money; it is sent once
    print("submitted", job.request_id)
    for look in job.watch():
        print(look.state, f"{look.elapsed_s:.0f} s")
    print("saved", job.download(target), "for", look.metrics.cost, "USD")
