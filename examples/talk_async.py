"""python talk_async.py portrait.jpg voice.mp3 talk.mp4: the same, awaited; under asyncio or trio."""

import asyncio
import sys

from infinitalk_client import AsyncClient, TalkRequest


async def main(picture: str, voice: str, target: str) -> None:
    async with AsyncClient() as client:
        request = TalkRequest(image=await client.upload(picture), audio=await client.upload(voice))
        job = await client.submit(request)
        async for look in job.watch():
            print(look.state, f"{look.elapsed_s:.0f} s")
        print("saved", await job.download(target))


asyncio.run(main(*sys.argv[1:]))
