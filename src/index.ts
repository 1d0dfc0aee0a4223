// The library's public surface: re-exports only. The pool alone is `mandoline/pool`.
export { channelsOf } from './color/coloring.js';
export { readGradient } from './color/gradient-files.js';
export type { Image, PixelFormat } from './color/image.js';
export { paletteColors, paletteNames } from './color/palettes.js';
export { paint } from './color/picture.js';
export { workerColor } from './color/worker-colors.js';
export { readPngScene } from './encode/png-scene.js';
export {
  FormulaError,
  LimitError,
  NucleusError,
  PaletteError,
  PictureError,
  SceneError,
  type SceneIssue,
  VerifyError,
} from './errors.js';
export type { ChannelName, Channels, Counts, Field } from './field/field.js';
export { arraySplit, concatenate } from './field/split.js';
export type { Exact } from './kernel/kernel.js';
export type { ExactSummary } from './render/exact-job.js';
export { type FindOptions, findMinibrot, type Minibrot } from './render/find.js';
export { escapeCounts, type GridOptions } from './render/grid.js';
export { orbitOf } from './render/orbit.js';
export { renderPng } from './render/png.js';
export { readScene } from './render/read-scene.js';
export {
  type Prepared,
  type PrepareOptions,
  prepare,
  type Rendering,
  type RenderOptions,
  render,
} from './render/render.js';
export type { Verified, VerifyOptions } from './render/verify.js';
export type { ComputeOptions, Progress, Work } from './render/whole.js';
export { parseAddress, sceneAddress } from './scene/address.js';
export { type Complex, type Constant, formatComplex, parseComplex } from './scene/complex.js';
export { type BundledScene, gallery, inPixels } from './scene/gallery.js';
export { type ComplexGrid, complexGrid, type Lattice, latticeAxis } from './scene/lattice.js';
export {
  type Coloring,
  type EscapeRule,
  type LatticeScene,
  lessonScene,
  parseScene,
  type Scale,
  type Scene,
  type Trap,
  type ViewScene,
} from './scene/scene.js';
export { colorings, scales } from './scene/schema.js';
export type { View } from './scene/view.js';
