import { ThreadWorker } from 'poolifier';
import { convolve, countInside, fillShared, increment, sumColumns } from './worker-functions.js';

export default new ThreadWorker({
  increment: (data) => increment(data),
  fillShared: (data) => fillShared(data),
  convolve: (data) => convolve(data),
  sumColumns: (data) => sumColumns(data),
  countInside: (data) => countInside(data),
});
