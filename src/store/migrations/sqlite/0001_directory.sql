-- The directory. Everything personal is sealed or a keyed hash. shop_id leads every key.
CREATE TABLE shops (
  shop_id     INTEGER PRIMARY KEY AUTOINCREMENT,
  domain      TEXT    NOT NULL UNIQUE,
  key_wrapped BLOB    NOT NULL,
  settings    TEXT    NOT NULL,
  credentials BLOB    NOT NULL,
  revision    INTEGER NOT NULL,
  created_ms  INTEGER NOT NULL,
  next_seq    INTEGER NOT NULL,
  user_count  INTEGER NOT NULL,
  group_count INTEGER NOT NULL,
  -- Deletions of users and groups: each moves all that come behind it.
  removals    INTEGER NOT NULL DEFAULT 0
);

-- Shops whose key is gone and whose rows are still to be swept. A number is never used again.
CREATE TABLE deleted_shops (
  shop_id INTEGER PRIMARY KEY
);

CREATE TABLE tokens (
  prefix       TEXT    NOT NULL PRIMARY KEY,
  shop_id      INTEGER NOT NULL,
  name         TEXT    NOT NULL,
  hash         BLOB    NOT NULL,
  created_ms   INTEGER NOT NULL,
  expires_ms   INTEGER,
  revoked_ms   INTEGER,
  last_used_ms INTEGER
) WITHOUT ROWID;
CREATE INDEX tokens_of_shop ON tokens (shop_id);

CREATE TABLE users (
  shop_id        INTEGER NOT NULL,
  id             BLOB    NOT NULL,
  seq            INTEGER NOT NULL,
  version        INTEGER NOT NULL,
  created_ms     INTEGER NOT NULL,
  modified_ms    INTEGER NOT NULL,
  deleted_ms     INTEGER,
  group_count    INTEGER NOT NULL,
  user_name      BLOB    NOT NULL,
  user_name_is_email INTEGER NOT NULL,
  external_id    BLOB,
  document       BLOB    NOT NULL,
  customer       TEXT,
  desired_gen    INTEGER NOT NULL,
  applied_gen    INTEGER NOT NULL,
  state          TEXT    NOT NULL,
  last_error     TEXT,
  last_synced_ms INTEGER,
  due_ms         INTEGER,
  attempts       INTEGER NOT NULL,
  applied        BLOB,
  -- When it was disabled or deleted, and whether the guard against mass deprovisioning holds it.
  departed_minute INTEGER,
  guarded        INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX users_by_id ON users (shop_id, id);
CREATE UNIQUE INDEX users_by_user_name ON users (shop_id, user_name) WHERE deleted_ms IS NULL;
CREATE INDEX users_deleted ON users (shop_id, user_name, deleted_ms) WHERE deleted_ms IS NOT NULL;
CREATE INDEX users_by_external_id ON users (shop_id, external_id) WHERE external_id IS NOT NULL AND deleted_ms IS NULL;
CREATE UNIQUE INDEX users_in_order ON users (shop_id, seq) WHERE deleted_ms IS NULL;
CREATE INDEX users_by_customer ON users (shop_id, customer) WHERE customer IS NOT NULL;
CREATE INDEX users_due ON users (shop_id, due_ms) WHERE due_ms IS NOT NULL;
-- Most users are synced: the others are counted and listed by this, and the synced are the rest.
CREATE INDEX users_not_synced ON users (shop_id, state, seq) WHERE deleted_ms IS NULL AND state <> 'synced';
-- A deleted user is done with once its customer is disabled: the others are few.
CREATE INDEX users_leaving ON users (shop_id, state, seq) WHERE deleted_ms IS NOT NULL AND state <> 'disabled';
CREATE INDEX users_guarded ON users (shop_id, id) WHERE guarded = 1;

-- How many users were disabled or deleted in each minute, for the guard against mass deprovisioning.
CREATE TABLE departures (
  shop_id  INTEGER NOT NULL,
  minute   INTEGER NOT NULL,
  departed INTEGER NOT NULL,
  deleted  INTEGER NOT NULL,
  PRIMARY KEY (shop_id, minute)
) WITHOUT ROWID;

-- The e-mails other than the userName.
CREATE TABLE user_emails (
  shop_id INTEGER NOT NULL,
  email   BLOB    NOT NULL,
  id      BLOB    NOT NULL,
  PRIMARY KEY (shop_id, email, id)
) WITHOUT ROWID;
CREATE INDEX user_emails_of_user ON user_emails (shop_id, id);

CREATE TABLE groups (
  shop_id      INTEGER NOT NULL,
  id           BLOB    NOT NULL,
  seq          INTEGER NOT NULL,
  version      INTEGER NOT NULL,
  created_ms   INTEGER NOT NULL,
  modified_ms  INTEGER NOT NULL,
  display_name BLOB    NOT NULL,
  external_id  BLOB,
  document     BLOB    NOT NULL
);
CREATE UNIQUE INDEX groups_by_id ON groups (shop_id, id);
CREATE UNIQUE INDEX groups_by_display_name ON groups (shop_id, display_name);
CREATE INDEX groups_by_external_id ON groups (shop_id, external_id) WHERE external_id IS NOT NULL;
CREATE UNIQUE INDEX groups_in_order ON groups (shop_id, seq);

CREATE TABLE members (
  shop_id  INTEGER NOT NULL,
  group_id BLOB    NOT NULL,
  user_id  BLOB    NOT NULL,
  PRIMARY KEY (shop_id, group_id, user_id)
) WITHOUT ROWID;
CREATE INDEX members_by_user ON members (shop_id, user_id, group_id);

CREATE TABLE activity (
  entry         INTEGER PRIMARY KEY,
  shop_id       INTEGER NOT NULL,
  at_ms         INTEGER NOT NULL,
  request_id    TEXT    NOT NULL,
  actor         TEXT    NOT NULL,
  action        TEXT    NOT NULL,
  resource_type TEXT    NOT NULL,
  resource      BLOB,
  attributes    TEXT    NOT NULL,
  outcome       TEXT    NOT NULL,
  reason        TEXT    NOT NULL,
  cost_points   REAL    NOT NULL,
  customer      TEXT
);
CREATE INDEX activity_of_shop ON activity (shop_id, entry);
CREATE INDEX activity_of_resource ON activity (shop_id, resource, entry) WHERE resource IS NOT NULL;
