// `mandoline explore`: serves the explorer's page, for this machine alone, and opens it in the browser. How it is served
// is in page-server.ts; the page's sources are in web/.
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { sceneAddress } from '../scene/address.js';
import { host, serveFolder } from './page-server.js';
import { sceneOf, sceneValues } from './scene-flags.js';
import { say } from './text.js';
import { Operand, option, UsageError, whole } from './usage.js';

interface ExploreFlags {
  readonly port: number;
  readonly open: boolean;
}

/** The port where nobody names one, so that bookmarks stay: the golden ratio's digits. */
const standardPort = 16180;

export function addExplore(program: Command): void {
  program
    .command('explore')
    .summary('open a page in the browser to look around in')
    .description('Serves the explorer, a page that computes in the browser, for this machine alone.')
    .addArgument(
      new Operand(
        '[scene]',
        'where to begin: a bundled scene, a file with a scene, or an address',
        sceneValues,
      ),
    )
    .addOption(
      option('--port <number>', 'where to serve; 0: any that is free', whole('--port', 0, 65535)).default(
        standardPort,
      ),
    )
    .option('--no-open', 'do not open the browser')
    .addHelpText(
      'after',
      '\nExamples:\n  mandoline explore\n  mandoline explore seahorse --port 8000 --no-open',
    )
    .action((scene: string | undefined, flags: ExploreFlags) => explore(scene, flags));
}

async function explore(given: string | undefined, { port, open }: ExploreFlags): Promise<void> {
  const hash = given === undefined ? '' : sceneAddress((await sceneOf(given, {})).scene);
  const folder = fileURLToPath(new URL('../../explorer', import.meta.url));
  if (!existsSync(folder)) throw new UsageError(`explore: the page is not built; run npm run build:web`);
  const server = await serveFolder(folder, port);
  const address = `http://${host}:${(server.address() as AddressInfo).port}/${hash}`;
  say(`${address}\nserved for this machine alone; Ctrl-C ends it`);
  if (open) {
    const { default: openBrowser } = await import('open');
    // Where there is no browser the address is enough.
    const opened = await openBrowser(address).catch(() => undefined);
    opened?.on('error', () => {});
  }
}
