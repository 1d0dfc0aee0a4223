// The explorer in a real Chromium: its panels, and what is bad or missing. One browser for all.
import './chapters.js';
import './fields.js';
import './lacking.js';
import './layout.js';
import './pointing.js';
import './robust.js';
