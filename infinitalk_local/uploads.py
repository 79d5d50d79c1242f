"""Uploaded inputs arrive as data URLs inside JSON."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from infinitalk_local.files import SUFFIXES
from infinitalk_local.refusals import Refusal

ASSET_MAX = 50 * 1024**2
BODY_MAX = 2 * ASSET_MAX
ASSETS_MAX = 10


def data_urls(body: Mapping[str, Any]) -> list[str]:
    """Return the data URLs of an upload.

    Raises:
        Refusal: there are none, or too many (400).
    """
    urls = body.get("data_urls")
    if not isinstance(urls, list) or not 1 <= len(urls) <= ASSETS_MAX:
        raise Refusal(400, f"data_urls must be a list of 1 to {ASSETS_MAX} data URLs")
    if not all(isinstance(url, str) for url in urls):
        raise Refusal(400, "data_urls must hold strings")
    return urls


def decode(url: str) -> tuple[bytes, str]:
    """Return the bytes and the file suffix of one data URL.

    Raises:
        Refusal: no base64 data URL, empty, of an unknown type (400), or too large (413).
    """
    head, _, payload = url.partition(",")
    if not head.startswith("data:") or not head.endswith(";base64"):
        raise Refusal(400, "Each asset must be a base64 data URL")
    if len(payload) > ASSET_MAX * 4 // 3 + 4:
        raise Refusal(413, f"An asset is larger than {ASSET_MAX // 1024**2} MB")
    suffix = SUFFIXES.get(head.removeprefix("data:").split(";")[0].lower())
    if suffix is None:
        raise Refusal(400, "Unsupported file type")
    try:
        data = base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refusal(400, "Each asset must be a base64 data URL") from error
    if not data:
        raise Refusal(400, "An asset is empty")
    return data, suffix
