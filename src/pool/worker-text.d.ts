// The text of what runs in the pool's workers on Node: a bundle of worker.node.ts, which scripts/bundle.js writes. A worker
// that starts from text needs no file beside the pool's own, which bundlers would have to know of.
export declare const workerText: string;
