"""Mixes the channels of a recording down to one, without inaudible frequencies."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# No voice is lower than 60 Hz; offsets, drift and rumble are. The MP3 ends at 20 kHz, too.
_SILENT_HZ, _WHOLE_HZ, _HIGHEST_HZ = 30.0, 60.0, 20_000.0
_EDGE_S, _LEFT_S = 0.25, 0.1
_BLOCK = 4096  # the FFT of a length that is prime takes three times as long
_SILENT_BELOW = 1000  # a channel is silent at this part of the loudest one's power, 30 dB less
_CANCELLED = 100


class Mix(NamedTuple):
    """One channel, shape (frames,), and the numbers of the channels in it."""

    samples: NDArray[np.int16]
    channels: NDArray[np.intp]


def downmix(samples: NDArray[np.int16], rate: int) -> Mix:
    """Return the mean of (frames, channels) without the silent ones, which would make it quieter.

    Where channels cancel each other out, as with a swapped wire, it is the loudest alone.
    """
    filtered = np.empty_like(samples)
    for number, channel in enumerate(samples.T):
        filtered[:, number] = band_passed(channel, rate)
    power = np.array([_power(channel, rate) for channel in filtered.T])
    loud = np.flatnonzero(power >= power.max() / _SILENT_BELOW)
    mixed = filtered[:, loud].mean(axis=1, dtype=np.float32)
    if _power(mixed, rate) < power.max() / _CANCELLED:
        loud = np.array([power.argmax()])
        mixed = filtered[:, loud[0]]
    return Mix(np.asarray(mixed, np.int16), loud)


def _power(channel: NDArray[np.int16 | np.float32], rate: int) -> float:
    """Return the mean square, without the edges, where the filter leaves some rumble."""
    edge = min(round(_LEFT_S * rate), len(channel) // 4)
    return float(np.square(channel[edge : len(channel) - edge], dtype=np.float32).mean())


def band_passed(channel: NDArray[np.int16], rate: int) -> NDArray[np.int16]:
    """Return one channel, shape (frames,), without offset, drift, rumble and ultrasound.

    The filter has zero phase. Edges are padded with their mirror images, so that an offset makes no click.
    """
    edge = round(_EDGE_S * rate)
    behind = edge + -(len(channel) + 2 * edge) % _BLOCK
    spectrum = np.fft.rfft(np.pad(channel.astype(np.float32), (edge, behind), "symmetric"))
    step_hz = rate / (len(channel) + edge + behind)
    low = (np.arange(int(_WHOLE_HZ / step_hz) + 1) * step_hz).astype(np.float32)
    rising = np.clip((low - _SILENT_HZ) / (_WHOLE_HZ - _SILENT_HZ), 0, 1)
    spectrum[: len(low)] *= np.sin(rising * np.float32(np.pi / 2)) ** 2
    spectrum[round(_HIGHEST_HZ / step_hz) :] = 0
    whole = np.fft.irfft(spectrum)[edge : edge + len(channel)]
    return np.rint(whole).clip(-32768, 32767).astype(np.int16)
