//! What every registry must do, as a suite that any implementation can run.
