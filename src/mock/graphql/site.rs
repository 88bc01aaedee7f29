//! Where an error stands in a document: its path, the type around it, the argument it is in.

use apollo_compiler::ExecutableDocument;
use apollo_compiler::Node;
use apollo_compiler::ast::{
    Definition, Document, Field, OperationType, Selection, Type, Value as Literal,
};
use apollo_compiler::parser::{Parser, SourceSpan};
use apollo_compiler::schema::InputValueDefinition;

use super::schema::SCHEMA;

/// The surroundings of a place in a document.
#[derive(Debug, Default, Clone)]
pub struct Site {
    /// As Shopify writes it: `["mutation Name", "customerDelete", "input", "id"]`.
    pub path: Vec<String>,
    /// The operation's name, or a word for the anonymous one.
    pub operation: String,
    /// The innermost field.
    pub field: Option<SiteField>,
    /// The innermost argument or input field.
    pub argument: Option<SiteArgument>,
}

/// A field around an error.
#[derive(Debug, Clone)]
pub struct SiteField {
    /// The field's name.
    pub name: String,
    /// The type it returns, without its modifiers.
    pub returned: Option<String>,
    /// Whether anything is selected inside, valid or not.
    pub has_selections: bool,
    /// The names of its subselections.
    pub selections: Vec<String>,
}

/// An argument around an error.
#[derive(Debug, Clone)]
pub struct SiteArgument {
    /// The argument's name.
    pub name: String,
    /// The input object it is a field of; None for a field's argument.
    pub input_object: Option<String>,
    /// The type it should have.
    pub expected: Option<String>,
    /// The value as written.
    pub value: String,
    /// The variable that is the value.
    pub variable: Option<String>,
}

/// The surroundings of the byte at `offset` of a document's text.
pub fn locate(text: &str, offset: usize) -> Site {
    let document = match Parser::new().parse_ast(text, "query.graphql") {
        Ok(document) => document,
        Err(invalid) => invalid.partial,
    };
    locate_in(&document, offset)
}

/// Shopify's path of the byte at `offset` of a valid document.
pub fn path_at(document: &ExecutableDocument, offset: Option<usize>) -> Vec<String> {
    let text = document
        .sources
        .values()
        .map(|source| source.source_text())
        .find(|text| offset.is_some_and(|offset| offset < text.len()));
    match (text, offset) {
        (Some(text), Some(offset)) => locate(text, offset).path,
        _ => Vec::new(),
    }
}

fn locate_in(document: &Document, offset: usize) -> Site {
    let mut site = Site::default();
    for definition in &document.definitions {
        if !holds(definition.location(), offset) {
            continue;
        }
        match definition {
            Definition::OperationDefinition(operation) => {
                let kind = operation.operation_type.name();
                let name = operation.name.as_ref().map(ToString::to_string);
                site.path.push(match &name {
                    Some(name) => format!("{kind} {name}"),
                    None => kind.to_owned(),
                });
                site.operation = name.unwrap_or_else(|| format!("anonymous {kind}"));
                let root = root_type(operation.operation_type);
                site.enter(&operation.selection_set, root, offset);
            }
            Definition::FragmentDefinition(fragment) => {
                site.path.push(format!("fragment {}", fragment.name));
                site.operation = fragment.name.to_string();
                site.enter(
                    &fragment.selection_set,
                    fragment.type_condition.as_str(),
                    offset,
                );
            }
            _ => {}
        }
    }
    site
}

fn root_type(operation: OperationType) -> &'static str {
    match operation {
        OperationType::Mutation => "Mutation",
        _ => "QueryRoot",
    }
}

fn holds(span: Option<SourceSpan>, offset: usize) -> bool {
    span.is_some_and(|span| (span.offset()..span.end_offset()).contains(&offset))
}

impl Site {
    fn enter(&mut self, selections: &[Selection], type_name: &str, offset: usize) {
        let Some(selection) = selections.iter().find(|it| holds(it.location(), offset)) else {
            return;
        };
        match selection {
            Selection::Field(field) => self.enter_field(field, type_name, offset),
            Selection::FragmentSpread(spread) => {
                self.path.push(format!("... {}", spread.fragment_name));
            }
            Selection::InlineFragment(inline) => {
                let condition = inline.type_condition.as_ref().map(|name| name.as_str());
                self.path.push(match condition {
                    Some(name) => format!("... on {name}"),
                    None => "...".to_owned(),
                });
                self.enter(
                    &inline.selection_set,
                    condition.unwrap_or(type_name),
                    offset,
                );
            }
        }
    }

    fn enter_field(&mut self, field: &Node<Field>, type_name: &str, offset: usize) {
        self.path.push(field.response_name().to_string());
        let definition = SCHEMA.type_field(type_name, &field.name).ok();
        self.field = Some(SiteField {
            name: field.name.to_string(),
            returned: definition.map(|it| it.ty.inner_named_type().to_string()),
            has_selections: !field.selection_set.is_empty(),
            selections: field
                .selection_set
                .iter()
                .filter_map(Selection::as_field)
                .map(|inner| inner.name.to_string())
                .collect(),
        });
        for argument in &field.arguments {
            if holds(argument.location(), offset) {
                let declared = definition
                    .and_then(|it| it.argument_by_name(&argument.name))
                    .map(|it| &**it);
                self.enter_argument(&argument.name, &argument.value, None, declared, offset);
            }
        }
        let inner = definition.map_or("", |it| it.ty.inner_named_type().as_str());
        self.enter(&field.selection_set, inner, offset);
    }

    fn enter_argument(
        &mut self,
        name: &str,
        value: &Node<Literal>,
        input_object: Option<&str>,
        declared: Option<&InputValueDefinition>,
        offset: usize,
    ) {
        self.path.push(name.to_owned());
        self.argument = Some(SiteArgument {
            name: name.to_owned(),
            input_object: input_object.map(str::to_owned),
            expected: declared.map(|it| it.ty.to_string()),
            value: value.to_string(),
            variable: value.as_variable().map(ToString::to_string),
        });
        if let Some(declared) = declared {
            self.enter_value(value, &declared.ty, offset);
        }
    }

    fn enter_value(&mut self, value: &Node<Literal>, ty: &Type, offset: usize) {
        match &**value {
            Literal::List(items) => {
                for item in items.iter().filter(|item| holds(item.location(), offset)) {
                    self.enter_value(item, ty.item_type(), offset);
                }
            }
            Literal::Object(members) => {
                let type_name = ty.inner_named_type();
                let Some(input) = SCHEMA.get_input_object(type_name) else {
                    return;
                };
                for (name, member) in members {
                    if holds(name.location(), offset) || holds(member.location(), offset) {
                        let declared = input.fields.get(name).map(|it| &***it);
                        self.enter_argument(name, member, Some(type_name), declared, offset);
                    }
                }
            }
            _ => {}
        }
    }
}
