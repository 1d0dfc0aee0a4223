// How soon texts are refused that take for ever where a reader takes more than linear time.
//     npm run bench -- refusals
// Prints a Markdown table; the exit code is 1 if one takes longer than its kind may on an idle machine.
import { parseAddress } from 'mandoline';
import { readGradient } from '../src/color/gradient-files.js';
import { hostileAddresses, hostileGradients } from '../test/hostile.js';

console.log('| text | refused after, ms | promised, ms |');
console.log('| --- | --- | --- |');
time(parseAddress, hostileAddresses(), 500);
time((text) => readGradient('a.ugr', new TextEncoder().encode(text)), hostileGradients(), 300);

function time(read: (text: string) => unknown, texts: readonly string[], promised: number): void {
  for (const text of texts) {
    const begun = performance.now();
    try {
      read(text);
      throw new TypeError(`${text.slice(0, 20)}: was not refused`);
    } catch (error) {
      if (error instanceof TypeError) throw error;
    }
    const milliseconds = performance.now() - begun;
    console.log(`| ${text.slice(0, 20)}… | ${milliseconds.toFixed(0)} | ${promised} |`);
    if (milliseconds > promised) process.exitCode = 1;
  }
}
