// The code of the pool's workers on Node as text: a bundle of worker.node.ts, written by scripts/bundle.js. A worker
// that starts from text needs no separate file that bundlers would have to know about.
export declare const workerText: string;
