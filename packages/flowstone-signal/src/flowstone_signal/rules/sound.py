"""Gradients of ``flowstone_signal.ops.sound``: none, as in TensorFlow."""

from __future__ import annotations

from flowstone_autodiff import not_differentiable, undefined

from flowstone_signal.ops import sound as ops

not_differentiable(ops.DECODE_WAV)
undefined(
    ops.AUDIO_SPECTROGRAM,
    ops.MFCC,
    because="Use tf.signal.stft and tf.signal.mfccs_from_log_mel_spectrograms, which are differentiable.",
)
