// The layout of a kernel's memory: the view's numbers in slots of 16 bytes, then the host's allocations. Kernel texts
// use these names as constants.

/** Slots of the view. */
const viewSlots = [
  ...(['R', 'C0', 'RES', 'DC', 'INVDC', 'LIMIT', 'LAST', 'BLOCKS', 'RUNG', 'ERROR'] as const),
  ...(['PARAMETER', 'ROWS', 'COLUMNS', 'ENTRY', 'COUNTS', 'STACK', 'FOLLOWED', 'KEPT'] as const),
] as const;
/** Slots of a reference; those of the second come after those of the first. */
const referenceSlots = ['ORBIT', 'STEPS', 'SAFE', 'LEVELS', 'LEVEL_COUNT'] as const;

const slotBytes = 16;
const firstSlot = 64;
const addressOf = (i: number) => firstSlot + slotBytes * i;

export const slots = Object.fromEntries([
  ...viewSlots.map((name, i) => [`AT_${name}`, addressOf(i)]),
  ...referenceSlots.map((name, i) => [`AT_${name}`, addressOf(viewSlots.length + i)]),
]) as Record<`AT_${(typeof viewSlots)[number] | (typeof referenceSlots)[number]}`, number>;
/** Bytes from a slot of the first reference to that of the second. */
export const referenceStride = slotBytes * referenceSlots.length;

/** Text that reads where reference `ref` is, for texts that declare these locals or assign to them. */
const readReference = (word: string) => `
  ${word}orbit = load_int(AT_ORBIT + ref * REF);
  ${word}steps = load_int(AT_STEPS + ref * REF);
  ${word}safe = load_int(AT_SAFE + ref * REF);
  ${word}levels = load_int(AT_LEVELS + ref * REF);
  ${word}level_count = load_int(AT_LEVEL_COUNT + ref * REF) * blocks;`;
export const declareReference = readReference('let ');
export const assignReference = readReference('');

/** A level of blocks: the addresses of its radii and of its records, and their number, each an integer. */
export const levelBytes = 24;
/** Blocks of fewer than 2^lowestLevel steps are not kept: they cost more than their steps. */
export const lowestLevel = 2;

/** A point to follow: see follow.ts. */
export const entry = {
  reference: 0,
  index: 8,
  steps: 16,
  error: 32,
  constant: 48,
  distance: 80,
  count: 112,
  row: 120,
  column: 128,
  bytes: 144,
} as const;

/** The side of the tile covered by one call of the kernel; its counts are doubles, in rows of this length. */
export const rootSide = 128;
/** Degree of a tile's model. */
export const degree = 8;
/** A tile: see tiles.ts. */
export const tile = {
  x: 0,
  y: 8,
  width: 16,
  height: 24,
  reference: 32,
  index: 40,
  steps: 48,
  radius: 64,
  rest: 80,
  sigma: 96,
  center: 112,
  model: 144,
  bytes: 144 + 32 * (degree + 1),
} as const;

/** Where free memory begins. */
export const freeFrom = 1024;

/** Constants for kernel texts: integers. */
export const layoutConstants: Readonly<Record<string, number>> = {
  ...slots,
  REF: referenceStride,
  LEVEL: levelBytes,
  LOW: lowestLevel,
  ENTRY: entry.bytes,
  E_REFERENCE: entry.reference,
  E_INDEX: entry.index,
  E_STEPS: entry.steps,
  E_ERROR: entry.error,
  E_CONSTANT: entry.constant,
  E_DISTANCE: entry.distance,
  E_COUNT: entry.count,
  E_ROW: entry.row,
  E_COLUMN: entry.column,
  SIDE: rootSide,
  TILE: tile.bytes,
  T_X: tile.x,
  T_Y: tile.y,
  T_W: tile.width,
  T_H: tile.height,
  T_REFERENCE: tile.reference,
  T_INDEX: tile.index,
  T_STEPS: tile.steps,
  T_RADIUS: tile.radius,
  T_REST: tile.rest,
  T_SIGMA: tile.sigma,
  T_CENTER: tile.center,
  T_MODEL: tile.model,
};
