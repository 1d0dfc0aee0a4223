// What a picture's colours stand for, and which channels of the field they are made from.
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

/** Whether a picture can show where orbits come to: they converge, and the step is the same for all of them. */
const hasBasins = ({ escape, c }: Scene): boolean => typeof escape === 'object' && c !== 'p';

/** A scene's colouring; where it names none, basins if it has any, or else counts. */
export const coloringOf = (scene: Scene): Coloring =>
  scene.coloring ?? (hasBasins(scene) ? 'basin' : 'count');

/** The channels that a scene's picture is made from. */
export const channelsOf = (scene: Scene): readonly ChannelName[] => channels[coloringOf(scene)];

const continuous: readonly Coloring[] = ['smooth', 'distance', 'trap', 'slope'];

/** Whether a scene's colours go over into each other; others are few. */
export const isContinuous = (scene: Scene): boolean => continuous.includes(coloringOf(scene));

/** Whether the samples of a scene's picture are the numbers of colours, of which there are at most 256. */
export const isIndexed = (scene: Scene): boolean =>
  !isContinuous(scene) && (scene.depth ?? 8) === 8 && (scene.view?.samples ?? 1) === 1;

/** How many bytes a pixel of a scene's picture takes. */
export const pixelBytes = (scene: Scene): number => (isIndexed(scene) ? 1 : (3 * (scene.depth ?? 8)) / 8);
