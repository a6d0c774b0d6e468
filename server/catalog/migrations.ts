/** The steps that bring a database file to the present shape; `user_version` counts those that were taken. */

/**
 * Append only: a step that was released is never edited.
 * `json` is the product as it is served; `brand_key` and `search` are what the filters compare.
 */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE products (
     code TEXT PRIMARY KEY,
     brand_key TEXT NOT NULL,
     search TEXT NOT NULL,
     json TEXT NOT NULL CHECK (json_valid(json))
   ) STRICT, WITHOUT ROWID`,
  // The short members come first: a list reads them without touching the pages that the long ones overflow into.
  `CREATE TABLE runs (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     summary TEXT NOT NULL CHECK (json_valid(summary)),
     result TEXT NOT NULL CHECK (json_valid(result)),
     html TEXT
   ) STRICT`,
  `CREATE TABLE challenges (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     result TEXT NOT NULL CHECK (json_valid(result))
   ) STRICT`,
]
