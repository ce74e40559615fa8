//! What a reader of the tutorial does, in a terminal.

mod demo;
mod tutorial;
