-- The store of a run: RUN/thinktrace.db, schema version 1 (PRAGMA user_version).
-- Arrays are little-endian blobs: ids and positions are 32-bit integers, log-probabilities 32-bit floats.
-- Lists of texts and settings are JSON.

-- What was asked: one row. `identity` holds everything that the numbers hang on except how many of them there are;
-- a command with another identity is another run. `provenance` is how it was last called, on what.
CREATE TABLE plan (
  id          TEXT PRIMARY KEY,  -- hash of identity
  identity    TEXT NOT NULL,     -- JSON object
  provenance  TEXT NOT NULL,     -- JSON object: options of the command line, versions, paths
  samples     INTEGER NOT NULL,  -- samples a question
  unit_size   INTEGER NOT NULL,  -- samples a unit
  noise_floor TEXT               -- JSON object, null until measured
) STRICT;

CREATE TABLE question (
  id      TEXT PRIMARY KEY,      -- hash of subject, text, options and answer
  subject TEXT NOT NULL,
  text    TEXT NOT NULL,
  options TEXT NOT NULL,         -- JSON array of strings
  answer  INTEGER NOT NULL       -- index of the right option
) STRICT;

-- The questions of the plan in their order.
CREATE TABLE plan_question (
  plan_id     TEXT NOT NULL REFERENCES plan(id),
  question_id TEXT NOT NULL REFERENCES question(id),
  place       INTEGER NOT NULL,
  PRIMARY KEY (plan_id, question_id)
) STRICT;

-- A unit of work: a fixed number of samples of one question, decoded by itself, committed whole.
CREATE TABLE unit (
  id               INTEGER PRIMARY KEY,
  plan_id          TEXT NOT NULL REFERENCES plan(id),
  question_id      TEXT NOT NULL REFERENCES question(id),
  first_sample     INTEGER NOT NULL,
  n_samples        INTEGER NOT NULL,
  status           TEXT NOT NULL CHECK (status IN ('ok', 'failed')),
  error            TEXT NOT NULL DEFAULT '',
  labels           TEXT NOT NULL,     -- JSON array of strings
  prompt_text      TEXT NOT NULL,
  prompt_ids       BLOB NOT NULL,
  settings         TEXT NOT NULL,     -- JSON object: how it was computed (threads, branches, engine, CPU variant, …)
  seconds_sampling REAL NOT NULL,
  seconds_probing  REAL NOT NULL,
  UNIQUE (plan_id, question_id, first_sample)
) STRICT;

CREATE TABLE trace (
  id          TEXT PRIMARY KEY,  -- hash of model, question, prompt ids, closing tag, sampler settings, budgets, seed, sample
  unit_id     INTEGER NOT NULL REFERENCES unit(id),
  sample      INTEGER NOT NULL,
  seed        TEXT NOT NULL,     -- decimal; it may need all 64 bits
  think_ids   BLOB NOT NULL,
  think_text  TEXT NOT NULL,     -- JSON array of strings, one a thinking token
  stop        TEXT NOT NULL CHECK (stop IN ('closed', 'budget', 'end_of_text')),
  answer_ids  BLOB NOT NULL,
  answer_text TEXT NOT NULL,
  chosen      INTEGER,           -- option that the free answer names
  UNIQUE (unit_id, sample)
) STRICT;

-- A trace read at its positions by a model with a suffix and labels.
CREATE TABLE reading (
  id           TEXT PRIMARY KEY,  -- hash of trace, reading model, suffix and labels
  trace_id     TEXT NOT NULL REFERENCES trace(id),
  model_sha256 TEXT NOT NULL,
  forced_text  TEXT NOT NULL,     -- closing tag and suffix
  suffix_ids   BLOB NOT NULL,
  positions    BLOB NOT NULL,     -- thinking tokens kept
  logprobs     BLOB NOT NULL,     -- [n_positions, n_options]
  UNIQUE (trace_id, model_sha256, suffix_ids)
) STRICT;
