// A program that makes pools and neither closes nor ends them.
import { Pool, tasks } from 'mandoline/pool';

const { incrementLater } = tasks<typeof import('./functions.js')>(new URL('./functions.js', import.meta.url));
new Pool({ workers: 2 });
new Pool({ workers: 2 }).map(incrementLater, [1, 2]).then((values) => console.log(JSON.stringify(values)));
