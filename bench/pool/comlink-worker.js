import { parentPort } from 'node:worker_threads';
import { expose } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { fillShared, increment } from './worker-functions.js';

expose({ increment, fillShared }, nodeEndpoint(parentPort));
