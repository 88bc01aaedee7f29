//! E-mail addresses in the form in which Shopify stores them.

use super::text::TEXT_LIMIT_CHARS;

/// The address without whitespace and in lower case; none when Shopify would refuse it.
pub fn normalise(text: &str) -> Option<String> {
    let email = text.split_whitespace().collect::<String>().to_lowercase();
    is_accepted(&email).then_some(email)
}

/// Shopify's rule: `local@domain.tld`, at most 255 characters.
fn is_accepted(email: &str) -> bool {
    email.chars().count() <= TEXT_LIMIT_CHARS
        && email
            .split_once('@')
            .is_some_and(|(local, domain)| is_local(local) && is_domain(domain))
}

fn is_local(local: &str) -> bool {
    let illegal = |c: char| c.is_control() || r#"<>,;:()[]\""#.contains(c);
    local.split('.').all(|atom| !atom.is_empty()) && !local.contains(illegal)
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    domain.contains('.') && domain.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_is_normalised_or_refused() {
        let check = |text: &str, want: Option<&str>| {
            assert_eq!(normalise(text).as_deref(), want, "{text}");
        };
        check("ada@shop.example", Some("ada@shop.example"));
        check(
            " Ada.Lovelace @Shop.Example\n",
            Some("ada.lovelace@shop.example"),
        );
        check("o'neil+x@a-b.example", Some("o'neil+x@a-b.example"));
        check("ada@bücher.example", Some("ada@bücher.example"));
        for refused in [
            "",
            "ada",
            "ada@shop",
            "@shop.example",
            "ada@",
            "ada@shop..example",
            "ada@.example",
            "ada@shop.example.",
            "a..b@shop.example",
            ".a@shop.example",
            "a@b@shop.example",
            "mailto:ada@shop.example",
            "<ada@shop.example>",
            "a,b@shop.example",
            "ada@-shop.example",
            "ada@shop_x.example",
        ] {
            check(refused, None);
        }
    }

    #[test]
    fn an_email_has_at_most_255_characters() {
        let of = |length: usize| format!("{}@b.example", "a".repeat(length - 10));
        assert!(normalise(&of(255)).is_some());
        assert!(normalise(&of(256)).is_none());
    }
}
