//! The page at `/`: what runs here, and what each version does.

mod colour;
mod html;
mod plot;
pub(crate) use html::routes;
