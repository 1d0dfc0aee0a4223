// Many machines, measured on one: each program of bench/cluster/ by its name.
//     npm run bench -- cluster queue [ROUNDS | million]
//     npm run bench -- cluster mpi [ROUNDS]
//     npm run bench -- cluster simulation [FILE]
const programs: Readonly<Record<string, () => Promise<{ run(given: readonly string[]): Promise<void> }>>> = {
  queue: () => import('./cluster/queue.js'),
  mpi: () => import('./cluster/mpi.js'),
  simulation: () => import('./cluster/simulation.js'),
};

const [name = '', ...given] = process.argv.slice(2);
const program = programs[name];
if (program) await (await program()).run(given);
else {
  console.error(`cluster ${name}: must be ${Object.keys(programs).join(' or ')}`);
  process.exitCode = 2;
}
