//! Who may ask: names and passwords, as HTTP's basic authentication sends them (RFC 7617).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::ServeError;

/// Names with passwords. What is kept is a hash, which nothing prints; comparing takes as long for a wrong name as for a wrong
/// password, and as long whichever letter is wrong.
///
/// ```
/// use schemawire::server::Users;
///
/// let users: Users = "# who may ask\nservices:s3cret\nada:with:colons\n".parse()?;
/// assert_eq!(format!("{users:?}"), r#"Users(["services", "ada"])"#);
/// assert!("services".parse::<Users>().is_err(), "a line is NAME:PASSWORD");
/// # Ok::<(), schemawire::server::ServeError>(())
/// ```
#[derive(Clone)]
pub struct Users(Vec<User>);

#[derive(Clone)]
struct User {
    name: String,
    /// SHA-256 of `name:password`.
    secret: [u8; 32],
}

impl Users {
    /// Whether the value of a header `Authorization` names one of them.
    pub(super) fn let_in(&self, authorization: Option<&[u8]>) -> bool {
        let Some(given) = authorization.and_then(credentials) else { return false };
        let given: [u8; 32] = Sha256::digest(&given).into();
        // Without `||` and without an early end, which would tell by their time how far it fits.
        self.0.iter().fold(false, |found, user| found | is_same(&given, &user.secret))
    }
}

/// What stands behind `Basic`, decoded: `name:password`.
fn credentials(authorization: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(authorization).ok()?;
    let (scheme, encoded) = text.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    STANDARD.decode(encoded.trim()).ok()
}

fn is_same(one: &[u8; 32], other: &[u8; 32]) -> bool {
    let differing = one.iter().zip(other).fold(0, |differing, (one, other)| differing | (one ^ other));
    std::hint::black_box(differing) == 0
}

/// Lines of `NAME:PASSWORD`; empty ones and those that begin with `#` are passed over.
impl std::str::FromStr for Users {
    type Err = ServeError;

    fn from_str(text: &str) -> Result<Self, ServeError> {
        let mut users = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim_end_matches('\r');
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match line.split_once(':') {
                Some((name, password)) if !name.is_empty() && !password.is_empty() => {
                    users.push(User { name: name.to_owned(), secret: Sha256::digest(line).into() });
                }
                // Never the line itself, which may be a password.
                _ => return Err(ServeError::Users { line: Some(number + 1) }),
            }
        }
        if users.is_empty() { Err(ServeError::Users { line: None }) } else { Ok(Self(users)) }
    }
}

/// The names alone.
impl fmt::Debug for Users {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Users").field(&self.0.iter().map(|user| &user.name).collect::<Vec<_>>()).finish()
    }
}
