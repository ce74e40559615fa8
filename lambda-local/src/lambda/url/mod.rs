//! Function URLs: an address of a function or of an alias, without an API in front.

mod data_plane;
mod response_stream;

pub(crate) use data_plane::LAMBDA_URL_HOST;
