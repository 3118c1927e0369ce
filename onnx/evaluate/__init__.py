"""What a pack is worth: it runs the exported graphs, as the editor does, on captions kept out of training."""
