//! Edits by hand, in the middle of a session.
