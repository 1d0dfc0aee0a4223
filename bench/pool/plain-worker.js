// For piscina and tinypool: named exports are tasks.
export { convolve, countInside, fillShared, increment, sumColumns } from './worker-functions.js';
