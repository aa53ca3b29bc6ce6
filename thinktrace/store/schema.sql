-- The store of a run: RUN/thinktrace.db, schema version 4 (PRAGMA user_version).
-- Arrays are little-endian blobs: ids and positions are 32-bit integers, log-probabilities 32-bit floats.
-- Lists of texts and settings are JSON. The last column of every table is a checksum of the others (checked_row.h),
-- written with the row and compared whenever it is read. docs/store.md tells how versions follow each other.

-- A plan: traces sampled with one model, prompt and sampler. `identity` holds everything that a sampled trace hangs on
-- except how many there are; other settings are another plan, never mixed with this one. An import is a plan too.
CREATE TABLE plan (
  number      INTEGER PRIMARY KEY,  -- 1, 2, … in the order in which they were begun
  sampling_id TEXT NOT NULL,        -- hash of identity
  identity    TEXT NOT NULL,        -- JSON object
  provenance  TEXT NOT NULL,        -- JSON object: how it was last called, on what: options, versions, paths
  samples     INTEGER NOT NULL,     -- samples a question
  unit_size   INTEGER NOT NULL,     -- samples a unit
  reader_id   TEXT NOT NULL REFERENCES reader(id),  -- the reading that is shown unless another is asked for
  is_current  INTEGER NOT NULL,     -- 1 for the plan that was worked on last, which is shown unless another is asked for
  checksum    TEXT NOT NULL
) STRICT;

-- A way to read traces: a model, a suffix, labels, an order of the options, a stride or a tolerance.
CREATE TABLE reader (
  id          TEXT PRIMARY KEY,     -- hash of identity
  number      INTEGER NOT NULL UNIQUE,
  identity    TEXT NOT NULL,        -- JSON object
  provenance  TEXT NOT NULL,        -- JSON object: model's name and path, compute settings
  noise_floors TEXT NOT NULL,       -- JSON object: by plan's sampling_id; empty until measured
  prior       TEXT NOT NULL,        -- JSON array: what it answers to a question without content; empty until measured
  checksum    TEXT NOT NULL
) STRICT;

CREATE TABLE question (
  id       TEXT PRIMARY KEY,        -- hash of subject, text, options and answer
  subject  TEXT NOT NULL,
  text     TEXT NOT NULL,
  options  TEXT NOT NULL,           -- JSON array of strings
  answer   INTEGER NOT NULL,        -- index of the right option
  checksum TEXT NOT NULL
) STRICT;

-- The questions of a plan in their order.
CREATE TABLE plan_question (
  plan        INTEGER NOT NULL REFERENCES plan(number),
  question_id TEXT NOT NULL REFERENCES question(id),
  place       INTEGER NOT NULL,
  checksum    TEXT NOT NULL,
  PRIMARY KEY (plan, question_id),
  UNIQUE (plan, place)
) STRICT;

-- A unit of work: a fixed number of samples of one question, decoded by itself, committed whole. Plans that sample
-- alike share their units.
CREATE TABLE unit (
  id           INTEGER PRIMARY KEY,
  sampling_id  TEXT NOT NULL,
  question_id  TEXT NOT NULL REFERENCES question(id),
  first_sample INTEGER NOT NULL,
  n_samples    INTEGER NOT NULL,
  status       TEXT NOT NULL CHECK (status IN ('ok', 'failed')),
  error        TEXT NOT NULL,
  labels       TEXT NOT NULL,       -- JSON array of strings
  prompt_text  TEXT NOT NULL,
  prompt_ids   BLOB NOT NULL,
  settings     TEXT NOT NULL,       -- JSON object: how it was computed (threads, branches, engine, CPU variant, …)
  checksum     TEXT NOT NULL,
  UNIQUE (sampling_id, question_id, first_sample)
) STRICT;

-- Every finished attempt at a unit, at reading it or at an experiment on it, well or not: what it cost. Statistics are
-- sums over these.
CREATE TABLE attempt (
  id               INTEGER PRIMARY KEY,
  sampling_id      TEXT NOT NULL,
  question_id      TEXT NOT NULL REFERENCES question(id),
  first_sample     INTEGER NOT NULL,
  reader_id        TEXT NOT NULL REFERENCES reader(id),
  status           TEXT NOT NULL CHECK (status IN ('ok', 'failed')),
  error            TEXT NOT NULL,
  settings         TEXT NOT NULL,   -- JSON object
  tokens           INTEGER NOT NULL,  -- sampled: thinking and answer
  probes           INTEGER NOT NULL,
  seconds_sampling REAL NOT NULL,
  seconds_probing  REAL NOT NULL,
  experiment_id    TEXT REFERENCES experiment(id),  -- null: sampling or reading
  checksum         TEXT NOT NULL
) STRICT;
CREATE INDEX attempt_of_unit ON attempt (sampling_id, question_id, first_sample, reader_id);

