// Many machines: what the ways to other hands cost against a Pool in one process.
//     npm run bench -- cluster [rounds] [million]
// Needs redis-server. With `million`, a million empty slices go through the queue too, which takes minutes.
import os from 'node:os';
import { benchQueue } from './cluster/queue.js';

const [rounds = '5', more] = process.argv.slice(2);
console.log(
  `${os.cpus()[0]?.model.trim()}, ${os.availableParallelism()} cores, Node ${process.version}, medians of ${rounds} runs\n`,
);
await benchQueue(Number(rounds), more === 'million');
process.exit();
