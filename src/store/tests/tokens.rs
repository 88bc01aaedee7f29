//! Tokens.

use super::*;
use crate::base::token::{RANDOM_LEN, Token};
use crate::directory::TokenRecord;

fn record(fresh: &Fresh, seed: u8) -> TokenRecord {
    let token = Token::new(&[seed; RANDOM_LEN]);
    TokenRecord {
        prefix: token.prefix().to_owned(),
        shop: fresh.shop,
        name: "miniOrange".to_owned(),
        hash: token.hash(),
        created_ms: 1_000,
        expires_ms: None,
        revoked_ms: None,
        last_used_ms: None,
    }
}

#[tokio::test]
async fn a_token_lives_until_it_ends_or_is_revoked() {
    let fresh = Fresh::new().await;
    let (store, made) = (&fresh.store, record(&fresh, 1));
    store
        .add_token(&made)
        .await
        .expect("written")
        .expect("added");
    let again = store.add_token(&made).await.expect("written");
    assert_eq!(again, Err(GuardFailure::Exists));
    let read = async || {
        store
            .token(&made.prefix)
            .await
            .expect("read")
            .expect("the token")
    };
    assert_eq!(read().await, made);
    store
        .expire_token(&made.prefix, 5_000)
        .await
        .expect("written")
        .expect("set");
    assert!(read().await.is_live(4_999) && !read().await.is_live(5_000));
    store
        .revoke_token(&made.prefix, 2_000)
        .await
        .expect("written")
        .expect("revoked");
    assert!(!read().await.is_live(2_001));
    let twice = store
        .revoke_token(&made.prefix, 2_000)
        .await
        .expect("written");
    assert_eq!(twice, Err(GuardFailure::NotFound));
    assert!(store.token("unknown").await.expect("read").is_none());
}

#[tokio::test]
async fn a_shop_lists_its_own_tokens() {
    let fresh = Fresh::new().await;
    let other = add_shop(&fresh.store, "other").await;
    let (first, second) = (record(&fresh, 1), record(&fresh, 2));
    let others = TokenRecord {
        shop: other,
        ..record(&fresh, 3)
    };
    for token in [&first, &second, &others] {
        fresh
            .store
            .add_token(token)
            .await
            .expect("written")
            .expect("added");
    }
    assert_eq!(
        fresh.store.tokens(fresh.shop).await.expect("read"),
        [first, second]
    );
    assert_eq!(fresh.store.tokens(other).await.expect("read"), [others]);
}

#[tokio::test]
async fn a_use_is_written_once_a_minute() {
    let fresh = Fresh::new().await;
    let (store, made) = (&fresh.store, record(&fresh, 1));
    store
        .add_token(&made)
        .await
        .expect("written")
        .expect("added");
    let used = |now_ms| store.token_use(&made.prefix, now_ms);
    let first = used(10_000).expect("a write");
    assert!(used(69_999).is_none());
    assert!(used(70_000).is_some());
    store.write(first).await.expect("written").expect("noted");
    let read = store
        .token(&made.prefix)
        .await
        .expect("read")
        .expect("the token");
    assert_eq!(read.last_used_ms, Some(10_000));
}
