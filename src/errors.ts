// Errors that a caller can distinguish. Each message says what was given, what is accepted and what to do; fields have the
// facts. The pool has its own errors (pool/errors.ts).

/** A scene that cannot be drawn as it is. `issues` has one entry per wrong value. */
export class SceneError extends Error {
  override readonly name = 'SceneError';
  constructor(
    /** Every wrong value. */
    readonly issues: readonly SceneIssue[],
  ) {
    super(issues.map(({ path, given, accepted }) => `${path || 'scene'} ${given}: ${accepted}`).join('; '));
  }
}

/** One wrong value: its path (`lattice.cells`; '' is the scene), what was given, what is accepted. */
export interface SceneIssue {
  /** Keys separated by dots. */
  readonly path: string;
  /** The value as text, shortened if it is long. */
  readonly given: string;
  /** What it must be. */
  readonly accepted: string;
  /** Where the formula is wrong: the column, and a pointer to it. */
  readonly cause?: FormulaError;
}

/** A formula that cannot be read. */
export class FormulaError extends Error {
  override readonly name = 'FormulaError';
  constructor(
    /** The whole formula as it was given. */
    readonly formula: string,
    /** The column of the error, from 1, in UTF-16 units; 1 for the whole formula. */
    readonly column: number,
    problem: string,
    /** What is accepted there. */
    readonly expected: string,
    /** An unknown name, which may be a parameter's. */
    readonly unknownName?: string,
  ) {
    super(`column ${column}: ${problem}, expected ${expected}`);
  }

  /** Two lines: the formula and a caret under the column. Of more than 70 characters, those around the column. */
  get pointer(): string {
    const whole = this.formula.length <= 70;
    const from = whole ? 0 : Math.max(0, Math.min(this.column - 33, this.formula.length - 64));
    const to = whole ? this.formula.length : from + 64;
    // One column for each character, whatever it is.
    const shown = (start: number, end: number) =>
      this.formula.slice(start, end).replace(/[\p{C}\p{Z}]/gu, ' ');
    const before = from > 0 ? '...' : '';
    const after = to < this.formula.length ? '...' : '';
    const caret = before.length + [...shown(from, this.column - 1)].length;
    return `${before}${shown(from, to)}${after}\n${' '.repeat(caret)}^`;
  }
}

/** A picture or another file without a scene; the message follows the file's name. */
export class PictureError extends Error {
  override readonly name = 'PictureError';
}

/** A file without a gradient; the message follows the file's name. */
export class PaletteError extends Error {
  override readonly name = 'PaletteError';
}

/** A folder that cannot keep a field's slices; the message names it. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** Work on many machines that cannot be started or resumed; the message says what to do. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
}

/** A job that needs more memory than is available or than one array can have; sizes in bytes. */
export class LimitError extends Error {
  override readonly name = 'LimitError';
  constructor(
    /** What is too large. */
    readonly what: string,
    /** Bytes that it needs. */
    readonly needed: number,
    /** Bytes that are available. */
    readonly limit: number,
  ) {
    super(
      `${what} needs ${formatBytes(needed)}, at most ${formatBytes(limit)} is available; take fewer points`,
    );
  }
}

/** A count or a channel's value that differs from the oracle's: a bug. */
export class VerifyError extends Error {
  override readonly name = 'VerifyError';
  constructor(
    /** Row of the point, from 0, from the top. */
    readonly row: number,
    /** Column of the point, from 0, from the left. */
    readonly column: number,
    /** The value in the field. */
    readonly counted: number,
    /** The oracle's value. */
    readonly expected: number,
    /** The seed of the points that were verified. */
    readonly seed: number,
    /** Which value it is: `count`, or the name of a channel. */
    readonly of = 'count',
  ) {
    const found =
      of === 'count'
        ? `counted ${counted}, the oracle counts ${expected}`
        : `${of} is ${counted}, the oracle computes ${expected}`;
    super(
      `row ${row}, column ${column}: ${found} (seed ${seed}); this is a bug in Mandoline; please report it with the scene`,
    );
  }
}

/** Thrown where a view has no nucleus to find. */
export class NucleusError extends Error {
  override readonly name = 'NucleusError';
}

/** A number of bytes as text: `1.5 MB`, in powers of 1000. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toPrecision(3)} ${units[power]}`;
}
