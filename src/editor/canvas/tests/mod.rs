//! The canvas as a person uses it: pointer in, commands and pixels out.

mod moving;
mod navigating;
mod painting;
mod posing;
mod rendering;
mod selecting;
mod stage;
