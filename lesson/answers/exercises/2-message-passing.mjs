// Chapter 2: message passing.
import { once } from 'node:events';
import { isMainThread, parentPort, threadId, Worker, workerData } from 'node:worker_threads';

/**
 * Warm-up. Deals the slices 0, 1, ..., nSlices - 1 in blocks: each rank gets neighbouring slices, rank 0 the first ones.
 * The shares differ by at most one slice; the first ranks get the larger ones. Returns an array with one array of slices
 * for each rank: sharesInBlocks(5, 2) is [[0, 1, 2], [3, 4]].
 */
export function sharesInBlocks(nSlices, nRanks) {
  const shares = [];
  let next = 0;
  for (let rank = 0; rank < nRanks; rank++) {
    const size = Math.floor(nSlices / nRanks) + (rank < nSlices % nRanks ? 1 : 0);
    shares.push(Array.from({ length: size }, () => next++));
  }
  return shares;
}

/**
 * Core. Deals the slices like cards: one to each rank in turn. sharesLikeCards(5, 2) is [[0, 2, 4], [1, 3]].
 */
export function sharesLikeCards(nSlices, nRanks) {
  const shares = Array.from({ length: nRanks }, () => []);
  for (let slice = 0; slice < nSlices; slice++) shares[slice % nRanks].push(slice);
  return shares;
}

/**
 * Challenge. Scatter, compute, gather: starts one thread for each list of numbers (a Worker on this same file), sends it
 * its list, and gathers what it sends back: { sum, thread }, the sum of the list and the thread's `threadId`. Returns
 * these objects in the order of the lists. At the end all threads have ended.
 */
export async function sumByRanks(lists) {
  const ranks = lists.map((list) => new Worker(new URL(import.meta.url), { workerData: { list } }));
  return await Promise.all(
    ranks.map(async (rank) => {
      const ended = once(rank, 'exit');
      const [answer] = await once(rank, 'message');
      await ended;
      return answer;
    }),
  );
}

// The part of the ranks.
if (!isMainThread && workerData?.list) {
  const sum = workerData.list.reduce((one, other) => one + other, 0);
  parentPort.postMessage({ sum, thread: threadId });
}
