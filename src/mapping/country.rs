//! Countries and provinces as Shopify names them.

/// Every country that Shopify knows, as ISO 3166-1 alpha-2.
const CODES: &str = "AC AD AE AF AG AI AL AM AN AO AR AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS \
    BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE \
    EG EH ER ES ET FI FJ FK FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GW GY HK HM HN HR \
    HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK \
    LR LS LT LU LV LY MA MC MD ME MF MG MK ML MM MN MO MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG \
    NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PS PT PY QA RE RO RS RU RW SA SB SC SD SE SG \
    SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TA TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ \
    UA UG UM US UY UZ VA VC VE VG VN VU WF WS XK YE YT ZA ZM ZW";

/// Common other spellings, and ISO 3166-1 alpha-3.
#[rustfmt::skip]
const NAMES: &[(&str, &str)] = &[
    ("united states", "US"),
    ("united states of america", "US"),
    ("usa", "US"),
    ("u.s.", "US"),
    ("u.s.a.", "US"),
    ("united kingdom", "GB"),
    ("great britain", "GB"),
    ("uk", "GB"),
    ("gbr", "GB"),
    ("england", "GB"),
    ("scotland", "GB"),
    ("wales", "GB"),
    ("northern ireland", "GB"),
    ("germany", "DE"),
    ("deutschland", "DE"),
    ("deu", "DE"),
    ("france", "FR"),
    ("fra", "FR"),
    ("italy", "IT"),
    ("italia", "IT"),
    ("ita", "IT"),
    ("spain", "ES"),
    ("españa", "ES"),
    ("esp", "ES"),
    ("portugal", "PT"),
    ("prt", "PT"),
    ("netherlands", "NL"),
    ("the netherlands", "NL"),
    ("nederland", "NL"),
    ("holland", "NL"),
    ("nld", "NL"),
    ("belgium", "BE"),
    ("belgique", "BE"),
    ("belgië", "BE"),
    ("bel", "BE"),
    ("luxembourg", "LU"),
    ("lux", "LU"),
    ("switzerland", "CH"),
    ("schweiz", "CH"),
    ("suisse", "CH"),
    ("svizzera", "CH"),
    ("che", "CH"),
    ("austria", "AT"),
    ("österreich", "AT"),
    ("aut", "AT"),
    ("denmark", "DK"),
    ("danmark", "DK"),
    ("dnk", "DK"),
    ("sweden", "SE"),
    ("sverige", "SE"),
    ("swe", "SE"),
    ("norway", "NO"),
    ("norge", "NO"),
    ("nor", "NO"),
    ("finland", "FI"),
    ("suomi", "FI"),
    ("fin", "FI"),
    ("iceland", "IS"),
    ("isl", "IS"),
    ("ireland", "IE"),
    ("irl", "IE"),
    ("poland", "PL"),
    ("polska", "PL"),
    ("pol", "PL"),
    ("czechia", "CZ"),
    ("czech republic", "CZ"),
    ("cze", "CZ"),
    ("slovakia", "SK"),
    ("svk", "SK"),
    ("hungary", "HU"),
    ("hun", "HU"),
    ("romania", "RO"),
    ("rou", "RO"),
    ("bulgaria", "BG"),
    ("bgr", "BG"),
    ("greece", "GR"),
    ("grc", "GR"),
    ("croatia", "HR"),
    ("hrv", "HR"),
    ("slovenia", "SI"),
    ("svn", "SI"),
    ("serbia", "RS"),
    ("srb", "RS"),
    ("estonia", "EE"),
    ("est", "EE"),
    ("latvia", "LV"),
    ("lva", "LV"),
    ("lithuania", "LT"),
    ("ltu", "LT"),
    ("ukraine", "UA"),
    ("ukr", "UA"),
    ("russia", "RU"),
    ("russian federation", "RU"),
    ("rus", "RU"),
    ("turkey", "TR"),
    ("türkiye", "TR"),
    ("turkiye", "TR"),
    ("tur", "TR"),
    ("cyprus", "CY"),
    ("cyp", "CY"),
    ("malta", "MT"),
    ("mlt", "MT"),
    ("canada", "CA"),
    ("can", "CA"),
    ("mexico", "MX"),
    ("méxico", "MX"),
    ("mex", "MX"),
    ("brazil", "BR"),
    ("brasil", "BR"),
    ("bra", "BR"),
    ("argentina", "AR"),
    ("arg", "AR"),
    ("chile", "CL"),
    ("chl", "CL"),
    ("colombia", "CO"),
    ("col", "CO"),
    ("peru", "PE"),
    ("perú", "PE"),
    ("per", "PE"),
    ("uruguay", "UY"),
    ("ury", "UY"),
    ("venezuela", "VE"),
    ("ven", "VE"),
    ("costa rica", "CR"),
    ("cri", "CR"),
    ("australia", "AU"),
    ("aus", "AU"),
    ("new zealand", "NZ"),
    ("nzl", "NZ"),
    ("japan", "JP"),
    ("jpn", "JP"),
    ("china", "CN"),
    ("chn", "CN"),
    ("hong kong", "HK"),
    ("hkg", "HK"),
    ("taiwan", "TW"),
    ("twn", "TW"),
    ("south korea", "KR"),
    ("korea", "KR"),
    ("republic of korea", "KR"),
    ("kor", "KR"),
    ("india", "IN"),
    ("ind", "IN"),
    ("pakistan", "PK"),
    ("pak", "PK"),
    ("bangladesh", "BD"),
    ("bgd", "BD"),
    ("sri lanka", "LK"),
    ("lka", "LK"),
    ("singapore", "SG"),
    ("sgp", "SG"),
    ("malaysia", "MY"),
    ("mys", "MY"),
    ("thailand", "TH"),
    ("tha", "TH"),
    ("vietnam", "VN"),
    ("viet nam", "VN"),
    ("vnm", "VN"),
    ("indonesia", "ID"),
    ("idn", "ID"),
    ("philippines", "PH"),
    ("phl", "PH"),
    ("united arab emirates", "AE"),
    ("uae", "AE"),
    ("are", "AE"),
    ("saudi arabia", "SA"),
    ("sau", "SA"),
    ("qatar", "QA"),
    ("qat", "QA"),
    ("kuwait", "KW"),
    ("kwt", "KW"),
    ("israel", "IL"),
    ("isr", "IL"),
    ("egypt", "EG"),
    ("egy", "EG"),
    ("south africa", "ZA"),
    ("zaf", "ZA"),
    ("nigeria", "NG"),
    ("nga", "NG"),
    ("kenya", "KE"),
    ("ken", "KE"),
    ("morocco", "MA"),
    ("mar", "MA"),
    ("ghana", "GH"),
    ("gha", "GH"),
];

