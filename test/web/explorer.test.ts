// The explorer in a real Chromium, as `mandoline explore` serves it: looking, moving, workers. One browser for all.
import './looking.js';
import './moving.js';
import './workers.js';
