/**
 * Tests, by parts of their files' paths, that only run by name, so that `npm test` takes two minutes: what they test is the
 * same on every machine (pages in the Chromium of the tests, what is packed, what others' programs read, answers of a
 * Redis server, proofs in whole numbers), or `npm test` has a shorter test of it. `.ci/run` names them all.
 */
export const named = [
  'cli/full-disk',
  'cli/outside-readers',
  'cluster/faults',
  'cluster/refusals',
  'cluster/server-errors',
  'exact/bound',
  'exact/formula-',
  'lesson/exercises',
  'package',
  'pool/browser',
  'pool/kinds',
  'pool/stress',
  'render/browser',
  'web/explorer-',
];
