// WebAssembly in a page, which has no say in how its engine compiles.
export { compileAsCalled as compileOptimized } from '../kernel/kernel.js';
