// The library's public surface: re-exports only. The pool alone is `mandoline/pool`.
export { LimitError, SceneError, type SceneIssue } from './errors.js';
export type { Counts, Field } from './field/field.js';
export { arraySplit, concatenate } from './field/split.js';
export { escapeCounts, type GridOptions } from './render/grid.js';
export {
  type ComputeOptions,
  prepare,
  type Rendering,
  type RenderOptions,
  render,
  type Work,
} from './render/render.js';
export { type Complex, formatComplex, parseComplex } from './scene/complex.js';
export { type ComplexGrid, complexGrid, type Lattice, latticeAxis } from './scene/lattice.js';
export { type EscapeRule, lessonScene, parseScene, type Scene } from './scene/scene.js';
