"""Makes the files that visitors bring, good and bad."""

import struct
import subprocess
import wave
import zlib
from pathlib import Path

import numpy as np

from infinitalk_media import ffmpeg

RATE = 16_000


def speech(seconds: float, *, volume: float = 0.3, pauses: bool = True) -> np.ndarray:
    """Something like speech: a hum in syllables, four a second, as 16-bit samples."""
    time = np.arange(round(seconds * RATE)) / RATE
    syllables = (np.sin(2 * np.pi * 4 * time) > -0.6) if pauses else 1
    return (np.sin(2 * np.pi * 220 * time) * syllables * volume * 32767).astype("<i2")


def silence(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE), "<i2")


def write_wav(path: Path, samples: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return path


def wav_with_header(path: Path, *, rate: int = RATE, channels: int = 1, claims: int = 0, data: bytes) -> Path:
    """Write a WAV whose header may lie about rate, channels and length."""
    form = struct.pack(
        "<HHIIHH", 1, channels, rate, (rate * channels * 2) % 2**32, (channels * 2) % 2**16, 16
    )
    head = b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", claims or len(data))
    path.write_bytes(b"RIFF" + struct.pack("<I", (claims or len(data)) % 2**32) + head + data)
    return path


def wav_extensible(path: Path, samples: np.ndarray, *, bits: int) -> Path:
    """Write 16-bit samples as floats of 32 or 64 bits, with the long header of some recorders."""
    size, kind = bits // 8, struct.pack("<H", 3) + bytes.fromhex("000000001000800000aa00389b71")
    form = struct.pack("<HHIIHHHHI", 0xFFFE, 1, RATE, RATE * size, size, bits, 22, bits, 4) + kind
    data = (samples / 32768).astype(f"<f{size}").tobytes()
    head = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data))
    return write(path, b"RIFF" + struct.pack("<I", len(head) + len(data)) + head + data)


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def run_ffmpeg(*arguments: str | Path) -> bytes:
    """Run it, and return what it writes to its standard output."""
    command = [ffmpeg.find(), "-nostdin", "-loglevel", "error", "-y", *map(str, arguments)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def convert(source: Path, target: Path, *arguments: str) -> Path:
    run_ffmpeg("-i", source, *arguments, target)
    return target


def cut(source: Path, target: Path, share: float) -> Path:
    data = source.read_bytes()
    target.write_bytes(data[: round(len(data) * share)])
    return target


def png_of(path: Path, width: int, height: int, *, rows: int | None = None) -> Path:
    """Write a black 1-bit PNG of any size; it packs to almost nothing. `rows` of it are really there."""
    packer = zlib.compressobj(9)
    line = b"\x00" * (1 + (width + 7) // 8)
    body = b"".join(packer.compress(line) for _ in range(height if rows is None else rows)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", body) + png_chunk(b"IEND", b"")
    )
    return path


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
