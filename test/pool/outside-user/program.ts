import { Pool, tasks } from 'mandoline/pool';

const { steps } = tasks<typeof import('./collatz.js')>(new URL('./collatz.js', import.meta.url));

await using pool = new Pool({ workers: 2 });
const numbers = Array.from({ length: 10_000 }, (_, i) => i + 1);
const counts: number[] = await pool.map(steps, numbers);

const longest = counts.indexOf(Math.max(...counts));
console.log(`${numbers[longest]} takes ${counts[longest]} steps`);
