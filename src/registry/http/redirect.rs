//! Where a redirect leads, or why it is not followed.

use reqwest::Url;

/// The statuses that say where else to ask.
pub(super) const fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// The address that an answer sends a request to. `seen` are those that were asked already, the last one last.
///
/// # Errors
/// Why the redirect is not followed, in a sentence.
pub(super) fn target(
    method: &str,
    status: u16,
    location: Option<&str>,
    seen: &[Url],
    most: usize,
) -> Result<Url, String> {
    let Some(from) = seen.last() else { return Err("there is nothing to redirect".into()) };
    let Some(location) = location else {
        return Err(format!("status {status} from {from} without a place to go to"));
    };
    let mut to = from.join(location).map_err(|_| format!("status {status} from {from} to what is no URL"))?;
    // Neither is sent, and neither is to be shown.
    let _ = to.set_username("");
    let _ = to.set_password(None);
    to.set_fragment(None);
    if !matches!(to.scheme(), "http" | "https") {
        return Err(format!("{from} redirects to the scheme `{}`", to.scheme()));
    }
    // 307 and 308 keep method and body; the others would make another request of it, as browsers do.
    if method != "GET" && !matches!(status, 307 | 308) {
        return Err(format!(
            "{from} redirects {method} to {to} with status {status}, which would change it to GET: use that address"
        ));
    }
    if from.scheme() == "https" && to.scheme() == "http" {
        return Err(format!("{from} redirects to {to}, which is not encrypted"));
    }
    if seen.contains(&to) {
        return Err(format!("{from} redirects in a circle to {to}"));
    }
    if seen.len() > most {
        return Err(format!("more than {most} redirects, the last to {to}"));
    }
    Ok(to)
}

#[cfg(test)]
mod tests {
    use super::{Url, target};

    fn from(method: &str, status: u16, location: &str) -> Result<String, String> {
        let seen = [
            Url::parse("https://a/x").expect("a URL"),
            Url::parse("https://a/subjects?deleted=true").expect("a URL"),
        ];
        target(method, status, Some(location), &seen, 2).map(String::from)
    }

    #[test]
    fn a_redirect_is_followed_relative_to_where_it_came_from() {
        assert_eq!(from("GET", 302, "/v2/subjects").as_deref(), Ok("https://a/v2/subjects"));
        assert_eq!(from("GET", 301, "https://b/").as_deref(), Ok("https://b/"));
        assert_eq!(from("POST", 308, "https://user:secret@b/").as_deref(), Ok("https://b/"));
    }

    #[test]
    fn what_is_not_followed_says_why() {
        for (method, status, location, why) in [
            ("GET", 302, "http://a/subjects", "not encrypted"),
            ("GET", 302, "/subjects?deleted=true", "in a circle"),
            ("GET", 302, "/x", "in a circle"),
            ("POST", 302, "/y", "would change it to GET"),
            ("GET", 302, "ftp://a/", "scheme `ftp`"),
            ("GET", 302, "https://[", "no URL"),
        ] {
            let error = from(method, status, location).expect_err(location);
            assert!(error.contains(why), "{location}: {error}");
        }
        let seen = ["https://a/1", "https://a/2", "https://a/3"].map(|it| Url::parse(it).expect("a URL"));
        assert!(target("GET", 302, Some("/4"), &seen, 2).expect_err("too many").contains("more than 2"));
        assert!(target("GET", 302, None, &seen, 9).expect_err("nowhere").contains("without a place"));
    }
}
