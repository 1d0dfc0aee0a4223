// A module that defines its task on the main thread only.
import { define, isMainThread } from 'mandoline/pool';

export const ghost = isMainThread ? define(import.meta.url, { ghost: (x: number) => x }).ghost : undefined;
