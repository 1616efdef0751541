//! Witnesses and fixes of single findings.

#[cfg(feature = "avro")]
mod avro {
    use schemawire::compat::{Check, Level, Outcome, Report};
    use schemawire::proof::prove;
    use schemawire::schema::Schema;

    fn proven(level: Level, old: &str, new: &str) -> Report {
        let (old, new) = (Schema::avro(old).unwrap(), Schema::avro(new).unwrap());
        let check = Check { level, ..Check::default() };
        let history = [old];
        let mut report = check.run(&history, &new);
        prove(&check, &mut report, &history, &new);
        report
    }

    #[test]
    fn a_decimal_of_another_scale_is_shown_with_the_value_that_it_is_misread_as() {
        let schema = |scale: u32| {
            format!(
                r#"{{"type": "record", "name": "Price", "fields": [{{"name": "amount", "type":
                {{"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": {scale}}}}}]}}"#
            )
        };
        let report = proven(Level::Backward, &schema(2), &schema(4));
        assert!(report.is_compatible());
        assert_eq!(report.wire, schemawire::compat::Verdict::Incompatible);
        assert!(report.to_string().contains("the profiles differ"), "{report}");
        let witness = report.findings[0].witness.as_ref().unwrap();
        assert_eq!(witness.json, r#"{"amount":"12.34"}"#);
        assert_eq!(witness.hex(), "0404d2");
        assert_eq!(witness.outcome, Outcome::Misread(r#"{"amount":"0.1234"}"#.to_owned()));
    }

    #[test]
    fn a_field_without_a_default_gets_one_and_the_fix_is_verified() {
        let old = r#"{"type": "record", "name": "R", "fields": [{"name": "id", "type": "string"}]}"#;
        let new = r#"{"type": "record", "name": "R", "fields": [{"name": "id", "type": "string"}, {"name": "sku", "type": "string"}]}"#;
        let report = proven(Level::Backward, old, new);
        let finding = &report.findings[0];
        assert_eq!(finding.element, "R.sku");
        let fix = finding.fixes.first().unwrap();
        assert!(fix.verified);
        assert_eq!(fix.description, "give field `sku` the default \"\"");
        assert!(fix.apply(new).unwrap().contains(r#"{"name": "sku", "type": "string", "default": ""}"#));
    }

    #[test]
    fn the_id_of_a_finding_stays_while_lines_move() {
        let old = r#"{"type": "record", "name": "R", "fields": []}"#;
        let new = r#"{"type": "record", "name": "R", "fields": [{"name": "a", "type": "int"}]}"#;
        let moved = new.replace("[{", "[\n\n  {");
        let id = |new: &str| proven(Level::Backward, old, new).findings[0].id("orders-value");
        assert_eq!(id(new), id(&moved));
        assert_eq!(id(new).len(), 12);
        assert_ne!(id(new), id(&new.replace("\"a\"", "\"b\"")));
    }
}
