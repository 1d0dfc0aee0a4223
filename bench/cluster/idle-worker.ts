// A worker that takes slices out of the queue and computes none, for what the queue alone takes.
import { openWorker } from '../../src/cluster/queue.js';
import { connect, parseRedis } from '../../src/cluster/redis.js';

const connection = await connect(parseRedis(process.env.MANDOLINE_REDIS!)!, console.error);
await openWorker(connection, 'bench', 4, async () => {}).run();
