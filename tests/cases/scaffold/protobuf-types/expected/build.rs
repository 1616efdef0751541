//! Writes the Rust types of the schema: prost-build over protox, so that no protoc is needed.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=schema");
    let files = protox::compile(["schema/message.proto"], ["schema"])?;
    prost_build::Config::new()
        // Messages know their full names, by which schemawire finds them in the schema.
        .enable_type_names()
        // Maps in order, so that a value has one encoding.
        .btree_map(["."])
        // A comment may hold what rustdoc takes for an example.
        .disable_comments(["."])
        .include_file("types.rs")
        .compile_fds(files)?;
    Ok(())
}
