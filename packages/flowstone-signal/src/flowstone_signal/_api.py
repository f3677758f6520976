"""The public names that flowstone-signal gives to ``tf.*``; nothing is imported here."""

_MODULES = {
    "ops.fft": """
        fft ifft fft2d ifft2d fft3d ifft3d rfft irfft rfft2d irfft2d rfft3d irfft3d fftnd ifftnd rfftnd irfftnd
    """,
    "shifts": "fftshift ifftshift",
    "frames": "frame overlap_and_add",
    "windows": "hann_window hamming_window kaiser_window kaiser_bessel_derived_window vorbis_window",
    "spectral": "stft inverse_stft inverse_stft_window_fn",
    "cosine": "dct idct mdct inverse_mdct",
    "mel": "linear_to_mel_weight_matrix mfccs_from_log_mel_spectrograms",
}

PUBLIC: dict[str, str] = {
    f"signal.{name}": f"flowstone_signal.{module}:{name}"
    for module, names in _MODULES.items()
    for name in names.split()
} | {
    "audio.decode_wav": "flowstone_signal.audio:decode_wav",
    "audio.encode_wav": "flowstone_signal.audio:encode_wav",
}
