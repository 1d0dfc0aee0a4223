// Where things are in a kernel's memory: numbers of the view in slots of 16 bytes, then what the host allocates. Texts
// use these names as constants.

/** Slots of the view. */
const viewSlots = ['R', 'C0', 'RES', 'DC', 'INVDC', 'LIMIT', 'LAST', 'BLOCKS', 'RUNG', 'SPACING'] as const;
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

/** A level of blocks: addresses of its radii and of its records, and how many there are, each a whole number. */
export const levelBytes = 24;
/** Blocks of fewer steps than 2^lowestLevel are not kept: they cost more than their steps. */
export const lowestLevel = 2;

/** A point to be followed: see follow.ts. */
export const entry = {
  reference: 0,
  index: 8,
  steps: 16,
  error: 32,
  constant: 48,
  distance: 80,
  count: 112,
  isDecided: 120,
  bytes: 128,
} as const;

/** Where free memory begins. */
export const freeFrom = 1024;

/** Names for texts: whole numbers. */
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
  E_DECIDED: entry.isDecided,
};
