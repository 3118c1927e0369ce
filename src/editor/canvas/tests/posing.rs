//! Poses are moved by their joints.

use egui::{Vec2, vec2};

use super::stage::{NECK, NOSE, SHOULDER, Stage};

const BY: Vec2 = vec2(30.0, 20.0);

#[test]
fn a_joint_is_dragged_alone_and_again() {
    let mut stage = Stage::posed();
    stage.drags(&[NOSE, NOSE + BY / 2.0, NOSE + BY]);
    assert_eq!([0, 1, 2].map(|joint| stage.joint(joint)), [NOSE + BY, NECK, SHOULDER]);
    // What is selected is as small as handles around it: they must not be in the way.
    stage.drags(&[NOSE + BY, NOSE + 2.0 * BY]);
    assert_eq!([0, 1, 2].map(|joint| stage.joint(joint)), [NOSE + 2.0 * BY, NECK, SHOULDER]);
    stage.drags(&[NECK, NECK - BY]);
    assert_eq!([0, 1, 2].map(|joint| stage.joint(joint)), [NOSE + 2.0 * BY, NECK - BY, SHOULDER]);
}

#[test]
fn a_limb_is_dragged_with_the_whole_person() {
    let mut stage = Stage::posed();
    let limb = (NOSE + NECK) / 2.0;
    stage.drags(&[limb, limb + BY]);
    assert_eq!([0, 1, 2].map(|joint| stage.joint(joint)), [NOSE + BY, NECK + BY, SHOULDER + BY]);
    let given = &stage.state().given;
    assert!(stage.state().refused.is_empty(), "{given:?}");
}

#[test]
fn beside_a_person_regions_are_taken_as_ever() {
    let mut stage = Stage::posed();
    stage.clicks(super::stage::FIRST_DOG);
    assert!(stage.bench().selection().contains(90, 190));
}
