//! TLS and SASL, against the broker that `scripts/kafka.sh start --secure yes` starts.

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use schemawire::record::TopicPartition;
use schemawire::transport::kafka::{KafkaBuilder, Sasl, Tls};
use schemawire::transport::{ConsumerSpec, Kafka, ProducerSpec, TopicSpec, Transport, TransportErrorKind};

use super::super::{batch, drain};

/// As `scripts/kafka.sh` has them.
const USER: &str = "schemawire";
const SECRET: &str = "schemawire-secret";

struct Secure {
    tls: String,
    sasl: String,
    mutual: String,
    certificates: PathBuf,
}

impl Secure {
    fn find() -> Option<Self> {
        let variable = |name| std::env::var_os(name).and_then(|it| it.into_string().ok());
        let found = (
            variable("SCHEMAWIRE_KAFKA_TLS"),
            variable("SCHEMAWIRE_KAFKA_SASL"),
            variable("SCHEMAWIRE_KAFKA_MUTUAL"),
            variable("SCHEMAWIRE_KAFKA_CERTIFICATES"),
        );
        let (Some(tls), Some(sasl), Some(mutual), Some(certificates)) = found else {
            eprintln!("skipped: no broker talks TLS and SASL; scripts/streams.sh starts one");
            return None;
        };
        Some(Self { tls, sasl, mutual, certificates: certificates.into() })
    }

    fn trusted(&self) -> Tls {
        Tls::new().ca_file(self.authority())
    }

    fn authority(&self) -> PathBuf {
        self.certificates.join("ca.pem")
    }

    /// With the certificate of that name shown to the broker.
    fn showing(&self, name: &str) -> Tls {
        let [certificate, key] = ["pem", "key"].map(|kind| self.certificates.join(format!("{name}.{kind}")));
        self.trusted().identity_files(certificate, key)
    }
}

fn hasty(brokers: &str) -> KafkaBuilder {
    Kafka::builder(brokers).connect_timeout(Duration::from_secs(15)).request_timeout(Duration::from_secs(20))
}

/// Writes and reads a record over that connection, all kinds of handles.
async fn works(builder: KafkaBuilder, topic: &str) {
    let kafka = builder.connect().await.unwrap();
    let _ = kafka.delete_topic(topic).await;
    kafka.create_topic(TopicSpec::new(topic, 1)).await.unwrap();
    let at = TopicPartition::new(topic, 0);
    let producer = kafka.open_producer(ProducerSpec::default()).await.unwrap();
    producer.append(&at, batch(&["a"])).await.unwrap();
    let mut transaction = kafka.open_transactional(topic).await.unwrap();
    transaction.begin().await.unwrap();
    transaction.append(&at, batch(&["b"])).await.unwrap();
    transaction.commit().await.unwrap();
    let spec = ConsumerSpec::new(&[topic]).with_group(topic);
    let mut consumer = kafka.open_consumer(spec).await.unwrap();
    assert_eq!(drain(&mut *consumer).await, ["a", "b"]);
    consumer.close().await.unwrap();
}

