//! What becomes of the parts of an address.

use serde_json::{Value, json};

use super::map;

/// The mapped address as JSON without absent parts, and the number of remarks; or whether it was refused or blank.
fn check(element: Value, want: Value, remarks: usize) {
    let mapped = map(element.as_object().unwrap());
    let (got, count) = match mapped {
        Ok(Some(mapped)) => {
            let mut parts = serde_json::to_value(&mapped.address).unwrap();
            parts
                .as_object_mut()
                .unwrap()
                .retain(|_, part| !part.is_null());
            (parts, mapped.remarks.len())
        }
        Ok(None) => (json!(null), 0),
        Err(_) => (json!("refused"), 0),
    };
    assert_eq!((got, count), (want, remarks), "{element}");
}

#[test]
fn parts_become_parts() {
    check(
        json!({"streetAddress": "1 Main St\r\nFloor 2\nDoor 3", "locality": " Ottawa ", "postalCode": "K1A 0B1",
            "region": "on", "country": "ca", "formatted": "ignored"}),
        json!({"address1": "1 Main St", "address2": "Floor 2, Door 3", "city": "Ottawa", "zip": "K1A 0B1",
            "country_code": "CA", "province_code": "ON"}),
        0,
    );
    check(
        json!({"streetAddress": "1 Main St"}),
        json!({"address1": "1 Main St"}),
        0,
    );
    check(
        json!({"country": "Germany"}),
        json!({"country_code": "DE"}),
        0,
    );
}

#[test]
fn a_blank_address_is_none() {
    check(json!({}), json!(null), 0);
    check(
        json!({"type": "work", "primary": true, "locality": " "}),
        json!(null),
        0,
    );
}

#[test]
fn an_address_that_shopify_cannot_take_is_refused() {
    check(
        json!({"locality": "Cair Paravel", "country": "Narnia"}),
        json!("refused"),
        0,
    );
    check(
        json!({"formatted": "1 Main St, Ottawa"}),
        json!("refused"),
        0,
    );
}

#[test]
fn a_region_is_a_province_by_code_or_by_name() {
    let check = |region: &str, country: Value, want: Value, remarks: usize| {
        check(json!({"region": region, "country": country}), want, remarks);
    };
    check(
        "CA-QC",
        json!("CA"),
        json!({"country_code": "CA", "province_code": "QC"}),
        0,
    );
    check(
        "NSW",
        json!("AU"),
        json!({"country_code": "AU", "province_code": "NSW"}),
        0,
    );
    check(
        "California",
        json!("US"),
        json!({"country_code": "US", "province_code": "CA"}),
        0,
    );
    check("Zz", json!("US"), json!({"country_code": "US"}), 1);
    check("13", json!("JP"), json!({"country_code": "JP"}), 1);
    check(
        "San Juan",
        json!("Puerto Rico"),
        json!({"country_code": "US", "province_code": "PR"}),
        0,
    );
}

#[test]
fn a_region_without_a_country_is_left_out() {
    check(
        json!({"locality": "Ottawa", "region": "ON"}),
        json!({"city": "Ottawa"}),
        1,
    );
}

#[test]
fn a_long_part_is_cut() {
    check(
        json!({"locality": "a".repeat(256)}),
        json!({"city": "a".repeat(255)}),
        1,
    );
}
