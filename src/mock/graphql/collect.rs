//! GraphQL's CollectFields: which fields of a selection apply to a type.

use apollo_compiler::ExecutableDocument;
use apollo_compiler::ast::Value as Literal;
use apollo_compiler::executable::{Field, Selection, SelectionSet};
use serde_json::{Map, Value};

use super::schema::SCHEMA;

/// What a selection is read with.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'d> {
    /// The document, for its fragments.
    pub document: &'d ExecutableDocument,
    /// The operation's variables, coerced.
    pub variables: &'d Map<String, Value>,
}

/// The fields of one response key, in document order.
pub type Selected<'d> = Vec<(&'d str, Vec<&'d Field>)>;

impl<'d> Reading<'d> {
    /// The fields that apply to an object of `type_name`, grouped by response key.
    pub fn fields(
        self,
        type_name: &str,
        sets: impl IntoIterator<Item = &'d SelectionSet>,
    ) -> Selected<'d> {
        let mut selected = Vec::new();
        for set in sets {
            self.collect(type_name, set, &mut selected);
        }
        selected
    }

    fn collect(self, type_name: &str, set: &'d SelectionSet, selected: &mut Selected<'d>) {
        for selection in set.selections.iter().filter(|it| self.is_included(it)) {
            match selection {
                Selection::Field(field) => push(selected, field),
                Selection::InlineFragment(inline) => {
                    let condition = inline.type_condition.as_ref();
                    if condition.is_none_or(|condition| applies(condition, type_name)) {
                        self.collect(type_name, &inline.selection_set, selected);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name)
                        && applies(fragment.type_condition(), type_name)
                    {
                        self.collect(type_name, &fragment.selection_set, selected);
                    }
                }
            }
        }
    }

    fn is_included(self, selection: &Selection) -> bool {
        let condition = |directive: &str| {
            let given = selection.directives().get(directive)?;
            match &**given.specified_argument_by_name("if")? {
                Literal::Boolean(value) => Some(*value),
                Literal::Variable(name) => self.variables.get(name.as_str())?.as_bool(),
                _ => None,
            }
        };
        condition("include").unwrap_or(true) && !condition("skip").unwrap_or(false)
    }
}

fn push<'d>(selected: &mut Selected<'d>, field: &'d Field) {
    let key = field.response_key().as_str();
    match selected.iter_mut().find(|(known, _)| *known == key) {
        // A fragment spread twice selects nothing new; merging is idempotent.
        Some((_, fields)) => fields.push(field),
        None => selected.push((key, vec![field])),
    }
}

fn applies(condition: &str, type_name: &str) -> bool {
    condition == type_name || SCHEMA.is_subtype(condition, type_name)
}

/// The object types that fragments inside the sets name.
pub fn named_types<'d>(
    document: &'d ExecutableDocument,
    sets: impl IntoIterator<Item = &'d SelectionSet>,
) -> Vec<&'d str> {
    let mut named = Vec::new();
    for set in sets {
        for selection in &set.selections {
            let (condition, inner) = match selection {
                Selection::Field(_) => continue,
                Selection::InlineFragment(inline) => {
                    (inline.type_condition.as_ref(), &inline.selection_set)
                }
                Selection::FragmentSpread(spread) => {
                    let Some(fragment) = document.fragments.get(&spread.fragment_name) else {
                        continue;
                    };
                    (Some(fragment.type_condition()), &fragment.selection_set)
                }
            };
            named.extend(condition.map(|name| name.as_str()));
            named.extend(named_types(document, [inner]));
        }
    }
    named.retain(|name| SCHEMA.get_object(name).is_some());
    named
}
