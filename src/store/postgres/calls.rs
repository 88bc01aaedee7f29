//! Calls from process to process, by the server's notifications. They carry no data but ids, and a lost one costs a poll interval.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, Error};

use super::connect::Server;
use crate::base::id::ShopId;
use crate::store::leases::{Call, Calls};

/// How soon a lost connection is made again.
const AGAIN: Duration = Duration::from_secs(1);
/// Calls that wait to be heard. When more come, the newest are lost.
const WAITING: usize = 1_024;

/// What a call is sent with.
pub(super) const CALL: &str = "SELECT pg_notify('syncup_' || current_schema(), ?1)";

/// A call as text.
pub(super) fn text(call: &Call) -> String {
    format!("{} {} {}", call.shop.0, call.user, call.request_id)
}

fn parse(text: &str) -> Option<Call> {
    let mut parts = text.splitn(3, ' ');
    Some(Call {
        shop: ShopId(parts.next()?.parse().ok()?),
        user: parts.next()?.parse().ok()?,
        request_id: parts.next()?.to_owned(),
    })
}

/// Listens on a connection of its own, as long as somebody hears.
pub(super) fn listen(server: Server) -> Calls {
    let (told, heard) = mpsc::channel(WAITING);
    server.runtime().clone().spawn(async move {
        while !told.is_closed() {
            if let Err(error) = listen_once(&server, &told).await {
                tracing::debug!(error = %error, "calls of other processes are not heard for a moment");
            }
            tokio::time::sleep(AGAIN).await;
        }
    });
    heard
}

/// Until the connection breaks, or nobody hears any more.
async fn listen_once(server: &Server, told: &mpsc::Sender<Call>) -> Result<(), Error> {
    let (client, mut connection) = server.connect().await?;
    let forward = told.clone();
    let driving = server.runtime().spawn(async move {
        let mut messages = stream::poll_fn(move |context| connection.poll_message(context));
        while let Some(Ok(message)) = messages.next().await {
            if let AsyncMessage::Notification(call) = message
                && let Some(call) = parse(call.payload())
            {
                // A full queue loses it.
                let _ = forward.try_send(call);
            }
        }
    });
    let row = client
        .query_one("SELECT quote_ident('syncup_' || current_schema())", &[])
        .await?;
    let channel: String = row.get(0);
    client.batch_execute(&format!("LISTEN {channel}")).await?;
    tokio::select! {
        _ = driving => {}
        () = told.closed() => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::ResourceId;

    #[test]
    fn a_call_is_read_as_it_was_written() {
        for request_id in ["", "request"] {
            let call = Call {
                shop: ShopId(7),
                user: ResourceId::new(1_000, &[3; 10]),
                request_id: request_id.to_owned(),
            };
            assert_eq!(parse(&text(&call)), Some(call));
        }
        for text in [
            "",
            "7",
            "seven 00000000-0000-0000-0000-000000000000",
            "7 you",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
