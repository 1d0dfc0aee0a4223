// Charts as SVG, by Observable Plot on linkedom: shared by `mandoline bench` and the lesson's report.
import type * as PlotModule from '@observablehq/plot';
import { interpolateViridis } from 'd3-scale-chromatic';

/** A plot in the colour of the surrounding text, without a background. */
export async function plotted(
  optionsFor: (Plot: typeof PlotModule) => PlotModule.PlotOptions,
): Promise<Element> {
  // Imported here only: a chart library is slow to load.
  const [Plot, { parseHTML }] = await Promise.all([import('@observablehq/plot'), import('linkedom')]);
  const { document } = parseHTML('<html></html>');
  return Plot.plot({ document, style: { background: 'none' }, ...optionsFor(Plot) });
}

/** Ordered colours that colour-blind people can distinguish, on light and dark. */
export const colorsOf = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => interpolateViridis(0.25 + (0.65 * i) / Math.max(1, count - 1)));

export const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
