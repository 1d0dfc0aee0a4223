import { ThreadWorker } from 'poolifier';
import { fillShared, increment } from './worker-functions.js';

export default new ThreadWorker({
  increment: (data) => increment(data),
  fillShared: (data) => fillShared(data),
});