/// Provinces of the countries whose codes we know, as in ISO 3166-2.
const PROVINCES: [(&str, &str); 2] = [
    (
        "US",
        "AK AL AR AS AZ CA CO CT DC DE FL FM GA GU HI IA ID IL IN KS KY LA MA MD ME MH MI MN MO MP MS MT NC ND NE NH \
         NJ NM NV NY OH OK OR PA PR PW RI SC SD TN TX UT VA VI VT WA WI WV WY AA AE AP",
    ),
    ("CA", "AB BC MB NB NL NS NT NU ON PE QC SK YT"),
];

/// Other countries with provinces in Shopify: a code is passed on as it is.
const WITH_PROVINCES: &str = "AR AU BR CN ES IN IT JP MX NZ";

/// The code of a country that is given by code or by name.
pub fn code(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let upper = text.to_uppercase();
    if let Some(code) = word(CODES, &upper) {
        return Some(code);
    }
    let lower = text.to_lowercase();
    let named = NAMES.iter().find(|(name, _)| *name == lower);
    named.map(|(_, code)| *code)
}

/// The code of a province of `country`: `CA` out of `ca` and `US-CA`. A name is no code.
pub fn province(country: &str, region: &str) -> Option<String> {
    let upper = region.trim().to_uppercase();
    let prefix = format!("{country}-");
    let code = upper.strip_prefix(&prefix).unwrap_or(&upper);
    if let Some((_, codes)) = PROVINCES.iter().find(|(known, _)| *known == country) {
        return word(codes, code).map(str::to_owned);
    }
    let is_code =
        (1..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_code && word(WITH_PROVINCES, country).is_some()).then(|| code.to_owned())
}

fn word(words: &'static str, wanted: &str) -> Option<&'static str> {
    words.split_whitespace().find(|word| *word == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_known_by_code_and_by_common_names() {
        let check = |text: &str, want: Option<&str>| assert_eq!(code(text), want, "{text}");
        check("de", Some("DE"));
        check(" DE ", Some("DE"));
        check("Germany", Some("DE"));
        check("DEU", Some("DE"));
        check("UK", Some("GB"));
        check("España", Some("ES"));
        check("Ruritania", None);
        check("ZZ", None);
        check("", None);
    }

    #[test]
    fn every_name_leads_to_a_code() {
        for (name, code) in NAMES {
            assert!(word(CODES, code).is_some(), "{name}");
            assert_eq!(*name, name.to_lowercase());
        }
    }

    #[test]
    fn provinces_are_known_by_code() {
        let check = |country: &str, region: &str, want: Option<&str>| {
            assert_eq!(
                province(country, region).as_deref(),
                want,
                "{country} {region}"
            );
        };
        check("US", "ca", Some("CA"));
        check("US", "US-NY", Some("NY"));
        check("US", "California", None);
        check("US", "ON", None);
        check("CA", "ON", Some("ON"));
        check("AU", "NSW", Some("NSW"));
        check("DE", "BE", None);
    }
}
