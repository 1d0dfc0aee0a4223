// The one time limit of the tests. It is far longer than anything takes on a machine that is busy with other programs, so
// it only ends what would otherwise hang for ever. No assertion depends on it.

/** In milliseconds. */
export const patience = 600_000;
