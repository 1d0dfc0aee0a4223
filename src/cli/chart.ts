// Charts as SVG, by Observable Plot on linkedom's page: what `mandoline bench` and the lesson's report have in common.
import type * as PlotModule from '@observablehq/plot';
import { interpolateViridis } from 'd3-scale-chromatic';

/** A plot in the colour of the text around it, on no ground of its own. */
export async function plotted(
  optionsFor: (Plot: typeof PlotModule) => PlotModule.PlotOptions,
): Promise<Element> {
  // Loaded only here: a chart library is slow to start.
  const [Plot, { parseHTML }] = await Promise.all([import('@observablehq/plot'), import('linkedom')]);
  const { document } = parseHTML('<html></html>');
  return Plot.plot({ document, style: { background: 'none' }, ...optionsFor(Plot) });
}

/** Colours in order, which the colour-blind tell apart, in the light and in the dark. */
export const colorsOf = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => interpolateViridis(0.25 + (0.65 * i) / Math.max(1, count - 1)));

export const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
