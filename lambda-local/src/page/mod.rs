//! The page at `/`: what runs here, and what each version does.

mod ago;
mod function;
mod html;
mod plot;
mod role;

pub(crate) use html::routes;
