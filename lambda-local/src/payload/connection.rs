//! Between which ends a request travels.

use std::sync::Arc;

/// Where a request came from, and to which port.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    pub(crate) source_ip: Arc<str>,
    pub(crate) port: u16,
}
