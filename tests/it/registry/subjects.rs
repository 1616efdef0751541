//! Subjects as text.

use proptest::prelude::*;
use schemawire::registry::{RegistryError, RegistryErrorKind, Subject};

use super::machine::name;

#[test]
fn a_subject_is_a_context_and_a_name() {
    for (text, context, rest, shown) in [
        ("orders-value", ".", "orders-value", "orders-value"),
        (":.eu:orders-value", ".eu", "orders-value", ":.eu:orders-value"),
        (":.:orders-value", ".", "orders-value", "orders-value"),
        (":.eu:a:b", ".eu", "a:b", ":.eu:a:b"),
        (":.eu:", ".eu", "", ":.eu:"),
        (":.eu", ".eu", "", ":.eu:"),
        (":.__GLOBAL:", ".__GLOBAL", "", ":.__GLOBAL:"),
        (":orders", ".", ":orders", ":orders"),
        (":.::.eu:x", ".", ":.eu:x", ":.::.eu:x"),
        ("a b?c#d/é", ".", "a b?c#d/é", "a b?c#d/é"),
    ] {
        let subject = name(text);
        assert_eq!((subject.context(), subject.name(), subject.as_str()), (context, rest, shown), "{text}");
    }
}

#[test]
fn what_no_subject_may_be_is_refused_with_its_code() {
    for text in
        ["", ":.:", "a\nb", "a\u{0}", "\u{85}", "__GLOBAL", "__EMPTY", ":.eu:__GLOBAL", ":.__GLOBAL:x"]
    {
        let error = RegistryError::from(text.parse::<Subject>().expect_err(text));
        assert_eq!(error.kind, RegistryErrorKind::InvalidSubject, "{text:?}");
        assert!(!error.message.contains(char::is_control), "the message is fit to be shown");
    }
}

#[test]
fn a_reference_is_looked_for_in_the_context_of_the_one_that_refers() {
    let parent = name(":.eu:orders");
    assert_eq!(parent.qualify(&name("customer")), name(":.eu:customer"));
    assert_eq!(parent.qualify(&name(":.us:customer")), name(":.us:customer"));
    assert_eq!(name("orders").qualify(&name("customer")), name("customer"));
    assert_eq!(name("orders").qualify(&name(":.us:customer")), name(":.us:customer"));
}

proptest! {
    #[test]
    fn what_a_subject_shows_is_the_same_subject(text in "(:\\.?[a-z.]{0,3}:?)?[a-z:._ -]{0,6}") {
        if let Ok(subject) = text.parse::<Subject>() {
            let again = name(subject.as_str());
            prop_assert_eq!((again.context(), again.name()), (subject.context(), subject.name()));
            prop_assert_eq!(again, subject);
        }
    }
}
