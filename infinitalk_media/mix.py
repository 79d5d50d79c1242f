"""From a recording's channels to the one that is sent, without what nobody hears in it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# No voice is lower than 60 Hz; offsets, drift and rumble are. The MP3 that is sent ends at 20 kHz, too.
_SILENT_HZ, _WHOLE_HZ, _HIGHEST_HZ = 30.0, 60.0, 20_000.0
_EDGE_S, _LEFT_S = 0.25, 0.1
_BLOCK = 4096  # a length that is a prime number takes three times as long to transform
_FARTHER = 1000  # in power, 30 dB: what is so much quieter than the loudest channel is silent
_CANCELLED = 100


class Mix(NamedTuple):
    """One channel, shape (frames,), and which of the recording's channels are in it."""

    samples: NDArray[np.int16]
    channels: NDArray[np.intp]


def mono(samples: NDArray[np.int16], rate: int) -> Mix:
    """Mix (frames, channels) down to one: what is judged is what will be sent.

    Silent channels take no part: they would only make it quieter. Where the others cancel each other out, as
    with one wire swapped, the loudest is taken alone.
    """
    heard = np.empty_like(samples)
    for number, channel in enumerate(samples.T):
        heard[:, number] = audible(channel, rate)
    power = np.array([_power(channel, rate) for channel in heard.T])
    loud = np.flatnonzero(power >= power.max() / _FARTHER)
    mixed = heard[:, loud].mean(axis=1, dtype=np.float32)
    if _power(mixed, rate) < power.max() / _CANCELLED:
        loud = np.array([power.argmax()])
        mixed = heard[:, loud[0]]
    return Mix(np.asarray(mixed, np.int16), loud)


def _power(channel: NDArray[np.int16 | np.float32], rate: int) -> float:
    """Return the mean square without the edges, where something is left of a rumble."""
    edge = min(round(_LEFT_S * rate), len(channel) // 4)
    return float(np.square(channel[edge : len(channel) - edge], dtype=np.float32).mean())


def audible(channel: NDArray[np.int16], rate: int) -> NDArray[np.int16]:
    """Return one channel, shape (frames,), without offset, drift, rumble, and what is above hearing.

    The filter shifts nothing in time. It is given the edges' mirror images, so that an offset does not begin
    and end with a click.
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
