// The colours of workers in time lines and over pictures.

/** Okabe and Ito's, which colour-blind people can distinguish (Color Universal Design, 2008). */
const colors = ['#e69f00', '#56b4e9', '#009e73', '#f0e442', '#0072b2', '#d55e00', '#cc79a7', '#999999'];

/** The colour of a worker, `#rrggbb`, by its number, from 0; repeating from the ninth on. */
export const workerColor = (worker: number): string => colors[worker % colors.length]!;
