// Chapter 2: message passing.
import { once } from 'node:events';
import { isMainThread, parentPort, threadId, Worker, workerData } from 'node:worker_threads';

/**
 * Warm-up. Deals the slices 0, 1, ..., nSlices - 1 in blocks: each rank gets neighbouring slices, rank 0 the first ones.
 * The shares differ by at most one slice; the first ranks get the larger ones. Returns an array with one array of slices
 * for each rank: sharesInBlocks(5, 2) is [[0, 1, 2], [3, 4]].
 */
export function sharesInBlocks(nSlices, nRanks) {
  throw new Error('still to write');
}

/**
 * Core. Deals the slices like cards: one to each rank in turn. sharesLikeCards(5, 2) is [[0, 2, 4], [1, 3]].
 */
export function sharesLikeCards(nSlices, nRanks) {
  throw new Error('still to write');
}

/**
 * Challenge. Scatter, compute, gather: starts one thread for each list of numbers (a Worker on this same file), sends it
 * its list, and gathers what it sends back: { sum, thread }, the sum of the list and the thread's `threadId`. Returns
 * these objects in the order of the lists. At the end all threads have ended.
 */
export async function sumByRanks(lists) {
  throw new Error('still to write');
}

// The part of the ranks, for which isMainThread is false, is still to write.
