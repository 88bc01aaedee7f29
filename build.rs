//! graphql_client tracks only the operation files; a changed schema must rebuild too.
fn main() {
    println!("cargo::rerun-if-changed=graphql");
}
