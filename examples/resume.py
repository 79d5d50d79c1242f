"""python resume.py REQUEST_ID talk.mp4: the video of a job that was submitted before, here or elsewhere."""

import sys

from infinitalk_client import Client, JobExpired, JobFailed, JobTimeout

request_id, target = sys.argv[1:]
with Client() as client:
    try:
        print("saved", client.job(request_id).download(target, timeout=600))
    except JobFailed as error:
        sys.exit(f"It failed, and is not charged: {error.detail}")
    except JobExpired:
        entry = client.history(request_id)  # results are kept for an hour, the record for longer
        sys.exit(f"It was {entry.state}; its video is gone.")
    except JobTimeout:
        sys.exit("Not yet: run this again.")
