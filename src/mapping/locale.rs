//! The language that Shopify writes to the customer in.

/// ISO 639-1.
const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de \
    dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is \
    it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na \
    nb nd ne ng nl nn nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss \
    st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

/// Shopify's locale for a BCP 47 tag, or for the first tag of an `Accept-Language` list. Only Portuguese and Chinese
/// differ by region in Shopify; for other languages the region is dropped.
pub fn locale(text: &str) -> Option<String> {
    let first = text.split([',', ';']).next()?.trim().replace('_', "-");
    let lower = first.to_ascii_lowercase();
    let mut subtags = lower.split('-');
    let language = match subtags.next()? {
        "no" => "nb",
        "iw" => "he",
        "in" => "id",
        other => other,
    };
    if !LANGUAGES.split_whitespace().any(|known| known == language) {
        return None;
    }
    let subtags: Vec<_> = subtags.collect();
    let has = |subtag: &str| subtags.contains(&subtag);
    let locale = match language {
        "pt" if has("br") => "pt-BR",
        "pt" => "pt-PT",
        "zh" if ["hant", "tw", "hk", "mo"].into_iter().any(has) => "zh-TW",
        "zh" => "zh-CN",
        other => other,
    };
    Some(locale.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_tag_becomes_shopifys_locale() {
        let check = |text: &str, want: Option<&str>| {
            assert_eq!(locale(text).as_deref(), want, "{text}");
        };
        check("en", Some("en"));
        check("en-US", Some("en"));
        check("de_DE", Some("de"));
        check("pt-BR", Some("pt-BR"));
        check("pt", Some("pt-PT"));
        check("zh-Hant-HK", Some("zh-TW"));
        check("zh", Some("zh-CN"));
        check("no-NO", Some("nb"));
        check("fr-CH, fr;q=0.9, en;q=0.8", Some("fr"));
        check("English", None);
        check("xx", None);
        check("", None);
    }
}
