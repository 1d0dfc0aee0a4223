// The explorer in a real Chromium, as `mandoline explore` serves it: one browser for all of these.
import './chapters.js';
import './looking.js';
import './moving.js';
import './robust.js';
import './scenes.js';
import './workers.js';
