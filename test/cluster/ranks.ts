// A program of the tests, for `mpirun`: ranks that scatter, gather, send bytes and share a counter; one that fails.
import { world } from 'mandoline/mpi';

const { rank, size, isLaunched, scatter, gather, send, receive, counter, barrier } = await world();
const what = process.argv[2];

if (what === 'throw' && rank === size - 1) throw new Error('a rank fails');
if (what === 'fail' && rank === size - 1) {
  process.exitCode = 3;
} else if (what !== 'talk') {
  // Those that wait for it must not wait for ever.
  barrier();
} else {
  const values = Array.from({ length: size }, (_, i) => ({ i, numbers: Float64Array.of(i, -0, Infinity) }));
  const mine = scatter(rank === 0 ? values : undefined);

  const shared = counter();
  const taken: number[] = [];
  for (let next = shared.next(); next < 100; next = shared.next()) taken.push(next);
  shared.free();

  // From rank to rank, around.
  const bytes = new Uint8Array(new SharedArrayBuffer(1_000_000));
  if (rank === 0) bytes.fill(1);
  if (rank > 0) receive(bytes, rank - 1);
  bytes[rank] = 100 + rank;
  if (rank < size - 1) send(bytes, rank + 1);
  if (rank === size - 1 && size > 1) send(bytes, 0);
  if (rank === 0 && size > 1) receive(bytes, size - 1);

  const gathered = gather({ rank, mine, taken });
  if (gathered) {
    const all = gathered.map((each) => ({ ...each, mine: [each.mine.i, ...each.mine.numbers].map(String) }));
    const around = { first: [...bytes.subarray(0, size + 1)], last: bytes.at(-1) };
    console.log(JSON.stringify({ size, isLaunched, all, around }));
  }
}
