//! Invocations whose answer is passed on while it comes.

use std::sync::Arc;

use bytes::Bytes;
use tokio::{sync::mpsc, task::JoinHandle};

use super::{
    call::{Call, Invoked},
    target::Target,
};
use crate::{
    lambda::runtime::Piece,
    lambda::state::Lambda,
    protocol::{ApiResult, Exception},
};

/// Pieces that may wait for a slow client before the function has to.
const MAX_WAITING: usize = 16;

/// How an invocation begins that may be answered in pieces.
#[derive(Debug)]
pub(crate) enum StreamStart {
    /// The function streams.
    Stream {
        content_type: String,
        rest: StreamRest,
    },
    /// It has answered, or failed, as a whole.
    Whole(Invoked),
}

/// The pieces to come, and the end.
#[derive(Debug)]
pub(crate) struct StreamRest {
    pieces: mpsc::Receiver<Piece>,
    end: JoinHandle<ApiResult<Invoked>>,
}

impl Lambda {
    /// Begins an invocation and waits until the function begins to answer.
    pub(crate) async fn invoke_streaming(
        self: &Arc<Self>,
        target: Target,
        call: Call,
    ) -> ApiResult<StreamStart> {
        let (sender, mut pieces) = mpsc::channel(MAX_WAITING);
        let call = Call {
            pieces: Some(sender),
            ..call
        };
        let lambda = self.clone();
        let end = tokio::spawn(async move { lambda.invoke(target, call).await });
        match pieces.recv().await {
            Some(Piece::Begin { content_type }) => Ok(StreamStart::Stream {
                content_type,
                rest: StreamRest { pieces, end },
            }),
            Some(Piece::Data(_)) | None => ended(end).await.map(StreamStart::Whole),
        }
    }
}

impl StreamRest {
    /// The next piece; `None` when there will be no more.
    pub(crate) async fn next(&mut self) -> Option<Bytes> {
        loop {
            match self.pieces.recv().await? {
                Piece::Data(data) => return Some(data),
                Piece::Begin { .. } => {}
            }
        }
    }

    /// How the invocation ended.
    pub(crate) async fn end(self) -> ApiResult<Invoked> {
        ended(self.end).await
    }
}

async fn ended(end: JoinHandle<ApiResult<Invoked>>) -> ApiResult<Invoked> {
    end.await
        .map_err(|error| Exception::service(format!("the invocation broke off: {error}")))?
}
