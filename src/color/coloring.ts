// What a picture's colours represent, and which channels of the field they need.
import type { ChannelName } from '../field/field.js';
import type { Coloring, Scene } from '../scene/scene.js';

/**
 * The channels that each colouring reads. Sources: continuous counts by Peitgen and Richter (1986) and Vepstas (1997);
 * distance estimates by Milnor and Thurston, in Peitgen and Saupe (1988), appendix D; binary decomposition in the same,
 * section 4.2; orbit traps by Pickover (1990); light on the slope of the potential in Peitgen and Saupe, section 2.7.
 */
const channels: Readonly<Record<Coloring, readonly ChannelName[]>> = {
  count: [],
  smooth: ['smooth'],
  distance: ['distance'],
  decomposition: ['angle'],
  binary: ['angle'],
  trap: ['trap'],
  slope: ['smooth', 'slope'],
  basin: ['basin'],
  period: ['period'],
};

/** Whether a picture can show attractors: orbits converge, and the step is the same for all of them. */
const hasBasins = ({ escape, c }: Scene): boolean => typeof escape === 'object' && c !== 'p';

/** A scene's colouring; by default basins if it has any, otherwise counts. */
export const coloringOf = (scene: Scene): Coloring =>
  scene.coloring ?? (hasBasins(scene) ? 'basin' : 'count');

/** The channels that a scene's picture is made from. */
export const channelsOf = (scene: Scene): readonly ChannelName[] => channels[coloringOf(scene)];

const continuous: readonly Coloring[] = ['smooth', 'distance', 'trap', 'slope'];

/** Whether a scene's colours are continuous; otherwise they are few. */
export const isContinuous = (scene: Scene): boolean => continuous.includes(coloringOf(scene));

/** Whether a scene's picture is indexed, with at most 256 colours. */
export const isIndexed = (scene: Scene): boolean =>
  !isContinuous(scene) && (scene.depth ?? 8) === 8 && (scene.view?.samples ?? 1) === 1;

/** Bytes per pixel of a scene's picture. */
export const pixelBytes = (scene: Scene): number => (isIndexed(scene) ? 1 : (3 * (scene.depth ?? 8)) / 8);
