// WebAssembly in a page, which cannot influence how its engine compiles.
export { compileAsCalled as compileOptimized } from '../kernel/kernel.js';
