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
    fn a_witness_shows_its_own_finding_and_not_a_graver_one_beside_it() {
        let record = |scale: u32, more: &str| {
            format!(
                r#"{{"type": "record", "name": "Price", "fields": [{{"name": "amount", "type":
                {{"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": {scale}}}}}{more}]}}"#
            )
        };
        let sku = r#", {"name": "sku", "type": "string"}"#;
        let report = proven(Level::Backward, &record(2, ""), &record(4, sku));
        let witness = |rule: &str| {
            let found = report.findings.iter().find(|it| it.rule == rule).unwrap();
            found.witness.clone().unwrap()
        };
        let scale = witness("avro/decimal-scale-changed");
        assert_eq!(scale.outcome, Outcome::Misread(r#"{"amount":"0.1234"}"#.to_owned()));
        assert!(scale.is_alone);
        let missing = witness("avro/field-added-without-default");
        let Outcome::Refused(error) = &missing.outcome else { panic!("{missing}") };
        assert!(error.contains("sku") && missing.is_alone, "{missing}");
        // Two breaks at one place cannot be told apart, and the witness says so.
        let renamed = record(4, "").replace("Price", "Cost");
        let report = proven(Level::Backward, &record(2, ""), &renamed);
        let apart = report.findings.iter().filter_map(|it| it.witness.as_ref());
        for witness in apart.filter(|it| !it.is_alone) {
            assert!(witness.to_string().ends_with("(another finding may be the reason)"), "{witness}");
        }
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

#[cfg(feature = "bincode")]
mod bincode {
    use schemawire::compat::{Level, Verdict, check, sample};
    use schemawire::proof::Trial;
    use schemawire::schema::Schema;

    #[test]
    fn what_is_one_after_another_is_the_same_as_an_array_a_tuple_and_a_tuple_struct() {
        let layout = |root: &str| {
            let text = format!(
                r#"{{"layout": 1, "integers": "varint", "root": {root}, "types": {{"P": {{"tuple": ["i32", "i64"]}}}}}}"#
            );
            Schema::bincode(&text).unwrap()
        };
        let rows = [
            (r#"{"array": "i32", "length": 2}"#, r#"{"tuple": ["i32", {"option": "i64"}]}"#),
            (r#"{"array": "u8", "length": 2}"#, r#"{"tuple": ["u8", "u16"]}"#),
            (r#"{"tuple": ["i32", "i32"]}"#, r#"{"array": "i64", "length": 2}"#),
            (r#"{"tuple": ["i32", "i32"]}"#, "\"P\""),
            ("\"P\"", r#"{"tuple": ["i64", "i64"]}"#),
        ];
        for (old, new) in rows {
            let (old, new) = (layout(old), layout(new));
            assert_eq!(check(Level::Backward, std::slice::from_ref(&old), &new).wire, Verdict::Compatible);
            for seed in 0..20 {
                let value = sample(&old, None, seed).unwrap();
                assert_eq!(Trial::new(&old, &new).run(None, &value), Ok(()), "{value}");
            }
        }
    }
}
