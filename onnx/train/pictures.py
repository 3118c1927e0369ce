"""Maps as the 3-channel pictures in [-1, 1] that the shared encoder reads.

The engine paints the same pictures from given or edited maps; both follow `onnx/README.md`, section "Pictures".
"""

import numpy as np
import torch

from world import pose
from world.classes import LATEST
from world.classes import palette as colours_of

from .networks import CLASS_SLOTS

# Boundary pixels keep the hue of their class and lose most of its light.
BOUNDARY_SHADE = 0.4


def palette() -> np.ndarray:
    """RGB u8 [40, 3]: a slot has one colour in all versions of the world that use it."""
    return np.array(colours_of(LATEST), np.uint8)


def classes_picture(classes: np.ndarray, boundary: np.ndarray) -> torch.Tensor:
    """classes u8 [B, H, W], boundary bool [B, H, W] -> [B, 3, H, W]."""
    colours = palette().astype(np.float32)
    both = np.concatenate([colours, colours * BOUNDARY_SHADE]) / 127.5 - 1
    picture = both[classes.astype(np.intp) + CLASS_SLOTS * boundary]
    return torch.from_numpy(picture).permute(0, 3, 1, 2).contiguous()


def grey_picture(values: np.ndarray) -> torch.Tensor:
    """Depth (1 = near) or sketch (1 = line), f32 [B, H, W] in [0, 1] -> three equal channels [B, 3, H, W]."""
    return (torch.from_numpy(values)[:, None] * 2 - 1).expand(-1, 3, -1, -1).contiguous()


def image_picture(image: np.ndarray) -> torch.Tensor:
    """RGB u8 [B, H, W, 3] -> [B, 3, H, W]."""
    return torch.from_numpy(image).permute(0, 3, 1, 2).float() / 127.5 - 1


def pose_picture(keypoints: np.ndarray, side: int, size: int) -> torch.Tensor:
    """Joints f32 [B, P, 18, 3] in pixels of a picture of side `side` -> skeletons painted at side `size`, [B, 3, size, size]."""
    scaled = keypoints * np.array([size / side, size / side, 1], np.float32)
    return image_picture(np.stack([pose.paint(people, size) for people in scaled]))


def bytes_of(picture: torch.Tensor) -> np.ndarray:
    """[B, 3, H, W] in [-1, 1] -> RGB u8 [B, H, W, 3]."""
    return ((picture.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).cpu().numpy()
