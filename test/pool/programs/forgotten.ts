// A program that makes pools and neither closes nor ends them.
import { Pool, tasks } from 'mandoline/pool';

const { squareLater } = tasks<typeof import('../jobs.js')>(new URL('../jobs.js', import.meta.url));
const kept = [new Pool({ workers: 2 }), new Pool({ workers: 3 })];
kept[0]!.map(squareLater, [1, 2]).then((values) => console.log(JSON.stringify(values)));
await kept[1]!.map(squareLater, [1, 2, 3]);
process.on('exit', () => console.log(`${kept.length} pools are still there`));
