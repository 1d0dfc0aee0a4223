// The colours by which workers are told apart in time lines and over pictures, on every surface.

/** Okabe and Ito's, which the colour-blind tell apart (Color Universal Design, 2008). */
const colors = ['#e69f00', '#56b4e9', '#009e73', '#f0e442', '#0072b2', '#d55e00', '#cc79a7', '#999999'];

/** The colour of a worker, `#rrggbb`, by its number, from 0; from the ninth on they come again. */
export const workerColor = (worker: number): string => colors[worker % colors.length]!;
