//! Putting a bench together: settings, what is measured, the codecs; and the run.

use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::measure::{self, Operation};
use super::payloads::Payloads;
use super::work::{self, Prepared, Typed};
use super::{
    BenchError, Bytes, Case, Figures, LeftOut, Machine, Method, Path, Report, Spread, Subject, VERSION,
    clock, compress,
};
use crate::codec::{Binding, BoundCodec, Codec, Decode, DecodeError, Encode};
use crate::schema::Schema;
use crate::value::Value;

/// A bench in the making: settings, then cases, then [`Bench::run`].
#[must_use]
pub struct Bench<'b> {
    settings: Settings,
    subject: Subject,
    cases: Vec<Prepared<'b>>,
    left_out: Vec<LeftOut>,
}

#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) rounds: u32,
    pub(super) warm_up_rounds: u32,
    pub(super) turn: Duration,
    pub(super) allocations: Option<fn() -> u64>,
}

impl Default for Bench<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Bench<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let cases: Vec<_> = self.cases.iter().map(|it| (&it.codec, it.path)).collect();
        f.debug_struct("Bench")
            .field("settings", &self.settings)
            .field("cases", &cases)
            .finish_non_exhaustive()
    }
}

impl<'b> Bench<'b> {
    /// 51 rounds of turns of at least 4 ms, 5 rounds before them that do not count; allocations are not counted.
    pub fn new() -> Self {
        let turn = Duration::from_millis(4);
        let settings = Settings { rounds: 51, warm_up_rounds: 5, turn, allocations: None };
        Self { settings, subject: Subject::default(), cases: Vec::new(), left_out: Vec::new() }
    }

    /// That many rounds, at least one; a tenth of them more to warm up, at most five.
    pub fn with_rounds(mut self, rounds: u32) -> Self {
        self.settings.rounds = rounds.clamp(1, 1_000_000);
        self.settings.warm_up_rounds = self.settings.rounds.div_ceil(10).min(5);
        self
    }

    /// Turns of at least that time. Below a millisecond the clock itself shows.
    pub fn with_turn(mut self, least: Duration) -> Self {
        self.settings.turn = least;
        self
    }

    /// Counts allocations with what the program's own counting allocator says: all that this thread has made so far,
    /// reallocations included. Only a program can install an allocator; without one the report has no counts.
    pub fn with_allocations(mut self, made_so_far: fn() -> u64) -> Self {
        self.settings.allocations = Some(made_so_far);
        self
    }

