//! The reader of filters and PATCH paths: recursive descent over RFC 7644's figure 1.
//!
//! Keywords are words only where they can be ones: an attribute may be called `not` or `and`.

use super::{Filter, FilterError, Literal, MAX_DEPTH, MAX_TERMS, Operator};
use crate::scim::path::{AttributeName, Path};

/// A text and how far it has been read.
pub(in crate::scim) struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    terms: usize,
    is_strict: bool,
}

impl<'t> Parser<'t> {
    /// Takes what real clients send.
    pub(in crate::scim) fn tolerant(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
            terms: 0,
            is_strict: false,
        }
    }

    /// Takes what the RFC allows.
    pub(in crate::scim) fn strict(text: &'t str) -> Self {
        Self {
            is_strict: true,
            ..Self::tolerant(text)
        }
    }

    /// The whole text as a filter.
    pub(in crate::scim) fn filter(mut self) -> Result<Filter, FilterError> {
        let filter = self.disjunction()?;
        self.end("\"and\", \"or\" or the end")?;
        Ok(filter)
    }

    /// The whole text as a PATCH path.
    pub(in crate::scim) fn path(mut self) -> Result<Path, FilterError> {
        self.skip_blanks();
        let name = self.attribute_name()?;
        let filter = if self.takes('[') {
            Some(self.bracketed()?)
        } else {
            None
        };
        let sub_attribute = if filter.is_some() {
            self.behind_bracket()?
        } else {
            None
        };
        self.end("the end of the path")?;
        Ok(Path {
            name,
            filter,
            sub_attribute,
        })
    }

    fn disjunction(&mut self) -> Result<Filter, FilterError> {
        let mut filters = vec![self.conjunction()?];
        while self.takes_keyword("or") {
            filters.push(self.conjunction()?);
        }
        Ok(Filter::any(filters))
    }

    fn conjunction(&mut self) -> Result<Filter, FilterError> {
        let mut filters = vec![self.term()?];
        while self.takes_keyword("and") {
            filters.push(self.term()?);
        }
        Ok(Filter::all(filters))
    }

    fn term(&mut self) -> Result<Filter, FilterError> {
        self.skip_blanks();
        // RFC 7644 figure 1: *1"not" "(" FILTER ")"; a blank between the two is usual, and `not` alone is a name.
        let before = self.at;
        if self.takes_keyword("not") {
            self.skip_blanks();
            if self.takes('(') {
                return Ok(Filter::Not(Box::new(self.enclosed(')', "\")\"")?)));
            }
            self.at = before;
        }
        if self.takes('(') {
            return self.enclosed(')', "\")\"");
        }
        self.attribute_expression()
    }

    fn attribute_expression(&mut self) -> Result<Filter, FilterError> {
        let attribute = self.attribute_name()?;
        if !self.takes('[') {
            return self.comparison(attribute);
        }
        let filter = self.bracketed()?;
        let Some(sub_attribute) = self.sub_attribute_to_compare()? else {
            return Ok(Filter::ValuePath {
                attribute,
                filter: Box::new(filter),
            });
        };
        // The value that passes the bracket is the one compared: the same as one more condition inside.
        let comparison = self.comparison(sub_attribute)?;
        let filter = Filter::all(vec![filter, comparison]);
        // As the RFC writes it, a disjunction in the bracket is one level deeper.
        self.check_depth(self.depth + 1 + filter.depth())?;
        Ok(Filter::ValuePath {
            attribute,
            filter: Box::new(filter),
        })
    }

    /// Entra's `emails[type eq "work"].value eq "x"`: the `value`.
    fn sub_attribute_to_compare(&mut self) -> Result<Option<AttributeName>, FilterError> {
        if self.is_strict {
            return Ok(None);
        }
        let Some(name) = self.behind_bracket()? else {
            return Ok(None);
        };
        AttributeName::checked(&name)
            .map(Some)
            .ok_or_else(|| self.expected("a sub-attribute"))
    }

    fn comparison(&mut self, attribute: AttributeName) -> Result<Filter, FilterError> {
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err(FilterError::TooManyTerms);
        }
        self.skip_blanks();
        if self.takes_keyword("pr") {
            return Ok(Filter::Present(attribute));
        }
        let operator = Operator::ALL
            .into_iter()
            .find(|operator| self.takes_keyword(operator.as_str()));
        let operator = operator.ok_or_else(|| self.expected("an operator"))?;
        self.skip_blanks();
        let literal = self.literal()?;
        Ok(Filter::Compare {
            attribute,
            operator,
            literal,
        })
    }

    fn literal(&mut self) -> Result<Literal, FilterError> {
        if self.rest().starts_with('"') {
            return self.quoted().map(Literal::Text);
        }
        let word = self.word(|c| !c.is_whitespace() && !matches!(c, ')' | ']' | '"'));
        match Literal::of_word(word) {
            Some(literal) => Ok(literal),
            None if !word.is_empty() && !self.is_strict => Ok(Literal::Text(word.to_owned())),
            None => {
                self.at -= word.len();
                Err(self.expected("a value"))
            }
        }
    }

    /// A JSON string.
    fn quoted(&mut self) -> Result<String, FilterError> {
        let mut is_escaped = false;
        let end = self.rest().char_indices().skip(1).find(|&(_, c)| {
            let is_end = c == '"' && !is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            is_end
        });
        let quoted = end.and_then(|(end, _)| self.rest().get(..=end));
        let Some(quoted) = quoted else {
            return Err(self.expected("a string with a closing quote"));
        };
        let text = serde_json::from_str(quoted)
            .map_err(|_| self.expected("a string as JSON writes it"))?;
        self.at += quoted.len();
        Ok(text)
    }

    fn attribute_name(&mut self) -> Result<AttributeName, FilterError> {
        let start = self.at;
        let word =
            self.word(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$' | '.' | ':'));
        AttributeName::checked(word).ok_or(FilterError::Syntax {
            offset: start,
            expected: "an attribute name",
        })
    }

    /// The filter between brackets, behind the opening one.
    fn bracketed(&mut self) -> Result<Filter, FilterError> {
        self.enclosed(']', "\"]\"")
    }

    /// `.name`, when there is one.
    fn behind_bracket(&mut self) -> Result<Option<String>, FilterError> {
        if !self.takes('.') {
            return Ok(None);
        }
        let start = self.at;
        let word = self.word(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$'));
        if crate::scim::path::is_attribute_name(word) {
            Ok(Some(word.to_owned()))
        } else {
            Err(FilterError::Syntax {
                offset: start,
                expected: "a sub-attribute",
            })
        }
    }

    fn enclosed(&mut self, closing: char, expected: &'static str) -> Result<Filter, FilterError> {
        self.depth += 1;
        self.check_depth(self.depth)?;
        let filter = self.disjunction()?;
        self.skip_blanks();
        if !self.takes(closing) {
            return Err(self.expected(expected));
        }
        self.depth -= 1;
        Ok(filter)
    }

    fn check_depth(&self, depth: usize) -> Result<(), FilterError> {
        if depth > MAX_DEPTH {
            Err(FilterError::TooDeep)
        } else {
            Ok(())
        }
    }

    /// Takes a keyword in any case, unless it is the beginning of a longer word.
    fn takes_keyword(&mut self, keyword: &str) -> bool {
        let before = self.at;
        self.skip_blanks();
        let word =
            self.word(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$' | '.' | ':'));
        let is_keyword = word.eq_ignore_ascii_case(keyword);
        if !is_keyword {
            self.at = before;
        }
        is_keyword
    }

    fn takes(&mut self, wanted: char) -> bool {
        let is_next = self.rest().starts_with(wanted);
        if is_next {
            self.at += wanted.len_utf8();
        }
        is_next
    }

    fn word(&mut self, belongs: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let length = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or_default();
        self.at += word.len();
        word
    }

    fn skip_blanks(&mut self) {
        self.word(char::is_whitespace);
    }

    fn end(&mut self, expected: &'static str) -> Result<(), FilterError> {
        self.skip_blanks();
        if self.rest().is_empty() {
            Ok(())
        } else {
            Err(self.expected(expected))
        }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn expected(&self, expected: &'static str) -> FilterError {
        FilterError::Syntax {
            offset: self.at,
            expected,
        }
    }
}
