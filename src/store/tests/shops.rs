//! Shops, and what is left of a deleted one.

use secrecy::ExposeSecret;

use super::*;
use crate::base::token::{RANDOM_LEN, Token};
use crate::directory::{Activity, DialectName, TokenRecord};
use crate::store::ActivityFilter;

#[tokio::test]
async fn a_shop_is_found_by_number_and_by_domain() {
    let fresh = Fresh::new().await;
    let domain: ShopDomain = "demo".parse().expect("a domain");
    let again = fresh
        .store
        .add_shop(&domain, &token(), &ShopSettings::default(), 1)
        .await;
    assert_eq!(again.expect("written"), Err(GuardFailure::Exists));
    let other = add_shop(&fresh.store, "another").await;
    let domains: Vec<String> = fresh
        .store
        .shops()
        .await
        .expect("read")
        .iter()
        .map(|shop| shop.domain.to_string())
        .collect();
    assert_eq!(domains, ["another.myshopify.com", "demo.myshopify.com"]);
    let shop = fresh
        .store
        .shop(other)
        .await
        .expect("read")
        .expect("the shop");
    assert_eq!(shop.domain.handle(), "another");
    assert!(fresh.store.shop(ShopId(99)).await.expect("read").is_none());
}

#[tokio::test]
async fn a_change_of_settings_or_credentials_is_a_new_revision() {
    let fresh = Fresh::new().await;
    let (store, shop) = (&fresh.store, fresh.shop);
    let settings = ShopSettings {
        dialect: DialectName::Strict,
        ..ShopSettings::default()
    };
    store
        .set_shop_settings(shop, &settings)
        .await
        .expect("written")
        .expect("set");
    let record = store.shop(shop).await.expect("read").expect("the shop");
    assert_eq!((record.revision, &record.settings), (2, &settings));
    let access_token = SecretString::from("shpat_new");
    store
        .set_access_token(&record, &access_token)
        .await
        .expect("written")
        .expect("set");
    assert_eq!(store.shop_revision(shop).await.expect("read"), Some(3));
    let read = store.access_token(shop, &fresh.key).await.expect("opened");
    assert_eq!(read.expose_secret(), "shpat_new");
}

#[tokio::test]
async fn a_deleted_shop_is_gone_at_once_and_its_rows_soon() {
    let fresh = Fresh::new().await;
    let (store, shop) = (&fresh.store, fresh.shop);
    let other = add_shop(store, "other").await;
    let bearer = Token::new(&[1; RANDOM_LEN]);
    let record = TokenRecord {
        prefix: bearer.prefix().to_owned(),
        shop,
        name: String::new(),
        hash: bearer.hash(),
        created_ms: 1,
        expires_ms: None,
        revoked_ms: None,
        last_used_ms: None,
    };
    store
        .add_token(&record)
        .await
        .expect("written")
        .expect("added");
    fresh.add_users(1_500).await;
    fresh.add_group(&group(9_000, "team")).await.expect("added");
    fresh
        .write(|batch| {
            store.add_member(batch, shop, id(9_000), id(1), 1_000);
            store.note(batch, shop, &Activity::default());
            store.note(batch, other, &Activity::default());
        })
        .await
        .expect("written");
    store
        .delete_shop(shop)
        .await
        .expect("written")
        .expect("deleted");
    assert!(store.shop(shop).await.expect("read").is_none());
    assert!(store.shop_keys(shop).await.is_err());
    assert!(store.token(bearer.prefix()).await.expect("read").is_none());
    assert_eq!(store.due_shops(i64::MAX).await.expect("read"), []);
    assert_eq!(
        fresh.add(&user(9_001, "late")).await,
        Err(GuardFailure::NotFound)
    );
    let again = store.delete_shop(shop).await.expect("written");
    assert_eq!(again, Err(GuardFailure::NotFound));

    // The same domain may come back while the rows are still there: it is another shop.
    assert!(add_shop(store, "demo").await > other);
    assert!(fresh.find(1).await.is_some());
    while store.sweep_deleted_shops().await.expect("swept") {}
    assert!(fresh.find(1).await.is_none() && fresh.find(1_500).await.is_none());
    assert!(
        store
            .members(shop, id(9_000))
            .await
            .expect("read")
            .is_empty()
    );
    let entries = async |shop| {
        let page = store
            .activity(shop, &ActivityFilter::default(), None, 10)
            .await;
        page.expect("read").entries.len()
    };
    assert_eq!((entries(shop).await, entries(other).await), (0, 1));
}