    /// Says what is measured, for the report: the schema, the message where it is Protobuf and not its first, the data in
    /// words, and the texts or bytes of it that the fingerprint covers.
    pub fn with_subject<'d>(
        mut self,
        schema: &Schema,
        message: Option<&str>,
        data: &str,
        content: impl IntoIterator<Item = &'d [u8]>,
    ) -> Self {
        let mut hash = Sha256::new();
        // With its length before each part, no two lists of parts are the same bytes.
        let mut cover = |part: &[u8]| {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        };
        cover(schema.canonical().as_bytes());
        cover(message.unwrap_or_default().as_bytes());
        content.into_iter().for_each(&mut cover);
        self.subject = Subject {
            schema: message.map(str::to_owned).or_else(|| schema.full_name()).unwrap_or_default(),
            format: schema.format().as_str().into(),
            data: data.into(),
            messages: 0,
            fingerprint: hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect(),
        };
        self
    }

    /// Adds the dynamic half of a codec over these values, with what is to be known about them.
    ///
    /// # Errors
    /// No values; one that the codec does not write, or that it reads back as another.
    pub fn dynamic(
        &mut self,
        codec: &str,
        bound: Arc<dyn BoundCodec>,
        values: &[Value<'_>],
        notes: Vec<String>,
    ) -> Result<&mut Self, BenchError> {
        self.add(Prepared { notes, ..work::dynamic(codec, bound, values)? })
    }

    /// Adds a codec over values of a Rust type that owns what it holds.
    ///
    /// # Errors
    /// A schema that does not bind; no values; one that the codec does not write, or that it reads back as another.
    pub fn typed<C, T>(
        &mut self,
        codec_name: &str,
        codec: &C,
        binding: &Binding<'_>,
        values: &'b [T],
    ) -> Result<&mut Self, BenchError>
    where
        C: Codec,
        C::Bound: Encode<T> + for<'de> Decode<'de, T>,
        T: PartialEq,
    {
        let bound = codec.bind(binding)?;
        let mut out = Vec::new();
        for (index, value) in values.iter().enumerate() {
            out.clear();
            let name = || codec_name.to_owned();
            bound.encode(value, &mut out).map_err(|source| BenchError::Encode {
                codec: name(),
                index,
                source,
            })?;
            let read: T =
                bound.decode(&out).map_err(|source| BenchError::Decode { codec: name(), index, source })?;
            if read != *value {
                return Err(BenchError::Changed { codec: name(), index });
            }
        }
        self.add_typed::<C, T, _>(codec_name, bound, values, |bound, payload| {
            std::hint::black_box(Decode::<T>::decode(bound, payload)?);
            Ok(())
        })
    }

    /// Adds a codec over values of a Rust type, read as `decode` says: for types that borrow from the payload, or for reading
    /// another type than was written. `decode` has to keep what it reads alive with [`std::hint::black_box`].
    ///
    /// ```
    /// # use schemawire::bench::Bench;
    /// # use schemawire::codec::{Avro, Binding, Decode};
    /// # use schemawire::schema::Schema;
    /// #[derive(serde::Serialize, serde::Deserialize)]
    /// struct Order<'a> { id: &'a str }
    /// let schema = Schema::avro(r#"{"type": "record", "name": "Order", "fields": [{"name": "id", "type": "string"}]}"#)?;
    /// let orders = [Order { id: "a" }];
    /// let mut bench = Bench::new().with_rounds(1).with_turn(std::time::Duration::from_micros(50));
    /// bench.typed_with("avro", &Avro, &Binding::new(&schema), &orders, |bound, payload| {
    ///     let order: Order<'_> = bound.decode(payload)?;
    ///     std::hint::black_box(&order);
    ///     Ok(())
    /// })?;
    /// # bench.run()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Bench::typed`], but that values come back the same is `decode`'s matter.
    pub fn typed_with<C, T, D>(
        &mut self,
        codec_name: &str,
        codec: &C,
        binding: &Binding<'_>,
        values: &'b [T],
        decode: D,
    ) -> Result<&mut Self, BenchError>
    where
        C: Codec,
        C::Bound: Encode<T>,
        D: Fn(&C::Bound, &[u8]) -> Result<(), DecodeError> + 'b,
    {
        let bound = codec.bind(binding)?;
        self.add_typed::<C, T, D>(codec_name, bound, values, decode)
    }

    fn add_typed<C, T, D>(
        &mut self,
        codec: &str,
        bound: C::Bound,
        values: &'b [T],
        decode: D,
    ) -> Result<&mut Self, BenchError>
    where
        C: Codec,
        C::Bound: Encode<T>,
        D: Fn(&C::Bound, &[u8]) -> Result<(), DecodeError> + 'b,
    {
        let mut payloads = Payloads::default();
        for (index, value) in values.iter().enumerate() {
            let payload = payloads.add(|out| bound.encode(value, out));
            let payload =
                payload.map_err(|source| BenchError::Encode { codec: codec.into(), index, source })?;
            decode(&bound, payload).map_err(|source| BenchError::Decode {
                codec: codec.into(),
                index,
                source,
            })?;
        }
        let (bound, payloads) = (Arc::new(bound), Arc::new(payloads));
        let writer = Arc::clone(&bound);
        let encode = move |index: usize, out: &mut Vec<u8>| match values.get(index) {
            Some(value) => writer.encode(std::hint::black_box(value), out),
            None => Ok(()),
        };
        let work = Typed {
            encode,
            decode: move |payload: &[u8]| decode(&bound, payload),
            count: values.len(),
            payloads: Arc::clone(&payloads),
            out: Vec::new(),
        };
        self.add(Prepared {
            codec: codec.into(),
            path: Path::Typed,
            rust_type: Some(short(std::any::type_name::<T>())),
            notes: Vec::new(),
            payloads,
            work: Box::new(work),
        })
    }

    fn add(&mut self, prepared: Prepared<'b>) -> Result<&mut Self, BenchError> {
        if prepared.payloads.len() == 0 {
            return Err(BenchError::Empty);
        }
        self.subject.messages = self.subject.messages.max(prepared.payloads.len());
        self.cases.push(prepared);
        Ok(self)
    }

    /// Says that a codec is not measured, and why.
    pub fn leave_out(&mut self, codec: &str, reason: &str) -> &mut Self {
        self.left_out.push(LeftOut { codec: codec.into(), reason: reason.into() });
        self
    }

    /// Whether there is nothing to measure.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// Measures.
    ///
    /// # Errors
    /// No case; a codec that refuses what it took before.
    pub fn run(self) -> Result<Report, BenchError> {
        self.run_with(|_, _| {})
    }

    /// Measures, and tells after every round how many are done, of how many.
    ///
    /// # Errors
    /// As [`Bench::run`].
    pub fn run_with(mut self, mut progress: impl FnMut(u32, u32)) -> Result<Report, BenchError> {
        if self.is_empty() {
            return Err(BenchError::Empty);
        }
        let operations = measure::measure(&mut self.cases, &self.settings, &mut progress)?;
        let cases = self.cases.iter().enumerate().map(|(index, case)| {
            let mut mine = operations.iter().filter(|it| it.case == index);
            let mut figures = |decodes: bool| {
                figures(
                    mine.find(|it| it.decodes == decodes),
                    case.payloads.bytes().len(),
                    case.payloads.len(),
                )
            };
            let (encode, decode) = (figures(false), figures(true));
            let (path, rust_type, notes) = (case.path, case.rust_type.clone(), case.notes.clone());
            Case {
                codec: case.codec.clone(),
                path,
                rust_type,
                notes,
                bytes: bytes(&case.payloads),
                encode,
                decode,
            }
        });
        Ok(Report {
            version: VERSION,
            cases: cases.collect(),
            subject: self.subject,
            method: Method {
                rounds: self.settings.rounds,
                warm_up_rounds: self.settings.warm_up_rounds,
                turn_milliseconds: self.settings.turn.as_secs_f64() * 1e3,
                clock: clock::NAME.into(),
                allocations: self.settings.allocations.is_some(),
            },
            machine: Machine::this(),
            left_out: self.left_out,
        })
    }
}

fn figures(operation: Option<&Operation>, bytes: usize, messages: usize) -> Figures {
    let nanoseconds = Spread::of(operation.map_or(&[], |it| it.rounds.as_slice()));
    let per_message = bytes as f64 / messages.max(1) as f64;
    // Bytes a nanosecond are thousands of megabytes a second.
    let rate = if nanoseconds.median > 0.0 { per_message / nanoseconds.median * 1e3 } else { 0.0 };
    Figures { nanoseconds, megabytes_per_second: rate, allocations: operation.and_then(|it| it.allocations) }
}

fn bytes(payloads: &Payloads) -> Bytes {
    let lengths = || payloads.iter().map(<[u8]>::len);
    Bytes {
        per_message: payloads.bytes().len() as f64 / payloads.len().max(1) as f64,
        least: lengths().min().unwrap_or(0),
        most: lengths().max().unwrap_or(0),
        compressed: compress::sizes(payloads),
    }
}

/// A type's name without the modules it lies in.
fn short(name: &str) -> String {
    let outer = name.split('<').next().unwrap_or(name);
    name.strip_prefix(outer.rsplit_once("::").map_or("", |(modules, _)| modules))
        .map_or(name, |it| it.trim_start_matches("::"))
        .replace("<'_>", "")
}
