"""Basic layers: inputs, Dense, Embedding, Activation, Lambda, Masking, Wrapper."""
