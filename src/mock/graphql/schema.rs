//! The Admin schema, parsed once per process.

use std::sync::LazyLock;

use apollo_compiler::Schema;
use apollo_compiler::validation::Valid;

/// The validator knows no `@oneOf` of its own; Shopify's introspection does not list it either.
const ONE_OF: &str = "directive @oneOf on INPUT_OBJECT\n";

/// The schema of `graphql/schema.graphql`.
pub static SCHEMA: LazyLock<Valid<Schema>> = LazyLock::new(|| {
    let text = format!(
        "{ONE_OF}{}",
        include_str!("../../../graphql/schema.graphql")
    );
    // A test holds that the schema is valid; a broken one would refuse every operation rather than stop the process.
    Schema::parse_and_validate(text, "schema.graphql")
        .unwrap_or_else(|broken| Valid::assume_valid(broken.partial))
});

/// Whether the root field is a mutation.
pub fn is_mutation(field: &str) -> bool {
    SCHEMA.type_field("Mutation", field).is_ok()
}

/// Whether the input object takes exactly one of its fields.
pub fn is_one_of(type_name: &str) -> bool {
    SCHEMA
        .get_input_object(type_name)
        .is_some_and(|input| input.directives.has("oneOf"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pruned_schema_is_valid() {
        let text = format!(
            "{ONE_OF}{}",
            include_str!("../../../graphql/schema.graphql")
        );
        if let Err(broken) = Schema::parse_and_validate(text, "schema.graphql") {
            panic!("{}", broken.errors);
        }
    }

    #[test]
    fn identifiers_take_exactly_one_key() {
        assert!(is_one_of("CustomerSetIdentifiers"));
        assert!(is_one_of("CustomerIdentifierInput"));
        assert!(!is_one_of("CustomerInput"));
    }
}
