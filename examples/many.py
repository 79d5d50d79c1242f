"""python many.py portrait.jpg one.mp3 two.mp3 ...: one picture says many things, three at a time."""

import asyncio
import sys
from pathlib import Path

from infinitalk_client import AsyncClient, InfinitalkError, TalkRequest

AT_A_TIME = 3


async def say(client: AsyncClient, image: str, voice: str, places: asyncio.Semaphore) -> None:
    async with places:
        try:
            request = TalkRequest(image=image, audio=await client.upload(voice))
            print("saved", await client.generate(request, Path(voice).with_suffix(".mp4").name))
        except InfinitalkError as error:  # one that fails does not stop the others
            print("no video for", voice, "-", error)


async def main(picture: str, *voices: str) -> None:
    async with AsyncClient() as client, asyncio.TaskGroup() as group:
        image, places = await client.upload(picture), asyncio.Semaphore(AT_A_TIME)
        for voice in voices:
            group.create_task(say(client, image, voice, places))


asyncio.run(main(*sys.argv[1:]))
