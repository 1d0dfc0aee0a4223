import workerpool from 'workerpool';
import { convolve, countInside, fillShared, increment, sumColumns } from './worker-functions.js';

workerpool.worker({ increment, fillShared, convolve, sumColumns, countInside });
