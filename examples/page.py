"""python page.py ADDRESS portrait.jpg voice.mp3: use a running page, such as a Space, by gradio_client.

ADDRESS is OWNER/NAME or http://127.0.0.1:7860. The preview is free; for the paid render add
engine="infinitetalk", consent=True and api_key=...
"""

import sys

from gradio_client import Client, handle_file

address, picture, voice = sys.argv[1:]
client = Client(address, verbose=False)
job = client.submit(
    image=handle_file(picture), audio=handle_file(voice), engine="preview", seconds=5, api_name="/generate"
)
for _, status in job:  # one at each change
    print(status["state"], status["progress"])
video, status = job.result()
print("saved", video["video"] if isinstance(video, dict) else video)
