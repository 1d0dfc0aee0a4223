// The explorer in a real Chromium, as `mandoline explore` serves it: looking, moving, scenes. One browser for all.
import './addresses.js';
import './looking.js';
import './moving.js';
import './pointing.js';
import './scenes.js';
