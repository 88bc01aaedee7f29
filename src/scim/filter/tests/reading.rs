//! Reading and printing.

use proptest::prelude::*;

use crate::scim::filter::{
    Filter, FilterError, Literal, MAX_TERMS, Operator, parse, parse_strict, prints_as_it_reads,
};
use crate::scim::path::{AttributeName, Path};

#[test]
fn a_filter_prints_as_the_rfc_writes_it() {
    let check = |row: &str, text: &str, want: &str| {
        let filter = parse(text).unwrap_or_else(|error| panic!("{row}: {text}: {error}"));
        assert_eq!(filter.to_string(), want, "{row}: {text}");
        assert_eq!(parse_strict(want), Ok(filter), "{row}: {want}");
    };
    check("B1", "USERNAME Eq \"a\"", "USERNAME eq \"a\"");
    check(
        "B5, corner 3",
        "a eq 1 or b eq 2 and c eq 3",
        "a eq 1 or b eq 2 and c eq 3",
    );
    check(
        "B5, corner 3",
        "a eq 1 or (b eq 2 and c eq 3)",
        "a eq 1 or b eq 2 and c eq 3",
    );
    check(
        "B6",
        "(a eq 1 or b eq 2) and c eq 3",
        "(a eq 1 or b eq 2) and c eq 3",
    );
    check("B6", "((a pr))", "a pr");
    check("B6", "a pr and (b pr and c pr)", "a pr and b pr and c pr");
    check(
        "B7, B8, corner 1",
        "a pr and not (b pr)",
        "a pr and not (b pr)",
    );
    check(
        "B7, B8, corner 1",
        "a pr and not(b pr)",
        "a pr and not (b pr)",
    );
    check(
        "B7, B8, corner 1",
        "NOT  ( a pr ) AND b PR",
        "not (a pr) and b pr",
    );
    check("B7, B8, corner 1", "not (not (a pr))", "not (not (a pr))");
    check(
        "B7, B8, corner 1",
        "not eq \"x\" and and pr and or ne 1",
        "not eq \"x\" and and pr and or ne 1",
    );
    check(
        "B9",
        "emails[type eq \"work\" and value co \"@x\"]",
        "emails[type eq \"work\" and value co \"@x\"]",
    );
    check(
        "B17",
        r#"displayName eq "x and (y) or \"z\" \\" or a pr"#,
        r#"displayName eq "x and (y) or \"z\" \\" or a pr"#,
    );
    check("B17", r#"a eq "\u00e9\n""#, r#"a eq "é\n""#);
    check(
        "B20",
        "emails[type eq \"work\"].value eq \"x\"",
        "emails[type eq \"work\" and value eq \"x\"]",
    );
    check(
        "B20",
        "emails[type eq \"work\" or primary eq true].value sw \"x\"",
        "emails[(type eq \"work\" or primary eq true) and value sw \"x\"]",
    );
    check(
        "B20",
        "emails[type eq \"work\"].value pr",
        "emails[type eq \"work\" and value pr]",
    );
    check(
        "R11",
        "userName  eq   bob@x.example",
        "userName eq \"bob@x.example\"",
    );
    check(
        "R11",
        "(userName eq bob) and active eq True",
        "(userName eq \"bob\" and active eq true)".trim_matches(['(', ')']),
    );
    check("R11", "emails[type eq work]", "emails[type eq \"work\"]");
    check("R11", "a eq 007", "a eq \"007\"");
    check(
        "corner 2, corner 4, corner 27",
        "members.$ref eq \"x\" and $ref pr",
        "members.$ref eq \"x\" and $ref pr",
    );
    check(
        "corner 2, corner 4, corner 27",
        "title eq NULL",
        "title eq null",
    );
    check(
        "corner 2, corner 4, corner 27",
        "urn:x:ext:1.0:attr.sub ge -1.5e3",
        "urn:x:ext:1.0:attr.sub ge -1.5e3",
    );
}

#[test]
fn a_broken_filter_is_refused_with_its_offset() {
    let check = |text: &str, want_offset: usize| match parse(text) {
        Err(FilterError::Syntax { offset, .. }) => assert_eq!(offset, want_offset, "B21: {text}"),
        other => panic!("{text}: {other:?}"),
    };
    check("", 0);
    check("   ", 3);
    check("userName", 8);
    check("userName eq", 11);
    check("userName eq ", 12);
    check("userName xx \"a\"", 9);
    check("userName eq \"a", 12);
    check("userName eq \"a\\", 12);
    check("userName eq \"\\x\"", 12);
    check("userName eq \"a\" and", 19);
    check("userName eq \"a\" \"b\"", 16);
    check("userName eq a b", 14);
    check("(userName pr", 12);
    check("userName pr)", 11);
    check("not userName pr", 4);
    check("emails[type eq \"work\"", 21);
    check("emails[type eq \"work\"].", 23);
    check("emails[type eq \"work\"].value", 28);
    check("a.b.c pr", 0);
    check("é pr", 0);
    check("userName pr é", 12);
    check("a eq 1 or or b pr", 13);
}

#[test]
fn the_strict_reader_refuses_what_the_rfc_does_not_have() {
    for text in ["userName eq bob", "emails[type eq \"work\"].value eq \"x\""] {
        assert!(parse(text).is_ok(), "{text}");
        assert!(parse_strict(text).is_err(), "{text}");
    }
}

#[test]
fn a_nesting_bomb_is_refused_at_once() {
    let parentheses = |levels: usize| format!("{}a pr{}", "(".repeat(levels), ")".repeat(levels));
    assert!(parse(&parentheses(32)).is_ok());
    assert_eq!(parse(&parentheses(33)), Err(FilterError::TooDeep));
    assert_eq!(parse(&parentheses(5_000)), Err(FilterError::TooDeep), "B23");
    assert_eq!(parse(&"not(".repeat(5_000)), Err(FilterError::TooDeep));
    assert_eq!(parse(&"a[".repeat(5_000)), Err(FilterError::TooDeep));
}

#[test]
fn what_prints_deeper_than_it_was_written_is_counted_as_printed() {
    let written = |levels: usize| {
        let (open, close) = ("not(".repeat(levels), ")".repeat(levels));
        format!("emails[a pr or {open}b pr{close}].value eq \"x\"")
    };
    assert!(parse(&written(30)).is_ok() && prints_as_it_reads(&written(30)));
    assert_eq!(parse(&written(31)), Err(FilterError::TooDeep));
}

#[test]
fn too_many_terms_are_refused() {
    let terms = |count: usize| vec!["a pr"; count].join(" or ");
    assert!(parse(&terms(MAX_TERMS)).is_ok());
    assert_eq!(parse(&terms(MAX_TERMS + 1)), Err(FilterError::TooManyTerms));
}

fn name() -> impl Strategy<Value = AttributeName> {
    "[a-z$][a-zA-Z0-9_-]{0,6}(\\.[a-z$]{1,4})?|urn:[a-z0-9:.]{1,12}"
        .prop_filter_map("a legal name", |text| AttributeName::parse(&text).ok())
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        any::<String>().prop_map(Literal::Text),
        any::<bool>().prop_map(Literal::Boolean),
        Just(Literal::Null),
        any::<i64>().prop_filter_map("a number", |number| Literal::of_word(&number.to_string())),
        any::<f64>().prop_filter_map("a number", |number| Literal::of_word(&number.to_string())),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    let operator = prop::sample::select(Operator::ALL.to_vec());
    let leaf = prop_oneof![
        name().prop_map(Filter::Present),
        (name(), operator, literal()).prop_map(|(attribute, operator, literal)| Filter::Compare {
            attribute,
            operator,
            literal
        }),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Filter::all),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Filter::any),
            inner
                .clone()
                .prop_map(|filter| Filter::Not(Box::new(filter))),
            (name(), inner).prop_map(|(attribute, filter)| Filter::ValuePath {
                attribute,
                filter: Box::new(filter)
            }),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_printed_reads_as_the_same_filter(filter in filter()) {
        prop_assert_eq!(parse_strict(&filter.to_string()), Ok(filter));
    }

    #[test]
    fn no_text_breaks_a_reader(text in any::<String>()) {
        prop_assert!(prints_as_it_reads(&text));
        let path = Path::parse(&text);
        if let Ok(path) = path {
            prop_assert_eq!(Path::parse(&path.to_string()), Ok(path));
        }
    }

    #[test]
    fn any_text_is_refused_or_prints_as_it_reads(text in "([a-c$.:\\[\\]()\" ]|eq|pr|and|or|not|true|null|1){0,24}") {
        prop_assert!(prints_as_it_reads(&text), "{}", text);
    }
}
