// For piscina and tinypool: named exports are tasks.
export { fillShared, increment } from './worker-functions.js';
