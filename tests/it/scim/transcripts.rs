//! What real identity providers send, step by step, is answered as they need it.

use crate::harness::{TestApp, transcript};

async fn check(provider: &str) {
    let app = TestApp::start().await;
    transcript::play(&app.scim, provider).await;
}

#[tokio::test]
async fn miniorange_is_served() {
    check("miniorange").await;
}

#[tokio::test]
async fn okta_is_served() {
    check("okta").await;
}

#[tokio::test]
async fn entra_is_served() {
    check("entra").await;
}
