// The tables of runtimes as the pool's README has them.
import assert from 'node:assert/strict';
import type { Tokens } from 'marked';
import { documents } from '../markdown/documents.js';

export const yes = '✓';

export interface Cell {
  readonly row: string;
  readonly column: string;
  /** `yes`, or the way out. */
  readonly says: string;
}

interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  readonly cells: readonly Cell[];
}

/** The first table, of runtimes, and the second, of browsers. */
export function readTables(): [Table, Table] {
  const { tokens } = documents.find(({ path }) => path === 'src/pool/README.md')!;
  const from = tokens.findIndex((token) => token.type === 'heading' && token.text === 'Where it runs');
  const tables = tokens.slice(from).filter(({ type }) => type === 'table') as unknown as Tokens.Table[];
  assert.ok(from >= 0 && tables.length >= 2);
  return tables.slice(0, 2).map((table) => {
    const [, ...columns] = table.header.map(({ text }) => text);
    const rows = table.rows.map(([first]) => first!.text);
    const cells = table.rows.flatMap(([first, ...others]) =>
      others.map(({ text }, i) => ({ row: first!.text, column: columns[i]!, says: text })),
    );
    return { columns, rows, cells };
  }) as unknown as [Table, Table];
}
