// The library's public surface: re-exports only. The pool alone is `mandoline/pool`.
export { FormulaError, LimitError, SceneError, type SceneIssue, VerifyError } from './errors.js';
export type { ChannelName, Channels, Counts, Field } from './field/field.js';
export { arraySplit, concatenate } from './field/split.js';
export { escapeCounts, type GridOptions } from './render/grid.js';
export { type PrepareOptions, prepare, type Rendering, type RenderOptions, render } from './render/render.js';
export type { Verified, VerifyOptions } from './render/verify.js';
export type { ComputeOptions, Work } from './render/whole.js';
export { parseAddress, sceneAddress } from './scene/address.js';
export { type Complex, formatComplex, parseComplex } from './scene/complex.js';
export { type BundledScene, gallery, inPixels } from './scene/gallery.js';
export { type ComplexGrid, complexGrid, type Lattice, latticeAxis } from './scene/lattice.js';
export {
  type EscapeRule,
  type LatticeScene,
  lessonScene,
  parseScene,
  type Scene,
  type Trap,
  type ViewScene,
} from './scene/scene.js';
export type { View } from './scene/view.js';
