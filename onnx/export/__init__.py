"""From trained networks to a pack: ONNX graphs, their proof against PyTorch, `pack.json`, and the way back."""