CREATE TABLE trace (
  id          TEXT PRIMARY KEY,     -- hash of the plan's hash, question, prompt ids, sample
  unit_id     INTEGER NOT NULL REFERENCES unit(id),
  sample      INTEGER NOT NULL,
  seed        TEXT,                 -- decimal, as it may need all 64 bits; null: an import does not say
  think_ids   BLOB NOT NULL,        -- empty where an import lacks them
  think_text  TEXT NOT NULL,        -- JSON array of strings, one a thinking token
  has_tokens  INTEGER NOT NULL,     -- 0: think_text is one text whose tokens are not known
  stop        TEXT NOT NULL CHECK (stop IN ('closed', 'budget', 'end_of_text', 'unknown')),
  answer_ids  BLOB NOT NULL,
  answer_text TEXT NOT NULL,
  chosen      INTEGER,              -- option that the free answer names
  own_reader  TEXT,                 -- the reader of its unit; null where an import holds no probes of it
  checksum    TEXT NOT NULL,
  UNIQUE (unit_id, sample)
) STRICT;

-- A trace read at its positions by a reader. Columns that are null are as the unit or the trace has them.
CREATE TABLE reading (
  id               TEXT PRIMARY KEY,  -- hash of trace and reader
  trace_id         TEXT NOT NULL REFERENCES trace(id),
  reader_id        TEXT NOT NULL REFERENCES reader(id),
  labels           TEXT,            -- JSON array: the label that stands before each option
  prompt_text      TEXT,
  prompt_ids       BLOB,
  think_ids        BLOB,            -- the thinking in the reader's tokens
  think_text       TEXT,
  forced_text      TEXT NOT NULL,   -- closing tag and suffix
  suffix_ids       BLOB NOT NULL,
  positions        BLOB NOT NULL,   -- thinking tokens kept
  writer_positions BLOB,            -- the same in the writer's tokens, rounded down
  writer_tokens    INTEGER,         -- the length of the thinking in these
  logprobs         BLOB NOT NULL,   -- [n_positions, n_options], by option
  resolution       REAL NOT NULL,   -- probabilities are known to multiples of it; 0: as computed
  interpolated     BLOB,            -- those of positions whose rows were not read; null: all were
  mean_abs_dp      REAL,            -- estimated mean |dP| of the curve, and its 90 % bound; null: all were read
  mean_abs_dp_upper REAL,
  checksum         TEXT NOT NULL,
  UNIQUE (trace_id, reader_id)
) STRICT;

-- An experiment: stored traces changed in stated ways (its arms), and the answer that is forced after each. Of one kind
-- ('ablation', 'continuation', …); what it kept of a changed trace are outcomes or continuations.
CREATE TABLE experiment (
  id         TEXT PRIMARY KEY,      -- hash of identity
  number     INTEGER NOT NULL UNIQUE,  -- 1, 2, … in the order in which they were begun
  kind       TEXT NOT NULL,         -- 'ablation'
  reader_id  TEXT NOT NULL REFERENCES reader(id),
  identity   TEXT NOT NULL,         -- JSON object: all that an outcome hangs on besides its traces: reader, arms, draws, seed, …
  provenance TEXT NOT NULL,         -- JSON object: model's name and path, compute settings, options, version
  checksum   TEXT NOT NULL
) STRICT;

-- What one arm of an experiment made of one trace. Identity and source make the changed tokens again.
CREATE TABLE outcome (
  experiment_id TEXT NOT NULL REFERENCES experiment(id),
  trace_id      TEXT NOT NULL REFERENCES trace(id),
  arm           TEXT NOT NULL,
  draw          INTEGER NOT NULL,   -- 0, 1, …: of arms with random draws
  n_tokens      INTEGER NOT NULL,   -- thinking tokens after the change
  logprobs      BLOB NOT NULL,      -- by option
  source_trace  TEXT REFERENCES trace(id),  -- the trace whose thinking stands in; null: none
  checksum      TEXT NOT NULL,
  PRIMARY KEY (experiment_id, trace_id, arm, draw)
) STRICT;

-- What the model wrote in an experiment from a beginning of a trace's thinking: `position` thinking tokens are kept,
-- `inserted` follow, `think_ids` are what it then thought before its closing tag.
CREATE TABLE continuation (
  experiment_id TEXT NOT NULL REFERENCES experiment(id),
  trace_id      TEXT NOT NULL REFERENCES trace(id),
  position      INTEGER NOT NULL,
  arm           TEXT NOT NULL,      -- which of the experiment's ways to go on; empty where it has but one
  draw          INTEGER NOT NULL,   -- 0, 1, …
  inserted      BLOB NOT NULL,      -- mostly empty
  inserted_text TEXT NOT NULL,      -- JSON array of strings, one a token of inserted
  inserted_logprob REAL,            -- natural log of the probability that the model gives to what is inserted, there; null: not read
  think_ids     BLOB NOT NULL,
  think_text    TEXT NOT NULL,      -- JSON array of strings, one a token of think_ids
  stop          TEXT NOT NULL CHECK (stop IN ('closed', 'budget', 'end_of_text')),
  answer_ids    BLOB NOT NULL,
  answer_text   TEXT NOT NULL,
  chosen        INTEGER,            -- option that the free answer names
  logprobs      BLOB,               -- of the answer forced after that thinking, by option; null: not read
  checksum      TEXT NOT NULL,
  PRIMARY KEY (experiment_id, trace_id, position, arm, draw)
) STRICT;
