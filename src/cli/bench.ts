// `mandoline bench`: the same job with every number of slices and workers, against this thread alone.
import type { Command } from 'commander';
export function addBench(_program: Command): void {}
