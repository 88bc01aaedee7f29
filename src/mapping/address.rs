//! Addresses: from the parts that SCIM has to the parts that Shopify has.

mod country;
mod province;

use serde_json::{Map, Value};

use super::text::{Fitted, TEXT_LIMIT_CHARS, fit, single_line};
use crate::shopify::model::Address;

/// An address that Shopify accepts, and what had to be done to it.
pub struct Mapped {
    /// The address.
    pub address: Address,
    /// What was left out or cut, for an administrator.
    pub remarks: Vec<&'static str>,
}

/// The parts of one value of `addresses`, or why Shopify cannot take them; `None` when it is blank.
pub fn map(element: &Map<String, Value>) -> Result<Option<Mapped>, &'static str> {
    let mut parts = Parts {
        element,
        remarks: Vec::new(),
    };
    let (address1, address2) = parts.street();
    let mut address = Address {
        address1,
        address2,
        city: parts.text("locality"),
        zip: parts.text("postalCode"),
        ..Address::default()
    };
    parts.place(&mut address)?;
    if address == Address::default() {
        return match parts.raw("formatted") {
            Some(_) => Err("there is only a formatted text, but Shopify needs the parts"),
            None => Ok(None),
        };
    }
    Ok(Some(Mapped {
        address,
        remarks: parts.remarks,
    }))
}

struct Parts<'d> {
    element: &'d Map<String, Value>,
    remarks: Vec<&'static str>,
}

impl<'d> Parts<'d> {
    fn raw(&self, member: &str) -> Option<&'d str> {
        let text = self.element.get(member)?.as_str()?;
        (!text.trim().is_empty()).then_some(text)
    }

    fn text(&mut self, member: &str) -> Option<String> {
        let text = self.raw(member)?;
        self.fitted(text)
    }

    fn fitted(&mut self, text: &str) -> Option<String> {
        let Fitted { value, truncated } = fit(text, TEXT_LIMIT_CHARS)?;
        if truncated {
            self.remarks
                .push("a part of the address is longer than 255 characters and was cut");
        }
        Some(value)
    }

    /// The first line, and all others in one.
    fn street(&mut self) -> (Option<String>, Option<String>) {
        let street = self.raw("streetAddress").unwrap_or_default();
        let mut lines = street
            .split(['\n', '\r'])
            .map(single_line)
            .filter(|line| !line.is_empty());
        let first = lines.next().unwrap_or_default();
        let others: Vec<String> = lines.collect();
        (self.fitted(&first), self.fitted(&others.join(", ")))
    }

    fn place(&mut self, address: &mut Address) -> Result<(), &'static str> {
        let Some(country) = self.raw("country") else {
            // A province means nothing to Shopify without its country.
            if self.raw("region").is_some() {
                self.remarks
                    .push("the region was left out, because the address has no country");
            }
            return Ok(());
        };
        // RFC 7643 §4.1.2: the country is an ISO 3166-1 alpha-2 code; many providers send a name.
        let country = country::find(country)
            .ok_or("the country is neither an ISO 3166-1 code nor a known English name")?;
        address.country_code = Some(country.code.to_owned());
        address.province_code = match (country.province, self.raw("region")) {
            (Some(province), _) => Some(province.to_owned()),
            (None, Some(region)) => self.province(country.code, region),
            (None, None) => None,
        };
        Ok(())
    }

    /// Shopify refuses the whole address for a province that it doesn't know.
    fn province(&mut self, country_code: &str, region: &str) -> Option<String> {
        let code = province::find(country_code, region);
        if code.is_none() {
            self.remarks
                .push("the region was left out, because it is not a province that Shopify knows");
        }
        code
    }
}

#[cfg(test)]
mod tests;