/// A token as the broker takes it for tests: without a signature.
fn token(user: &str, seconds: i64) -> String {
    let now = schemawire::transport::Clock::wall(&schemawire::transport::SystemClock::default()) / 1000;
    let claims = format!(r#"{{"sub":"{user}","iat":{},"exp":{}}}"#, now - 10, now + seconds);
    let [header, claims] = [r#"{"alg":"none"}"#, &claims].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part));
    format!("{header}.{claims}.")
}

#[tokio::test]
async fn a_broker_that_talks_tls_is_trusted_by_its_authority_alone() {
    let Some(secure) = Secure::find() else { return };
    works(hasty(&secure.tls).tls(secure.trusted()), "test.tls").await;
    let pem = std::fs::read(secure.authority()).unwrap();
    hasty(&secure.tls).tls(Tls::new().ca_pem(&pem)).connect().await.unwrap();

    let error = hasty(&secure.tls).tls(Tls::new()).connect().await.unwrap_err();
    assert_eq!(error.kind, TransportErrorKind::Denied, "the system does not know it: {error:?}");
    let error = hasty(&secure.tls).tls(secure.trusted().server_name("elsewhere.example")).connect().await;
    assert_eq!(error.unwrap_err().kind, TransportErrorKind::Denied, "it is another machine's");
    // Plain text to a port that wants TLS, and the other way round: an error within the time-out, and no hang.
    assert!(hasty(&secure.tls).connect().await.is_err());
    let Some(plain) = super::brokers() else { return };
    assert!(hasty(&plain).tls(secure.trusted()).connect().await.is_err());
}

/// Mutual TLS: who shows no certificate, or one that the broker does not know, is told that it is denied.
#[tokio::test]
async fn a_broker_that_asks_for_a_certificate_lets_in_who_shows_its_own() {
    let Some(secure) = Secure::find() else { return };
    works(hasty(&secure.mutual).tls(secure.showing("client")), "test.mutual").await;
    for refused in [secure.trusted(), secure.showing("stranger")] {
        let error = hasty(&secure.mutual).tls(refused).connect().await.unwrap_err();
        assert_eq!(error.kind, TransportErrorKind::Denied, "{error:?}");
        assert!(error.message.contains("certificates"), "{error}");
    }
    let missing = secure.trusted().identity_files("/nowhere/client.pem", "/nowhere/client.key");
    let error = hasty(&secure.mutual).tls(missing).connect().await.unwrap_err();
    assert_ne!(error.kind, TransportErrorKind::Unreachable, "{error:?}");
}

#[tokio::test]
async fn every_mechanism_lets_the_right_secret_in_and_no_other() {
    let Some(secure) = Secure::find() else { return };
    type Mechanism = fn(&str, &str) -> Sasl;
    let mechanisms: [(&str, Mechanism); 3] = [
        ("test.plain", Sasl::plain),
        ("test.scram256", Sasl::scram_sha_256),
        ("test.scram512", Sasl::scram_sha_512),
    ];
    for (topic, mechanism) in mechanisms {
        let builder = || hasty(&secure.sasl).tls(secure.trusted());
        works(builder().sasl(mechanism(USER, SECRET)), topic).await;
        for (user, secret) in [(USER, "not-this-one"), ("somebody", SECRET)] {
            let error = builder().sasl(mechanism(user, secret)).connect().await.unwrap_err();
            assert_eq!(error.kind, TransportErrorKind::Denied, "{topic}: {error:?}");
            assert!(!format!("{error:?}").contains(secret), "{error:?}");
        }
    }
}

#[tokio::test]
async fn a_token_lets_in_while_it_is_valid_and_is_asked_for_anew() {
    let Some(secure) = Secure::find() else { return };
    let builder = || hasty(&secure.sasl).tls(secure.trusted());
    works(builder().sasl(Sasl::oauth_bearer(&token(USER, 600))), "test.token").await;
    let asked = Sasl::oauth_bearer_from(|| async { Ok::<_, std::io::Error>(token(USER, 600)) });
    works(builder().sasl(asked), "test.tokens").await;

    let error = builder().sasl(Sasl::oauth_bearer(&token(USER, -5))).connect().await.unwrap_err();
    assert_eq!(error.kind, TransportErrorKind::Denied, "it was valid once: {error:?}");
    let none =
        Sasl::oauth_bearer_from(|| async { Err::<String, _>(std::io::Error::other("no token today")) });
    let error = builder().sasl(none).connect().await.unwrap_err();
    assert_eq!(error.kind, TransportErrorKind::Denied, "{error:?}");
    let under = error.source().and_then(Error::source).map(ToString::to_string);
    assert!(format!("{under:?}").contains("no token today"), "{error:?}");
}
