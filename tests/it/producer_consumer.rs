//! Tests of producer_consumer.
