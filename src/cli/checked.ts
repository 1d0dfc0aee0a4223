// How a flag's value is checked by the schema of what it sets.
import * as v from 'valibot';
import { describeIssue } from '../scene/scene.js';
import { UsageError } from './usage.js';

/** Reads a flag's text; throws UsageError for what the schema does not have. */
export function checked(flag: string, schema: v.GenericSchema, read: (text: string) => unknown) {
  return (text: string) => {
    const result = v.safeParse(schema, read(text));
    if (result.success) return result.output;
    const { path, accepted } = describeIssue(result.issues[0])[0]!;
    // What is wrong may stand inside: `converged` of an escape rule.
    throw new UsageError(`${flag} ${text}: ${path ? `${path} ` : ''}${accepted}`);
  };
}
