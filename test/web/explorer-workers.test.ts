// The explorer in a real Chromium: its workers, and what is bad or missing. One browser for all of these.
import './chapters.js';
import './fields.js';
import './lacking.js';
import './layout.js';
import './robust.js';
import './workers.js';
