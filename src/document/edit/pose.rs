//! Skeletons are edited as joints, never as pixels.

use super::mask::Mask;
use super::placement::Placement;
use crate::maps::{PoseMap, Skeleton};

/// Joints of OpenPose's body that change places in a mirror, right and left.
const MIRRORED: [(usize, usize); 8] = [(2, 5), (3, 6), (4, 7), (8, 11), (9, 12), (10, 13), (14, 15), (16, 17)];

fn selected(skeleton: &Skeleton, mask: &Mask) -> [bool; 18] {
    skeleton.joints.map(|j| mask.contains(j.x.floor() as i32, j.y.floor() as i32))
}

/// Moves the joints inside the mask; a mirror also swaps left and right where both are inside.
pub(super) fn place(pose: &PoseMap, mask: &Mask, placement: Placement) -> PoseMap {
    let [[a, b], [c, d]] = placement.turn().rows;
    let mirrors = a * d - b * c < 0.0;
    let mut placed = pose.clone();
    for skeleton in &mut placed.skeletons {
        let inside = selected(skeleton, mask);
        for (joint, _) in skeleton.joints.iter_mut().zip(inside).filter(|(_, inside)| *inside) {
            (joint.x, joint.y) = placement.forward(mask.rect(), joint.x, joint.y);
        }
        if mirrors {
            for (right, left) in MIRRORED.into_iter().filter(|&(r, l)| inside[r] && inside[l]) {
                skeleton.joints.swap(right, left);
            }
        }
    }
    placed
}

/// Hides the joints inside the mask and drops skeletons of which none is left.
pub(super) fn delete(pose: &PoseMap, mask: &Mask) -> PoseMap {
    let mut left = pose.clone();
    for skeleton in &mut left.skeletons {
        let inside = selected(skeleton, mask);
        skeleton.joints.iter_mut().zip(inside).filter(|(_, inside)| *inside).for_each(|(j, _)| j.visible = false);
    }
    left.skeletons.retain(|s| s.joints.iter().any(|j| j.visible));
    left
}

/// The skeletons of which the mask holds any visible joint, relative to its corner.
pub(super) fn copy(pose: &PoseMap, mask: &Mask) -> PoseMap {
    let rect = mask.rect();
    let mut skeletons = pose.skeletons.clone();
    skeletons.retain_mut(|skeleton| {
        let inside = selected(skeleton, mask);
        for (joint, inside) in skeleton.joints.iter_mut().zip(inside) {
            joint.visible &= inside;
            joint.x -= rect.x0 as f32;
            joint.y -= rect.y0 as f32;
        }
        skeleton.joints.iter().any(|j| j.visible)
    });
    PoseMap { width: rect.width(), height: rect.height(), skeletons }
}

/// Adds copied skeletons with their corner at `(x, y)`.
pub(super) fn paste(pose: &PoseMap, clip: &PoseMap, x: i32, y: i32) -> PoseMap {
    let mut pasted = pose.clone();
    for skeleton in &clip.skeletons {
        let mut skeleton = skeleton.clone();
        for joint in &mut skeleton.joints {
            joint.x += x as f32;
            joint.y += y as f32;
        }
        pasted.skeletons.push(skeleton);
    }
    pasted
}
