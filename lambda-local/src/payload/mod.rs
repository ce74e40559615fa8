//! What API Gateway and function URLs have in common: requests as the events that functions get,
//! and what functions answer as responses.

mod access_log;
mod connection;
mod limits;
mod preflight;
mod proxy_response;
mod request_parts;
mod response;
pub(crate) mod v1;
pub(crate) mod v2;

pub(crate) use access_log::{Received, ran};
pub(crate) use connection::Connection;
pub(crate) use limits::{MAX_BODY, head_is_too_large, read};
pub(crate) use preflight::{decorate, preflight};
pub(crate) use request_parts::{event_body, text};
pub(crate) use response::{head, internal_server_error, message, response, strict_response};
