"""uvicorn service:app: a web service of your own around the asynchronous client, without a memory of jobs."""

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, RedirectResponse

from infinitalk_client import AsyncClient, InfinitalkError, TalkRequest

client = AsyncClient()  # one pool of connections, for as long as the process lives
app = FastAPI()


@app.exception_handler(InfinitalkError)
async def explain(_: Request, error: InfinitalkError) -> JSONResponse:
    return JSONResponse({"error": str(error)}, 502)


@app.post("/talks")
async def submit(image: str, audio: str) -> str:
    return (await client.submit(TalkRequest(image, audio))).request_id


@app.get("/talks/{request_id}")
async def video(request_id: str) -> RedirectResponse:
    if result := await client.job(request_id).result():
        return RedirectResponse(result.url)
    raise HTTPException(425, "Not finished yet")
