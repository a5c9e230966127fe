-- The last minutes of the journal, found without reading its month: entries are appended in the order of their instants,
-- so a block-range index of a few pages is enough, and costs an append next to nothing.
CREATE INDEX journal_at ON guard.journal USING brin (at) WITH (pages_per_range = 32, autosummarize = on);
