//! The binary `schemawire`: see `schemawire --help`.

fn main() -> std::process::ExitCode {
    schemawire::cli::run()
}
