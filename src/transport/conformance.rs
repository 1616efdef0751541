//! What every transport must do, as a suite that any implementation can run.
