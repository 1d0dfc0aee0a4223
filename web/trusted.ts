// Trusted Types: the two ways in which text of this page may become a script or markup. The server's policy names them
// (src/cli/page-server.ts), and a browser with Trusted Types rejects all other text.

interface Rules {
  createHTML?(text: string): string;
  /** Undefined: refused. */
  createScriptURL?(address: string): string | undefined;
}
interface Factory {
  createPolicy(name: string, rules: Rules): { createHTML(text: string): string };
}
const { trustedTypes } = globalThis as { trustedTypes?: Factory };

// Workers, the service worker: files of this site, whoever starts them.
trustedTypes?.createPolicy('default', {
  createScriptURL: (address) =>
    new URL(address, location.href).origin === location.origin ? address : undefined,
});
const chapters = trustedTypes?.createPolicy('chapters', { createHTML: (text) => text });

/** Markup of the build's own, for innerHTML. */
export const trustedMarkup = (html: string): string => chapters?.createHTML(html) ?? html;
