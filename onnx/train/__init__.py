"""Training of the pack's networks: the shared autoencoder and one denoiser per factor."""
