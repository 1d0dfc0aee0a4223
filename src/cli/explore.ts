// `mandoline explore`: serves the explorer's page on this machine only, and opens it in the browser. page-server.ts is the
// server; the page's sources are in web/.
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { sceneAddress } from '../scene/address.js';
import { lessonCommand } from './lesson-command.js';
import { host, serveFolder } from './page-server.js';
import { sceneOf, sceneValues } from './scene-flags.js';
import { say } from './text.js';
import { Operand, option, UsageError, whole } from './usage.js';

interface ExploreFlags {
  readonly port: number;
  readonly open: boolean;
}

/** The default port, fixed so that bookmarks stay valid: the golden ratio's digits. */
const standardPort = 16180;

export function addExplore(program: Command): void {
  program
    .command('explore')
    .summary('explore fractals in the browser')
    .description('Serves the explorer, a page that computes in the browser, on this machine only.')
    .addArgument(
      new Operand('[scene]', 'first scene: a bundled one, a scene file, or an address', sceneValues),
    )
    .addOption(
      option('--port <number>', 'port; 0: any free port', whole('--port', 0, 65535)).default(standardPort),
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
  if (!existsSync(folder)) throw new UsageError(`explore: the page is not built; run "npm run build:web"`);
  // The page's lesson shows commands as they work here; a header has only Latin letters.
  const lesson = { 'Mandoline-Lesson': encodeURIComponent(lessonCommand()) };
  const server = await serveFolder(folder, port, lesson);
  const address = `http://${host}:${(server.address() as AddressInfo).port}/${hash}`;
  say(`${address}\non this machine only; press Ctrl-C to stop`);
  if (open) {
    const { default: openBrowser } = await import('open');
    // Without a browser the address is enough.
    const opened = await openBrowser(address).catch(() => undefined);
    opened?.on('error', () => {});
  }
}
